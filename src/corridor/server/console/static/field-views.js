// The views of the page of a post: each a function from what is kept to elements. Nothing here is kept or sent.
// @ts-check
import { data, group, hereHour, hour, say } from "./field-words.js";

/**
 * An element; a function among the attributes listens to that event.
 * @param {string} tag @param {Record<string, any>} attributes @param {...any} children @returns {HTMLElement}
 */
export function h(tag, attributes, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") made.addEventListener(name, value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(name, String(value));
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return made;
}

const bdi = (/** @type {any} */ text) => h("bdi", {}, String(text));
export const back = (/** @type {() => void} */ go) => h("button", { class: "back", click: go, type: "button" }, say("field.back"));

// Which counts a post makes of a convoy that it sees; the first is the one its big button opens.
const COUNT_AT = { pickup: "board", reception: "arrive", handover: "over" };
/** @param {any} convoy @param {any} task */
export function roleOf(convoy, task) {
  if (convoy.pickup === task.post) return "pickup";
  if (convoy.reception === task.post) return "reception";
  return task.kind in COUNT_AT ? task.kind : "checkpoint";
}

const FIRST = { pickup: ["depart", "count", "pass", "arrive"], checkpoint: ["pass", "count", "depart", "arrive"], reception: ["arrive", "count", "pass", "depart"], handover: ["count", "arrive", "pass", "depart"] };
const OVER = ["arrived", "handed over"];
// Under the buttons of a convoy stand its last entries only: the whole list has a view of its own.
const LATEST = 8;

/** @param {any} task @param {(convoy: any) => void} open @param {() => void} other @param {(action: string) => void} wait */
export function home(task, open, other, wait) {
  const convoys = task?.convoys || [];
  const next = convoys.filter((/** @type {any} */ one) => !OVER.includes(one.state));
  const past = convoys.filter((/** @type {any} */ one) => OVER.includes(one.state));
  const card = (/** @type {any} */ one) => {
    const role = roleOf(one, task);
    const when = role === "reception" ? one.arrive : one.depart;
    return h("li", {}, h("button", { class: "convoy", type: "button", "data-convoy": one.convoy, click: () => open(one) },
      h("span", { class: "when" }, bdi(hour(when))),
      h("span", { class: "name" }, bdi(one.convoy)),
      h("span", { class: "what" }, say("field.load", { people: one.people, vehicles: one.vehicles })),
      h("span", { class: "state" }, say(`field.state.${one.state.replace(" ", "-")}`))));
  };
  return [
    h("h1", {}, say("field.convoys")),
    convoys.length ? h("ul", { class: "cards" }, next.map(card)) : h("p", { class: "note" }, say(task ? "field.none" : "field.unknown")),
    h("div", { class: "grid" },
      h("button", { type: "button", click: other }, say("field.other")),
      h("button", { type: "button", click: () => wait("wait") }, say("field.do.wait"))),
    past.length ? h("details", {}, h("summary", {}, say("field.past")), h("ul", { class: "cards" }, past.map(card))) : null,
  ];
}

/** @param {any} convoy @param {any} task @param {any[]} written @param {(what: string) => void} act */
export function convoy(convoy, task, written, act) {
  const role = roleOf(convoy, task);
  const mine = written.filter((one) => one.about === convoy.convoy);
  return [
    h("h1", {}, bdi(convoy.convoy)),
    convoy.depart ? h("p", { class: "what" }, say("field.times", { depart: hour(convoy.depart), arrive: hour(convoy.arrive) }), " · ", say("field.load", { people: convoy.people, vehicles: convoy.vehicles })) : null,
    h("div", { class: "acts" }, /** @type {any} */ (FIRST)[role].map((/** @type {string} */ what, /** @type {number} */ at) =>
      h("button", { class: at ? "act" : "act first", type: "button", "data-act": what, click: () => act(what) }, say(`field.act.${what}`)))),
    h("div", { class: "grid" }, ["held", "back"].map((what) => h("button", { type: "button", "data-act": what, click: () => act(what) }, say(`field.do.${what}`)))),
    mine.length ? h("section", {}, h("h2", {}, say("field.here")), list(mine, undefined, LATEST)) : null,
  ];
}

/** The rows of a form: what each would write. @param {string} what @param {any} convoy @param {any} task */
export function rowsOf(what, convoy, task) {
  const one = (/** @type {string} */ action, /** @type {string} */ of, /** @type {any} */ value = null) => ({ action, group: of, value });
  const people = (/** @type {string} */ action) => Object.keys(data.groups).map((name) => one(action, name));
  const vehicles = convoy?.vehicles ?? null;
  if (what === "depart") return [one("left", "all", vehicles), one("out", "all")];
  if (what === "arrive") return [one("came", "all", vehicles), one("arrive", "all")];
  if (what === "count") return people(/** @type {any} */ (COUNT_AT)[roleOf(convoy, task)] || "pass");
  if (what === "wait") return people("wait");
  return [one(what, "all")];
}

/**
 * A form of counts: minus, plus, and a pad for the row that was touched.
 * @param {string} title @param {any[]} rows @param {boolean} mayBeEmpty @param {(rows: any[], note: string) => Promise<void>} save
 */
export function form(title, rows, mayBeEmpty, save) {
  let current = Math.max(rows.findIndex((row) => row.value === null), 0);
  let fresh = true;
  const shown = rows.map((row, at) => {
    const name = row.group === "all" && rows.length <= 2 ? say(`field.row.${row.action}`) : group(row.group);
    const value = h("button", { class: "value", type: "button", "aria-label": name, click: () => { current = at; fresh = true; draw(); pad.scrollIntoView({ block: "nearest" }); } });
    const step = (/** @type {number} */ by) => () => { current = at; fresh = true; row.value = Math.max((row.value ?? 0) + by, 0); draw(); };
    const less = h("button", { class: "step", type: "button", "aria-label": say("field.less", { name }), click: step(-1) }, "−");
    const more = h("button", { class: "step", type: "button", "aria-label": say("field.plus", { name }), click: step(1) }, "+");
    return { row, name, value, item: h("li", { class: "row" }, h("span", { class: "label" }, name), less, value, more) };
  });
  const put = (/** @type {string} */ digit) => () => {
    const row = rows[current];
    const before = fresh || row.value === null ? "" : String(row.value);
    row.value = digit === "<" ? (before.length > 1 ? Number(before.slice(0, -1)) : null) : Number((before + digit).slice(0, 5));
    fresh = false;
    draw();
  };
  const key = (/** @type {string} */ digit, /** @type {string} */ label) => h("button", { class: "key", type: "button", "aria-label": label, click: put(digit) }, digit === "<" ? "⌫" : digit);
  const pad = h("div", { class: "pad", role: "group", "aria-label": say("field.pad"), dir: "ltr" },
    ["1", "2", "3", "4", "5", "6", "7", "8", "9"].map((digit) => key(digit, digit)),
    h("button", { class: "key", type: "button", "aria-label": say("field.clear"), click: () => { rows[current].value = null; fresh = true; draw(); } }, "C"),
    key("0", "0"), key("<", say("field.erase")));
  const keep = /** @type {HTMLButtonElement} */ (h("button", { class: "save", type: "button", click: async () => {
    keep.disabled = true;
    try { await save(rows, ""); } finally { keep.disabled = false; }
  } }, say("field.save")));
  function draw() {
    shown.forEach((one, at) => {
      one.value.textContent = one.row.value === null ? "–" : String(one.row.value);
      one.value.setAttribute("aria-pressed", String(at === current));
      one.value.setAttribute("aria-label", `${one.name}: ${one.row.value === null ? say("field.empty") : one.row.value}`);
    });
    keep.disabled = !mayBeEmpty && rows.every((row) => row.value === null);
    keep.textContent = mayBeEmpty && rows.every((row) => row.value === null) ? say("field.save.uncounted") : say("field.save");
  }
  draw();
  return [h("h1", {}, title), h("ul", { class: "rows" }, shown.map((one) => one.item)), pad, h("div", { class: "dock" }, keep)];
}

/** @param {string} action @param {string[]} operations @param {(about: string, word: string, note: string) => Promise<void>} save */
export function telling(action, operations, save) {
  let about = operations[0] || "";
  const which = operations.length > 1
    ? h("fieldset", {}, h("legend", {}, say("field.which")), h("div", { class: "grid" }, operations.map((name, at) =>
      h("label", { class: "choice" }, h("input", { type: "radio", name: "which", checked: at === 0, change: () => { about = name; } }), bdi(name)))))
    : null;
  const own = operations.length ? null : /** @type {HTMLInputElement} */ (h("input", { id: "own", autocomplete: "off", maxlength: 60, dir: "ltr" }));
  const note = /** @type {HTMLTextAreaElement} */ (h("textarea", { id: "note", rows: 2, maxlength: 300, dir: "auto" }));
  const choose = (/** @type {string} */ word) => async (/** @type {Event} */ event) => {
    const button = /** @type {HTMLButtonElement} */ (event.currentTarget);
    if (own && !own.value.trim()) { own.focus(); return; }
    button.disabled = true;
    try { await save(own ? own.value.trim() : about, word, note.value.split(/\s+/).filter(Boolean).join(" ")); } finally { button.disabled = false; }
  };
  return [
    h("h1", {}, say(`field.do.${action}`)),
    own ? h("p", {}, h("label", { for: "own" }, say("field.which")), own) : which,
    h("p", { class: "what" }, say(`field.why.${action}`)),
    h("div", { class: "grid" }, data.reasons[action].map((/** @type {string} */ word) =>
      h("button", { class: "reason", type: "button", "data-word": word, click: choose(word) }, say(`field.say.${word}`)))),
    h("details", {}, h("summary", {}, say("field.note")), h("label", { for: "note", class: "fine" }, say("field.note.rule")), note),
  ];
}

/** What was written, newest first. @param {any[]} entries @param {((one: any) => void)} [speak] @param {number} [most] */
export function list(entries, speak, most = 60) {
  const newest = [...entries].sort((a, b) => (a.moment < b.moment ? 1 : a.moment > b.moment ? -1 : b.n - a.n)).slice(0, most);
  return h("ol", { class: "written" }, newest.map((one) => h("li", { "data-state": one.state },
    h("span", { class: "when" }, bdi(hereHour(one.moment))),
    h("span", { class: "name" }, say(`field.do.${one.action}`), " ", h("b", {}, one.action in data.told ? say(`field.say.${one.value}`) : one.value === "-" ? say("field.uncounted") : bdi(one.value)),
      one.group === "all" ? "" : ` ${group(one.group)}`, " ", h("span", { class: "fine" }, bdi(one.about))),
    h("span", { class: "state" }, say(`field.is.${one.state}`)),
    one.why ? h("span", { class: "why", lang: "en", dir: "ltr" }, one.why) : null,
    speak && one.state !== "sent" ? h("button", { type: "button", class: "small", click: () => speak(one) }, say("field.speak")) : null)));
}

/** What this post has counted of each convoy, for the one who takes over. @param {any[]} entries */
export function summary(entries) {
  /** @type {Map<string, any>} */
  const latest = new Map();
  const order = [...entries].filter((one) => one.state !== "refused" && !(one.action in data.told)).sort((a, b) => (a.moment < b.moment ? -1 : a.moment > b.moment ? 1 : a.n - b.n));
  for (const one of order) latest.set(one.same, one);
  const by = new Map();
  for (const one of latest.values()) by.set(one.about, [...(by.get(one.about) || []), one]);
  return h("ul", { class: "summary" }, [...by].map(([about, all]) => h("li", {}, h("b", {}, bdi(about)), h("ul", {}, all.map((/** @type {any} */ one) =>
    h("li", {}, say(`field.do.${one.action}`), one.group === "all" ? "" : ` ${group(one.group)}`, ": ", one.value === "-" ? say("field.uncounted") : bdi(one.value)))))));
}
