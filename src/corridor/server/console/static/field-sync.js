// Sending what is kept: urgent entries first, in small parts, by id, until each has been answered.
// @ts-check
import { lines, sent } from "./field-code.js";
import * as store from "./field-store.js";

const PART = 50;
const LEAST = 5;
const PATIENCE = 30000;
const FIRST = 1000;
const LONGEST = 60000;
/** @type {{sending: boolean, problem: string, skew: number, at: string}} */
export const state = { sending: false, problem: "", skew: 0, at: "" };
let wait = FIRST;
let timer = 0;
let again = false;
// Fewer at once after a failure: over a thin line a large part would never come to its end.
let size = PART;
let doubtful = false;
/** @type {(some?: any[]) => void} */
let changed = () => {};

/** @param {(some?: any[]) => void} told */
export function start(told) {
  changed = told;
  window.addEventListener("online", () => { wait = FIRST; kick(); });
  window.addEventListener("offline", () => changed([]));
  document.addEventListener("visibilitychange", () => { if (!document.hidden) kick(); });
  kick();
}

/** Send now; what comes while it sends is sent after it. */
export function kick() {
  window.clearTimeout(timer);
  if (state.sending) { again = true; return; }
  run();
}

async function run() {
  state.sending = true;
  again = false;
  let failed = false;
  try {
    state.problem = await sendAll();
    wait = FIRST;
    doubtful = false;
  } catch (error) {
    state.problem = error instanceof Told ? error.key : "network";
    failed = true;
    doubtful = true;
    size = Math.max(Math.floor(size / 2), LEAST);
  }
  state.sending = false;
  changed([]);
  if (again) { kick(); return; }
  // Twice as long each time, and not all phones at once when the network comes back.
  if (failed) {
    timer = window.setTimeout(kick, wait * (0.75 + Math.random() / 2));
    wait = Math.min(wait * 2, LONGEST);
  }
}

/** Send what each enrolment of this phone has; returns what the present one was told. @returns {Promise<string>} */
async function sendAll() {
  const current = await store.meta("current");
  const all = await store.devices();
  const own = all.find((/** @type {any} */ one) => one.device === current);
  let problem = "";
  for (const one of all) {
    try { await sendOf(one); } catch (error) {
      // No answer is the same for all; a refusal is of this enrolment alone.
      if (!(error instanceof Told) || error.key === "busy") throw error;
      if (error.key === "ended") await store.ended(one.device);
      if (one === own) problem = error.key;
      else if (error.key === "ended" && own) await passOn(one, own);
    }
  }
  if (own && !problem) problem = await deliver(own);
  return problem;
}

/** What an enrolment that is over has not sent goes by the present one, as another phone's would. @param {any} old @param {any} own */
async function passOn(old, own) {
  const waiting = (await store.unsent()).filter((/** @type {any} */ one) => one.device === old.device);
  if (!waiting.length) return;
  const said = await call(own.token, "codes", { text: lines(waiting) });
  const taken = new Set(said.answers.filter((/** @type {any} */ one) => one.status === "accepted" || one.status === "duplicate").map((/** @type {any} */ one) => one.id));
  const ids = await Promise.all(waiting.map(sent));
  // What was not taken stays unsent, to be shown as a file or as QR codes.
  const sure = waiting.filter((/** @type {any} */ _, /** @type {number} */ at) => taken.has(ids[at].id));
  changed(await store.answered(sure.map((/** @type {any} */ one) => ({ device: one.device, n: one.n, state: "sent" }))));
}

/** Pass on what other phones gave. @param {any} own @returns {Promise<string>} */
async function deliver(own) {
  let problem = "";
  for (const one of await store.carried()) {
    try { await call(own.token, "codes", { text: one.text }); } catch (error) {
      // A text that the server cannot read stops nothing behind it; its phone has it still.
      if (!(error instanceof Told) || error.key !== "refused") throw error;
      problem = error.key;
    }
    await store.delivered(one.id);
    changed([]);
  }
  return problem;
}

class Told extends Error {
  /** @param {string} key */
  constructor(key) { super(key); this.key = key; }
}

/** @param {string} token @param {string} path @param {any} [body] */
async function call(token, path, body) {
  const answer = await fetch(`/api/v1/${path}`, {
    method: body ? "POST" : "GET", credentials: "omit", cache: "no-store", signal: AbortSignal.timeout(PATIENCE),
    headers: { authorization: `Bearer ${token}`, ...(body ? { "content-type": "application/json" } : {}) },
    body: body ? JSON.stringify(body) : undefined,
  });
  if (answer.ok) return answer.json();
  // A door on the way, as of a hotel, says no too: only Corridor's own no is believed.
  const own = (answer.headers.get("content-type") || "").startsWith("application/problem+json");
  if (!own) throw new Told("busy");
  if (answer.status === 401 || answer.status === 403) throw new Told("ended");
  if (answer.status === 409) throw new Told("closed");
  throw new Told(answer.status === 422 || answer.status === 400 || answer.status === 404 ? "refused" : "busy");
}

/** What waits of one enrolment, urgent first. @param {any} own @returns {Promise<any[]>} */
async function waitingOf(own) {
  const waiting = (await store.unsent()).filter((/** @type {any} */ one) => one.device === own.device);
  return waiting.sort((/** @type {any} */ a, /** @type {any} */ b) => Number(b.urgent) - Number(a.urgent) || a.n - b.n);
}

/** An answer was lost: what the server has already need not be sent again. @param {any} own @param {any[]} waiting */
async function leaveOut(own, waiting) {
  const had = await call(own.token, "sync");
  const missing = new Set(had.missing || []);
  const known = waiting.filter((/** @type {any} */ one) => one.n <= had.highest && !missing.has(one.n));
  if (!known.length) return;
  changed(await store.answered(known.map((/** @type {any} */ one) => ({ device: own.device, n: one.n, state: "sent" }))));
}

/** @param {any} own */
async function sendOf(own) {
  let waiting = await waitingOf(own);
  if (waiting.length && doubtful) {
    await leaveOut(own, waiting);
    waiting = await waitingOf(own);
  }
  while (waiting.length) {
    // Urgent ones go alone, however much else there is, and also where they were written while the rest was sent.
    const first = waiting.filter((/** @type {any} */ one) => one.urgent);
    const part = (first.length ? first : waiting).slice(0, size);
    const entries = await Promise.all(part.map(sent));
    const said = await call(own.token, "sync", { entries, clock: new Date().toISOString() });
    size = Math.min(size * 2, PART);
    const by = new Map(said.answers.map((/** @type {any} */ one) => [one.id, one]));
    const answers = part.flatMap((/** @type {any} */ one, /** @type {number} */ index) => {
      const found = /** @type {any} */ (by.get(entries[index].id));
      if (!found) return [];
      const state = { accepted: "sent", duplicate: "sent", conflict: "conflict", rejected: "refused" }[/** @type {string} */ (found.status)];
      return state ? [{ device: own.device, n: one.n, state, why: found.why }] : [];
    });
    // Only what the server named is no longer waiting.
    const fresh = await store.answered(answers);
    const skew = said.clock_ahead_seconds || 0;
    if (skew !== state.skew) await store.setMeta("skew", skew);
    state.skew = skew;
    state.at = new Date().toISOString();
    changed(fresh);
    if (!answers.length) return;
    waiting = await waitingOf(own);
  }
}

/** What the post has to do; null where it cannot be asked now. @param {string} token */
export async function assignment(token) {
  try { return await call(token, "assignment"); } catch { return null; }
}

/** Turn a code into this phone's own token, once. @param {string} code */
export async function claim(code) {
  const answer = await fetch("/api/v1/devices/claim", {
    method: "POST", credentials: "omit", cache: "no-store", headers: { "content-type": "application/json" }, body: JSON.stringify({ code }),
  });
  if (!answer.ok) throw new Told(answer.status === 401 ? "used" : "busy");
  return answer.json();
}
