// The reader: the text stays in this browser; what the server keeps are the candidates with their quotes. Spans are
// counted in code points, as the server counts them.
// @ts-check
import { send } from "./act.js";
import { say, tell } from "./page.js";

const form = /** @type {HTMLFormElement|null} */ (document.getElementById("reader-form"));
const area = /** @type {HTMLTextAreaElement|null} */ (document.getElementById("reader-text"));
const title = /** @type {HTMLInputElement|null} */ (document.getElementById("reader-title"));
const marked = document.getElementById("reader-marked");
const list = document.getElementById("reader-list");
const said = document.getElementById("reader-said");
/** @type {any[]} */
let found = [];
let doc = "";

/** A short name of a text, so that the same text is the same document. @param {string} text */
function short(text) {
  let hash = 2166136261;
  for (const letter of text) hash = Math.imul(hash ^ (letter.codePointAt(0) || 0), 16777619);
  return (hash >>> 0).toString(16).padStart(8, "0");
}

/** @param {string} text */
function show(text) { if (said) said.textContent = text; tell(text); }

async function read(event) {
  event.preventDefault();
  if (!area) return;
  const text = area.value;
  doc = `${(title?.value || "text").slice(0, 150)} ${short(text)}`;
  show(say("reader.reading"));
  const day = /** @type {HTMLInputElement} */ (document.getElementById("reader-published")).value;
  const answer = await send("/api/v1/texts", { text, place: doc, ...(day ? { published: `${day}T12:00:00Z` } : {}) });
  if (!answer.ok) { show(`${say("reader.failed")} ${answer.said?.cause || ""}`); return; }
  const waiting = await (await fetch("/api/v1/candidates")).json();
  found = waiting.candidates.filter((/** @type {any} */ one) => one.doc === doc).sort((/** @type {any} */ a, /** @type {any} */ b) => a.start - b.start);
  draw(text);
  show(say("reader.found", { n: found.length }));
  /** @type {HTMLElement|null} */ (list?.querySelector("li"))?.focus();
}

/** @param {string} text */
function draw(text) {
  if (!marked || !list) return;
  const box = document.getElementById("reader-found");
  if (box) box.hidden = false;
  const letters = [...text];
  marked.replaceChildren();
  let at = 0;
  found.forEach((one, number) => {
    if (one.start < at || one.end > letters.length) return;
    marked.append(letters.slice(at, one.start).join(""));
    const mark = document.createElement("mark");
    mark.id = `span-${number}`;
    mark.textContent = letters.slice(one.start, one.end).join("");
    mark.addEventListener("click", () => /** @type {HTMLElement|null} */ (document.getElementById(`claim-${number}`))?.focus());
    marked.append(mark);
    at = one.end;
  });
  marked.append(letters.slice(at).join(""));
  list.replaceChildren(...found.map(claim));
}

/** What a candidate says, in short. @param {any} one */
function worded(one) {
  const ends = [one.low, one.high].filter((end) => end !== undefined && end !== null);
  const value = one.value ?? (ends.length ? ends.join(" – ") : "");
  return [one.fact, one.about, one.place, value, one.source].filter((part) => part !== "" && part !== undefined && part !== null).join(" · ");
}

/** @param {any} one @param {number} number */
function claim(one, number) {
  const item = document.createElement("li");
  item.id = `claim-${number}`;
  item.tabIndex = 0;
  item.dataset.number = String(number);
  const head = Object.assign(document.createElement("p"), { className: "said", textContent: worded(one), dir: "auto" });
  const why = Object.assign(document.createElement("p"), { className: "fine", textContent: `${Math.round(100 * one.confidence)} % · ${one.reason}`, dir: "auto" });
  why.lang = "en";
  const row = Object.assign(document.createElement("div"), { className: "filters" });
  for (const [name, deed] of /** @type {[string, () => void][]} */ ([["accept", () => accept(number)], ["edit", () => edit(number)], ["reject", () => reject(number)]])) {
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: say(`reader.${name}`) });
    if (name !== "accept") button.className = "quiet";
    button.addEventListener("click", deed);
    row.append(button);
  }
  item.append(head, why, row);
  return item;
}

/** @param {number} number */
const at = (number) => /** @type {HTMLElement|null} */ (document.getElementById(`claim-${number}`));

/** @param {number} number @param {string} state @param {any} answer */
function settle(number, state, answer) {
  const item = at(number);
  if (!item) return;
  if (!answer.ok) { show(`${say("act.failed")} ${answer.said?.cause || ""} ${(answer.said?.faults || []).slice(0, 3).join("; ")}`); return; }
  item.dataset.state = state;
  item.querySelector(".filters")?.remove();
  item.querySelector("form")?.remove();
  item.append(Object.assign(document.createElement("p"), { className: "tag", textContent: say(`reader.is.${state}`) }));
  const mark = document.getElementById(`span-${number}`);
  if (mark) mark.dataset.state = state;
  show(say(`reader.is.${state}`));
  step(number, 1);
}

/** @param {number} number @param {number} by */
function step(number, by) {
  for (let next = number + by; next >= 0 && next < found.length; next += by) {
    const item = at(next);
    if (item && !item.dataset.state) { item.focus(); return; }
  }
  at(number)?.focus();
}

/** @param {number} number */
async function accept(number) { settle(number, "accepted", await send("/api/v1/decisions/accept", { reports: [found[number].id] })); }

/** @param {number} number */
async function reject(number) {
  settle(number, "rejected", await send("/api/v1/decisions/withdraw", { report: found[number].id, reason: say("reader.reason") }));
}

/** The report that a person makes of a candidate: its source and quote stay, its value and place are the person's.
 * @param {any} one @param {number|string} value @param {string} place */
function mended(one, value, place) {
  const kept = ["source", "publisher", "grade", "fact", "group", "modality", "scope", "since", "observed", "received", "said", "quote", "derived_from"];
  /** @type {any} */
  const made = { id: `${one.id.replace("r-", "t-")}-mended`, about: one.about || place, place, value };
  for (const name of kept) if (one[name] !== undefined) made[name] = one[name];
  made.publisher = made.publisher || one.doc;
  made.received_rule = "read in a text; accepted with changes by a person";
  made.reference = `${one.doc}:${one.start}-${one.end}`;
  if (Date.parse(made.received) < Date.parse(made.observed)) made.received = made.observed;
  return made;
}

/** @param {number} number */
function edit(number) {
  const item = at(number);
  if (!item || item.querySelector("form") || item.dataset.state) return;
  const one = found[number];
  const box = document.createElement("form");
  const value = Object.assign(document.createElement("input"), { value: String(one.value ?? one.low ?? ""), required: true });
  const place = Object.assign(document.createElement("input"), { value: one.place || "", required: true });
  const reason = Object.assign(document.createElement("input"), { required: true, maxLength: 2000 });
  for (const [label, field] of /** @type {[string, HTMLInputElement][]} */ ([["reader.value", value], ["reader.at", place], ["reader.why", reason]])) {
    const wrap = Object.assign(document.createElement("label"), { textContent: say(label) });
    wrap.append(field);
    box.append(wrap);
  }
  box.append(Object.assign(document.createElement("button"), { textContent: say("reader.save") }));
  box.addEventListener("submit", async (event) => {
    event.preventDefault();
    const number_ = typeof one.value === "number" || typeof one.low === "number" ? Number(value.value) : value.value;
    const first = await send("/api/v1/reports", { reports: [mended(one, number_, place.value)] });
    const told = first.said?.answers?.[0];
    if (!first.ok || !told || told.status === "rejected") { settle(number, "edited", { ok: false, said: told ? { cause: told.why } : first.said }); return; }
    settle(number, "edited", await send("/api/v1/decisions/withdraw", { report: one.id, reason: `${say("reader.mended")}: ${reason.value}` }));
  });
  item.append(box);
  value.focus();
  value.select();
}

form?.addEventListener("submit", read);
list?.addEventListener("keydown", (event) => {
  const target = /** @type {HTMLElement} */ (event.target);
  if (target.tagName === "INPUT") { if (event.key === "Escape") { target.closest("form")?.remove(); } return; }
  const item = /** @type {HTMLElement|null} */ (target.closest("li"));
  if (!item || event.ctrlKey || event.metaKey || event.altKey) return;
  const number = Number(item.dataset.number);
  /** @type {Record<string, () => void>} */
  const deeds = { j: () => step(number, 1), k: () => step(number, -1), ArrowDown: () => step(number, 1), ArrowUp: () => step(number, -1) };
  if (!item.dataset.state) Object.assign(deeds, { a: () => accept(number), r: () => reject(number), e: () => edit(number) });
  if (deeds[event.key]) { event.preventDefault(); deeds[event.key](); }
});
list?.addEventListener("focusin", (event) => {
  const item = /** @type {HTMLElement} */ (event.target).closest("li");
  for (const mark of document.querySelectorAll("mark.here")) mark.classList.remove("here");
  const mark = document.getElementById(`span-${item?.dataset.number}`);
  mark?.classList.add("here");
  mark?.scrollIntoView({ block: "nearest" });
});

/** @param {File|undefined} file */
async function take(file) {
  if (!file || !area) return;
  area.value = await file.text();
  if (title && !title.value) title.value = file.name;
}
document.getElementById("reader-file")?.addEventListener("change", (event) => take(/** @type {HTMLInputElement} */ (event.target).files?.[0]));
area?.addEventListener("dragover", (event) => event.preventDefault());
area?.addEventListener("drop", (event) => {
  const file = event.dataTransfer?.files[0];
  if (file) { event.preventDefault(); take(file); }
});
