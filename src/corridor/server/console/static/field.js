// The page of a post: who enrolled, what is shown, what a tap does.
// @ts-check
import { line, lines, sha256, wrongLine } from "./field-code.js";
import * as store from "./field-store.js";
import * as sync from "./field-sync.js";
import { back, convoy, form, h, home, list, roleOf, rowsOf, summary, telling } from "./field-views.js";
import { choose, data, hereHour, lang, LANGUAGES, say, shade, show, tell, theme } from "./field-words.js";

const URGENT = ["halt", "resume", "incident", "held", "request"];
const OWN_NAMES = { en: "English", fr: "Français", ar: "العربية" };
const ASKED_EVERY = 60000;
const HOUR = 3600000;
// Longer than a shift and its handover; what was sent before lies in the log and need not lie on a phone.
const KEPT_HOURS = 24;
const WARNED_HOURS = 24;
/** @type {any} */
const now = { own: null, task: null, view: { name: "home" }, written: [], unsent: 0, kept: false, saved: "" };
const page = document.body;
const main = /** @type {HTMLElement} */ (document.getElementById("main"));
const top = h("header", { class: "fieldtop" });
const bar = h("nav", { class: "bar" });
main.before(top);
main.after(bar);

async function load() {
  const [all, current, task, skew] = await Promise.all([store.devices(), store.meta("current"), store.meta("assignment"), store.meta("skew")]);
  now.own = all.find((/** @type {any} */ one) => one.device === current) || null;
  now.task = now.own ? task : null;
  sync.state.skew = skew || 0;
}

/** @type {Map<string, any>} */
let held = new Map();

/**
 * Read again what is written down: everything, or only what has changed, as hundreds of entries are slow on a cheap phone.
 * The number of the unsent is always that of the disk. @param {any[]} [some]
 */
async function count(some) {
  now.unsent = await store.countUnsent();
  if (!some) held = new Map();
  for (const one of some || await store.everything()) held.set(`${one.device} ${one.n}`, one);
  now.written = [...held.values()];
}

function head() {
  const online = navigator.onLine;
  const problem = sync.state.problem;
  const state = problem === "ended" || problem === "closed" || problem === "refused" ? problem : !online ? "offline" : sync.state.sending && now.unsent ? "sending" : problem ? "lost" : "online";
  const refused = now.written.filter((/** @type {any} */ one) => one.state === "refused" || one.state === "conflict").length;
  top.replaceChildren(
    h("p", { class: "post" }, h("bdi", {}, now.own ? now.own.post : "Corridor"), now.task?.exercise ? h("span", { class: "mark exercise" }, say("field.exercise")) : ""),
    h("p", { class: "unsent", id: "unsent", "data-n": now.unsent, "data-state": now.unsent ? "some" : "none" }, say("field.unsent", { n: now.unsent })),
    h("p", { class: "line", "data-state": state }, say(`field.line.${state}`), now.kept && online ? h("span", { id: "kept" }, " · ", say("field.kept")) : ""),
    Math.abs(sync.state.skew) > 120 ? h("p", { class: "warning" }, say("field.clock", { minutes: Math.round(sync.state.skew / 60) })) : "",
    refused ? h("p", { class: "warning" }, say("field.refused", { n: refused })) : "",
    oldest() >= WARNED_HOURS ? h("p", { class: "warning", id: "long" }, say("field.long", { hours: oldest() })) : "",
  );
}

/** For how many hours the oldest entry has waited. */
function oldest() {
  const moments = now.written.filter((/** @type {any} */ one) => one.state === "new").map((/** @type {any} */ one) => Date.parse(one.moment));
  return moments.length ? Math.floor((Date.now() - sync.state.skew * 1000 - Math.min(...moments)) / HOUR) : 0;
}

function foot() {
  const to = (/** @type {string} */ name) => h("button", { type: "button", "aria-current": now.view.name === name ? "page" : null, "data-to": name, click: () => go({ name }) }, say(`field.nav.${name}`));
  bar.setAttribute("aria-label", say("field.nav"));
  bar.replaceChildren(...(now.own ? ["home", "tell", "written", "more"].map(to) : []));
}

/** Show another view; what was just saved is said until the next one. @param {any} view @param {string} [saved] */
function go(view, saved = "") {
  now.saved = saved;
  now.view = { ...view, draft: crypto.randomUUID() };
  away();
  draw(true);
}

/** One step of the browser's history stands for all views but the first: its own way back leads up, then out. */
let stepped = false;
function away() {
  if (stepped || now.view.name === "home") return;
  history.pushState(null, "");
  stepped = true;
}

window.addEventListener("popstate", () => {
  stepped = false;
  go(now.view.from || { name: "home" });
});

/** @param {any[]} made */
async function keep(made) {
  const at = new Date(Date.now() - sync.state.skew * 1000).toISOString().replace(/\.\d+Z$/, "Z");
  let kept;
  try { kept = await written(made, at); } catch (error) {
    // The form stays as it is; nothing says that it was kept.
    main.querySelector("[role=alert]")?.remove();
    main.prepend(h("p", { class: "warning", role: "alert" }, say("field.notkept"), " ", h("span", { class: "fine", dir: "ltr", lang: "en" }, String(error))));
    window.scrollTo(0, 0);
    return;
  }
  await count(kept);
  sync.kick();
  go(now.view.from || { name: "home" }, say("field.saved", { n: kept.length }));
  tell(now.saved);
}

/** @param {any[]} made @param {string} at */
function written(made, at) {
  return store.record(now.own.device, now.view.draft, made.map((one) => ({ note: "", ...one, value: String(one.value), urgent: URGENT.includes(one.action) })), at);
}

function body() {
  const { view, task, own } = now;
  if (!own || view.name === "enrol") return enrolling();
  if (view.name === "convoy") return [back(() => go({ name: "home" })), ...convoy(view.convoy, duty(), now.written, (what) => go({ name: "count", what, convoy: view.convoy, from: { name: "convoy", convoy: view.convoy } }))];
  if (view.name === "count") {
    const about = view.convoy ? view.convoy.convoy : own.post;
    const rows = rowsOf(view.what, view.convoy, duty());
    const empty = view.what === "pass";
    const title = view.convoy ? `${say(view.what === "held" || view.what === "back" ? `field.do.${view.what}` : `field.act.${view.what}`)} · ${view.convoy.convoy}` : say(`field.do.${view.what}`);
    return [back(() => go(view.from)), ...form(title, rows, empty, (all) => {
      const said = all.filter((row) => row.value !== null);
      const made = said.length || !empty ? said : [{ ...all[0], value: "-" }];
      return keep(made.map((row) => ({ action: row.action, group: row.group, value: row.value, about })));
    })];
  }
  if (view.name === "tell") return [h("h1", {}, say("field.nav.tell")), h("div", { class: "acts" }, Object.keys(data.told).map((action) =>
    h("button", { class: "act", type: "button", "data-act": action, click: () => go({ name: "telling", action, from: { name: "tell" } }) }, say(`field.do.${action}`))))];
  if (view.name === "telling") {
    const operations = view.action === "request" ? [own.post] : task?.operations || [];
    return [back(() => go(view.from)), ...telling(view.action, operations, (about, word, note) => keep([{ action: view.action, group: "all", value: word, about, note }]))];
  }
  if (view.name === "written") return [h("h1", {}, say("field.nav.written")),
    h("details", {}, h("summary", {}, say("field.handover")), h("p", { class: "what" }, say("field.handover.how")), summary(now.written.filter((/** @type {any} */ one) => one.post === own.post))),
    now.written.length ? list(now.written, (one) => go({ name: "speak", one, from: { name: "written" } })) : h("p", { class: "note" }, say("field.nothing"))];
  if (view.name === "speak") return speaking(view.one);
  if (view.name === "other") return otherConvoy();
  if (view.name === "more") return more();
  if (view.name === "empty") return emptying();
  if (view.name === "qr") return qr(view.what);
  return home(task, (one) => go({ name: "convoy", convoy: one }), () => go({ name: "other" }), (what) => go({ name: "count", what, from: { name: "home" } }));
}

const duty = () => now.task || { post: now.own.post, kind: "", convoys: [], operations: [] };

function otherConvoy() {
  const field = /** @type {HTMLInputElement} */ (h("input", { id: "name", autocomplete: "off", maxlength: 60, dir: "ltr", value: (duty().operations[0] || "") + "/" }));
  const open = () => { if (/^\S+\/\S+$/.test(field.value.trim())) go({ name: "convoy", convoy: { convoy: field.value.trim(), vehicles: null } }); else field.focus(); };
  return [back(() => go({ name: "home" })), h("h1", {}, say("field.other")), h("form", { submit: (/** @type {Event} */ event) => { event.preventDefault(); open(); } },
    h("label", { for: "name" }, say("field.other.name")), field, h("button", { class: "save" }, say("field.open")))];
}

/** A line to be read out, in parts that can be said. @param {any} one */
function speaking(one) {
  const said = line(one);
  return [back(() => go(now.view.from)), h("h1", {}, say("field.speak")), h("p", { class: "what" }, say("field.speak.how")),
    h("p", { class: "code", dir: "ltr", id: "spoken" }, `corridor/1 ${one.device} ${one.post}`), h("p", { class: "code big", dir: "ltr" }, said)];
}

function enrolling() {
  const field = /** @type {HTMLInputElement} */ (h("input", { id: "code", autocomplete: "off", dir: "ltr", maxlength: 400 }));
  const answer = h("p", { class: "warning", role: "alert" });
  const claim = async (/** @type {string} */ text) => {
    const code = text.trim().replace(/^.*#/, "");
    if (!code) return;
    try {
      const made = await sync.claim(code);
      await store.enrolled(made);
      // The browser may say no; then the phone clears what it keeps when it runs short of space.
      try { await navigator.storage?.persist?.(); } catch { /* as before */ }
      await load();
      await ask();
      history.replaceState(null, "", "/field");
      now.view = { name: "home" };
      await refresh(true);
      sync.kick();
    } catch (error) { answer.textContent = say(/** @type {any} */ (error).key === "used" ? "field.code.used" : "field.code.failed"); }
  };
  const code = location.hash.slice(1);
  if (code && !now.tried) { now.tried = true; history.replaceState(null, "", location.pathname); claim(code); }
  return [h("h1", {}, say("field.enrol")), h("p", {}, say("field.enrol.how")), answer,
    h("form", { submit: (/** @type {Event} */ event) => { event.preventDefault(); claim(field.value); } }, h("label", { for: "code" }, say("field.code")), field, h("button", { class: "save" }, say("field.enrol.do"))),
    Object.keys(data.qr).length ? h("p", {}, h("button", { type: "button", class: "wide", id: "scan", click: () => scanCode(claim) }, say("field.scan"))) : null, choices()];
}

/** @param {(text: string) => void} found */
async function scanCode(found) {
  const { reader } = await import("./field-qr.js");
  main.replaceChildren(...reader((text) => { found(text); return true; }, () => draw(true)));
}

function choices() {
  const pick = (/** @type {string} */ legend, /** @type {string[]} */ all, /** @type {string} */ chosen, /** @type {(one: string) => string} */ name, /** @type {(one: string) => void} */ set) =>
    h("fieldset", {}, h("legend", {}, legend), h("div", { class: "grid three" }, all.map((one) => h("button", { type: "button", lang: OWN_NAMES[/** @type {"en"} */ (one)] ? one : null, "aria-pressed": String(one === chosen), "data-choice": one, click: () => { set(one); refresh(true); } }, name(one)))));
  return h("section", { class: "choosing" },
    pick(say("field.lang"), LANGUAGES, lang, (one) => OWN_NAMES[/** @type {"en"} */ (one)], choose),
    pick(say("field.theme"), ["auto", "light", "dark"], theme, (one) => say(`field.theme.${one}`), shade));
}

function more() {
  const waiting = now.written.filter((/** @type {any} */ one) => one.state === "new");
  const qrs = Object.keys(data.qr).length > 0;
  const field = /** @type {HTMLTextAreaElement} */ (h("textarea", { id: "lines", rows: 3, dir: "ltr" }));
  const read = /** @type {HTMLInputElement} */ (h("input", { type: "file", id: "file", accept: ".txt,text/plain", change: async () => { const file = read.files?.[0]; if (file) carry(await file.text()); } }));
  return [h("h1", {}, say("field.nav.more")),
    h("section", {}, h("h2", {}, say("field.export")), h("p", { class: "what" }, say("field.export.how")),
      h("div", { class: "grid" }, h("button", { type: "button", id: "save-file", disabled: !waiting.length, click: () => saveFile(lines(waiting)) }, say("field.export.file")),
        qrs ? h("button", { type: "button", id: "show-qr", disabled: !waiting.length, click: () => go({ name: "qr", what: "show", from: { name: "more" } }) }, say("field.export.qr")) : null),
      qrs ? null : h("p", { class: "fine" }, say("field.qr.absent"))),
    h("section", {}, h("h2", {}, say("field.import")), h("p", { class: "what" }, say("field.import.how")),
      qrs ? h("p", {}, h("button", { type: "button", class: "wide", id: "read-qr", click: () => go({ name: "qr", what: "read", from: { name: "more" } }) }, say("field.import.qr"))) : null,
      h("label", { for: "file" }, say("field.import.file")), read,
      h("label", { for: "lines" }, say("field.import.text")), field, h("button", { type: "button", class: "wide", id: "carry", click: () => carry(field.value) }, say("field.import.do")), h("p", { id: "carried", role: "status" })),
    choices(),
    h("section", {}, h("h2", {}, say("field.phone")), h("p", { class: "fine" }, h("bdi", {}, now.own.device), sync.state.at ? ` · ${say("field.sent.at", { at: hereHour(sync.state.at) })}` : ""),
      h("button", { type: "button", class: "wide", id: "again", click: () => go({ name: "enrol" }) }, say("field.enrol.again")),
      h("p", { class: "what" }, say("field.empty.how")),
      h("button", { type: "button", class: "wide", id: "empty", click: () => go({ name: "empty", from: { name: "more" } }) }, say("field.empty.do")))];
}

/** The phone is handed in: everything of the post goes from it, but nothing that was never sent. */
function emptying() {
  const answer = h("p", { class: "warning", role: "alert" });
  const clear = async () => {
    if (!await store.empty()) { answer.textContent = say("field.empty.unsent"); return; }
    await load();
    now.view = { name: "enrol" };
    history.replaceState(null, "", "/field");
    await refresh(true);
  };
  return [back(() => go({ name: "more" })), h("h1", {}, say("field.empty.do")), h("p", { class: "what" }, say("field.empty.how")), answer,
    h("button", { type: "button", class: "save", id: "empty-now", click: clear }, say("field.empty.now"))];
}

/** @param {string} text */
async function carry(text) {
  const place = /** @type {HTMLElement} */ (document.getElementById("carried"));
  const wrong = wrongLine(text);
  if (wrong) { place.textContent = say("field.import.bad", { n: wrong }); return; }
  await store.carry(await sha256(text), text);
  place.textContent = say("field.import.kept");
  sync.kick();
}

/** @param {string} text */
function saveFile(text) {
  const address = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
  const link = h("a", { href: address, download: `${now.own.device}-${new Date().toISOString().slice(0, 16).replace(/[-:]/g, "")}.txt` });
  link.click();
  window.setTimeout(() => URL.revokeObjectURL(address), 10000);
}

/** @param {string} what */
function qr(what) {
  const place = h("div", {});
  import("./field-qr.js").then(async (made) => {
    const leave = () => go({ name: "more" });
    if (what === "show") place.replaceChildren(...await made.shower(lines(now.written.filter((/** @type {any} */ one) => one.state === "new"))));
    else {
      const parts = new made.Parts();
      place.replaceChildren(...made.reader((text) => {
        const whole = parts.take(text);
        tell(say("field.qr.part", { n: parts.have, of: parts.of }));
        if (!whole) return false;
        whole.then((found) => { go({ name: "more" }); carry(found); });
        return true;
      }, leave, parts));
    }
  }).catch(() => place.replaceChildren(h("p", { class: "warning" }, say("field.qr.absent"))));
  return [back(() => go({ name: "more" })), h("h1", {}, say(what === "show" ? "field.export.qr" : "field.import.qr")), place];
}

/** @param {boolean} [moved] */
function draw(moved = false) {
  head();
  foot();
  const parts = body().filter((/** @type {any} */ part) => part);
  const saved = now.saved;
  main.replaceChildren(...(saved ? [h("p", { class: "saved", id: "saved" }, saved)] : []), ...parts);
  main.dataset.view = now.own ? now.view.name : "enrol";
  if (moved) { main.focus({ preventScroll: true }); window.scrollTo(0, 0); }
}

/** @param {boolean} [everything] @param {any[]} [some] */
async function refresh(everything = false, some = undefined) {
  // The room ended this enrolment: what it had told the phone is gone from it.
  const ended = sync.state.problem === "ended";
  if (ended) await load();
  await count(ended ? undefined : some);
  // What a person is typing stays: only the head changes under a form.
  if (everything || ["home", "written", "convoy"].includes(now.view.name)) draw();
  else head();
}

async function ask() {
  if (!now.own || document.hidden) return;
  const found = await sync.assignment(now.own.token);
  if (!found || JSON.stringify(found) === JSON.stringify(now.task)) return;
  now.task = found;
  await store.setMeta("assignment", found);
  if (now.view.name === "home") draw();
}

/** Forget what was sent long ago. */
async function tidy() {
  if (await store.forgetBefore(new Date(Date.now() - KEPT_HOURS * HOUR).toISOString())) refresh();
}

async function begin() {
  show();
  await Promise.all([load(), count()]);
  if (location.hash.length > 10) now.view = { name: "enrol" };
  draw();
  page.dataset.ready = "yes";
  sync.start((some) => { refresh(false, some); });
  ask();
  window.setInterval(() => { ask(); head(); }, ASKED_EVERY);
  window.setInterval(tidy, HOUR);
  tidy();
  document.addEventListener("visibilitychange", ask);
  // Another tab may have written meanwhile.
  document.addEventListener("visibilitychange", () => { if (!document.hidden) refresh(); });
  if (!("serviceWorker" in navigator)) return;
  const before = navigator.serviceWorker.controller;
  navigator.serviceWorker.addEventListener("controllerchange", () => { if (before && now.view.name === "home") location.reload(); });
  await navigator.serviceWorker.register("/field-worker.js", { scope: "/field" });
  await navigator.serviceWorker.ready;
  now.kept = true;
  head();
  // Where the line broke off at the first visit, the reader of QR codes comes now; what is there already costs nothing.
  if (before) for (const address of Object.values(data.qr)) fetch(/** @type {string} */ (address)).catch(() => {});
}

begin().catch((error) => {
  main.replaceChildren(h("h1", {}, say("field.name")), h("p", { class: "warning", role: "alert" }, say("field.broken")), h("p", { class: "fine", dir: "ltr", lang: "en" }, String(error)));
});

export { roleOf };
