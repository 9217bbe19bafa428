// First steps: the answers of the form become reports, each with its source; codes to scan are shown once.
// @ts-check
import { answered, fields, send } from "./act.js";
import { data, say } from "./page.js";

/** @param {string} text */
const slug = (text) => text.normalize("NFKD").toLowerCase().replace(/[\u0300-\u036f]/g, "").replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-+|-+$/g, "") || "place";

/** The reports that a few answers make. @param {Record<string, any>} said @param {string} now */
export function reports(said, now) {
  const area = slug(said.area);
  const pickup = `${area}-pickup`;
  const reception = slug(said.reception) === area ? `${area}-reception` : slug(said.reception);
  const movement = `${area}-out`;
  /** @type {any[]} */
  const made = [];
  const tell = (/** @type {string} */ fact, /** @type {string} */ about, /** @type {string} */ place, /** @type {any} */ value, more = {}) =>
    made.push({ id: `start-${slug(`${fact}-${about}-${place}`)}`, source: said.source, fact, about, place, observed: now, received: now, ...(value === undefined ? {} : { value }), ...more });
  const least = Math.min(Number(said.low), Number(said.high));
  const most = Math.max(Number(said.low), Number(said.high));
  tell("site", area, area, "area");
  tell("site", pickup, pickup, "pickup");
  tell("site", `${area}.boards_at`, area, pickup);
  tell("site", reception, reception, "reception");
  tell("name", `${area}.${data.lang}`, area, said.area);
  tell("name", `${pickup}.${data.lang}`, pickup, said.area);
  tell("name", `${reception}.${data.lang}`, reception, said.reception);
  tell("clause", `${movement}/who`, area, "who");
  tell("term", `${movement}/who.from`, area, area);
  tell("clause", `${movement}/destination`, area, "destination");
  tell("term", `${movement}/destination.to`, area, reception);
  tell("clause", `${movement}/corridor`, area, "corridor");
  tell("term", `${movement}/corridor.via`, area, `${pickup};${reception}`);
  tell("leg_time", `${pickup}>${reception}`, pickup, Number(said.minutes));
  tell("leg_time", `${reception}>${pickup}`, reception, Number(said.minutes));
  // The form asks who waits to leave: those who stay are not counted by it.
  const group = "wanting_to_leave";
  if (least === most) tell("people_inside", area, area, most, { group });
  else tell("people_inside", area, area, undefined, { group, low: least, high: most, hedge: "range" });
  tell("reception_capacity", reception, reception, Number(said.capacity));
  tell("vehicles", said.vehicle, pickup, Number(said.count));
  tell("places", `${said.vehicle}.${said.vehicle === "ambulance" ? "stretcher" : "seat"}`, pickup, Number(said.seats));
  return made;
}

const tellForm = /** @type {HTMLFormElement|null} */ (document.getElementById("tell-form"));
tellForm?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const found = await send("/api/v1/reports", { reports: reports(fields(tellForm), new Date().toISOString()) });
  const wrong = found.said?.answers?.filter((/** @type {any} */ one) => one.status === "rejected" || one.status === "conflict") || [];
  answered(tellForm, found.ok && !wrong.length, wrong.length ? { cause: wrong[0].why || wrong[0].status } : found.said, found.status);
  if (found.ok) (await import("./live.js")).refresh();
});

const enrol = /** @type {HTMLFormElement|null} */ (document.getElementById("enrol-form"));
enrol?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const found = await send("/api/v1/devices", fields(enrol));
  if (!found.ok) { answered(enrol, false, found.said, found.status); return; }
  picture("enrolled", found.said.picture, say("start.scan", { post: found.said.post }), found.said.address);
});

const renewal = /** @type {HTMLFormElement|null} */ (document.getElementById("new-factor-form"));
renewal?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const found = await send("/api/v1/session/factor", fields(renewal));
  if (!found.ok) { answered(renewal, false, found.said, found.status); return; }
  picture("factor", found.said.picture, say("start.factor"), found.said.secret);
  const form = document.getElementById("factor-form");
  if (form) form.hidden = false;
});

/** @param {string} place @param {string} source @param {string} words @param {string} text */
function picture(place, source, words, text) {
  const image = Object.assign(document.createElement("img"), { src: source, alt: words, width: 240, height: 240 });
  const code = Object.assign(document.createElement("code"), { textContent: text, dir: "ltr" });
  document.getElementById(place)?.replaceChildren(Object.assign(document.createElement("p"), { textContent: words }), image, code);
}
