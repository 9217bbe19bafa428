// What-if: the sliders are sent to the worker once the hand rests, and the two answers are shown side by side.
// @ts-check
import { fields, send } from "./act.js";
import { data, say } from "./page.js";

const form = /** @type {HTMLFormElement|null} */ (document.getElementById("what-if-form"));
const place = document.getElementById("tried");
const numbers = new Intl.NumberFormat(`${data.lang}-u-nu-latn`, { maximumSignificantDigits: 2 });
let resting = 0;
let latest = 0;

/** @param {number|null} value */
const shown = (value) => (value === null ? say("whatif.beyond") : numbers.format(value));

/** @param {string} label @param {(number|null)[]} before @param {(number|null)[]} after */
function line(label, before, after) {
  const row = document.createElement("tr");
  const head = Object.assign(document.createElement("th"), { scope: "row", textContent: label });
  row.append(head);
  for (const three of [before, after]) {
    const cell = document.createElement("td");
    const middle = Object.assign(document.createElement("b"), { textContent: shown(three[1]) });
    const span = Object.assign(document.createElement("bdi"), { className: "fine", textContent: ` ${shown(three[0])} – ${shown(three[2])}` });
    cell.append(middle, span);
    row.append(cell);
  }
  return row;
}

async function ask() {
  if (!form || !place) return;
  const wanted = fields(form);
  const mine = ++latest;
  place.setAttribute("aria-busy", "true");
  place.replaceChildren(Object.assign(document.createElement("p"), { textContent: say("whatif.working") }));
  const found = await send("/api/v1/jobs/what-if", wanted);
  if (mine !== latest) return;
  place.removeAttribute("aria-busy");
  if (!found.ok) {
    const cause = found.said && found.said.cause ? ` ${found.said.cause}` : "";
    const told = Object.assign(document.createElement("p"), { className: "answer bad", textContent: say("whatif.none") });
    told.append(Object.assign(document.createElement("span"), { lang: "en", dir: "ltr", textContent: cause }));
    place.replaceChildren(told);
    return;
  }
  const table = document.createElement("table");
  const head = document.createElement("tr");
  for (const text of ["", say("whatif.before"), say("whatif.after")]) {
    head.append(Object.assign(document.createElement(text ? "th" : "td"), { textContent: text }));
  }
  const body = document.createElement("tbody");
  body.append(head, line(say("whatif.hours"), found.said.hours[0], found.said.hours[1]), line(say("whatif.people"), found.said.people[0], found.said.people[1]));
  table.append(body);
  const notes = [];
  if (found.said.idle.length) notes.push(Object.assign(document.createElement("p"), { className: "fine", textContent: say("whatif.idle", { n: found.said.idle.length }) }));
  notes.push(Object.assign(document.createElement("p"), { className: "fine", textContent: say("whatif.runs", { n: found.said.runs }) }));
  place.replaceChildren(table, ...notes);
}

form?.addEventListener("input", (event) => {
  const slider = /** @type {HTMLInputElement} */ (event.target);
  const output = slider.closest("label")?.querySelector("output bdi");
  const value = Number(slider.value);
  if (output) output.textContent = value > 0 ? `+${value}` : String(value);
  window.clearTimeout(resting);
  resting = window.setTimeout(ask, 400);
});
form?.addEventListener("reset", () => {
  for (const output of form.querySelectorAll("output bdi")) output.textContent = "0";
  latest += 1;
  place?.replaceChildren();
});
form?.addEventListener("submit", (event) => event.preventDefault());
