// Keeps a page up to date: the server's stream says that something changed, the page is asked for again, and the parts
// that differ are put in. So the browser never computes a figure of its own, and every page can be live.
// @ts-check
import { data, load, say, tell } from "./page.js";
import "./panel.js";
import "./act.js";
import "./turn.js";

// What a phone wrote is on this page within a second: what comes together is waited for, but not long.
const SOON = 100;
const REST = 500;
let head = data.head;
let last = 0;
let took = 0;
let waiting = 0;
let asking = false;
let again = false;

// On a small screen the pages stand in one row: the one that is open is in sight.
document.querySelector(".top nav [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
const sign = document.getElementById("connection");

/** @param {string} state */
function show(state) {
  if (!sign || sign.dataset.state === state) return;
  sign.dataset.state = state;
  sign.textContent = say(`live.${state}`);
}

/** Whether somebody is at work in a part: it is not taken from under the hands. @param {Element} part */
function busy(part) {
  const active = document.activeElement;
  if (!active || !part.contains(active)) return false;
  return active.matches("input, textarea, select") || part.querySelector("[data-dirty]") !== null;
}

/** Put the parts of a fresh page in where they differ. @param {Document} fresh */
export function put(fresh) {
  let changed = 0;
  for (const part of document.querySelectorAll("[data-live]")) {
    const other = part.id ? fresh.getElementById(part.id) : null;
    if (!other || busy(part)) continue;
    if (part.getAttribute("data-seen") === other.outerHTML) continue;
    const before = part.getAttribute("data-seen") || part.outerHTML;
    if (before === other.outerHTML) { part.setAttribute("data-seen", before); continue; }
    const kept = other.outerHTML;
    changed += 1;
    swap(part, other, kept);
  }
  if (changed) document.dispatchEvent(new CustomEvent("corridor:fresh"));
  const note = fresh.getElementById("data");
  if (note) head = Math.max(head, JSON.parse(note.textContent || "{}").head || 0);
}

/** @param {Element} part @param {Element} other @param {string} kept */
function swap(part, other, kept) {
  const active = document.activeElement;
  const inside = active && part.contains(active) ? path(part, active) : null;
  const opened = [...part.querySelectorAll("details")].map((one) => one.open);
  const scrolled = [...part.querySelectorAll(".scroll, ul, ol")].map((one) => [one.scrollLeft, one.scrollTop]);
  const fresh = document.importNode(other, true);
  fresh.setAttribute("data-seen", kept);
  part.replaceWith(fresh);
  [...fresh.querySelectorAll("details")].forEach((one, i) => { if (opened[i] !== undefined) one.open = opened[i]; });
  [...fresh.querySelectorAll(".scroll, ul, ol")].forEach((one, i) => {
    if (scrolled[i]) [one.scrollLeft, one.scrollTop] = scrolled[i];
  });
  if (inside) /** @type {HTMLElement|null} */ (follow(fresh, inside))?.focus({ preventScroll: true });
}

/** @param {Element} from @param {Element} to */
function path(from, to) {
  const steps = [];
  for (let at = to; at !== from && at.parentElement; at = at.parentElement) {
    steps.unshift([...at.parentElement.children].indexOf(at));
  }
  return steps;
}

/** @param {Element} from @param {number[]} steps */
function follow(from, steps) {
  let at = from;
  for (const step of steps) {
    if (!at.children[step]) return at;
    at = at.children[step];
  }
  return at;
}

/** Ask for the page again, not more often than it can be answered. */
export async function refresh() {
  if (asking) { again = true; return; }
  asking = true;
  const begun = performance.now();
  try {
    const fresh = await load(location.href);
    if (fresh.ok) put(fresh.page);
    else if (fresh.status === 401) location.reload();
  } catch { show("cut"); }
  took = performance.now() - begun;
  last = performance.now();
  asking = false;
  if (again) { again = false; later(); }
}

function later() {
  if (waiting) return;
  const since = performance.now() - last;
  // A busy server is asked less often: never more than a fifth of its time is spent on one reader.
  const rest = Math.max(REST, 4 * took);
  waiting = window.setTimeout(() => { waiting = 0; refresh(); }, Math.max(SOON, rest - since));
}

let alarms = 0;
function follow_stream() {
  const stream = new EventSource(`/api/v1/stream?after=${head}`);
  stream.onopen = () => show("live");
  stream.onerror = () => show("cut");
  const heard = (/** @type {MessageEvent} */ event) => {
    head = Math.max(head, Number(event.lastEventId) || 0);
    document.dispatchEvent(new CustomEvent("corridor:entry", { detail: event }));
    if (data.turned) return;
    later();
  };
  stream.addEventListener("entry", heard);
  stream.addEventListener("alarm", (event) => {
    heard(/** @type {MessageEvent} */ (event));
    alarms += 1;
    window.setTimeout(() => { if (alarms) tell(say("alarm", { n: alarms })); alarms = 0; }, 1500);
  });
  stream.addEventListener("dropped", () => { stream.close(); show("cut"); window.setTimeout(follow_stream, 1000); refresh(); });
  window.addEventListener("pagehide", () => stream.close());
}

if (data.turned) show("turned");
if (data.stream) follow_stream();
// The words "5 minutes ago" age by themselves.
window.setInterval(() => { if (!document.hidden && !data.turned) later(); }, 60000);
