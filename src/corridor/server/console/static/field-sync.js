// Sending what is kept: urgent entries first, in small parts, by id, until each has been answered.
// @ts-check
import { sent } from "./field-code.js";
import * as store from "./field-store.js";

const PART = 50;
const FIRST = 1000;
const LONGEST = 60000;
/** @type {{sending: boolean, problem: string, skew: number, at: string}} */
export const state = { sending: false, problem: "", skew: 0, at: "" };
let wait = FIRST;
let timer = 0;
let again = false;
let doubtful = false;
/** @type {() => void} */
let changed = () => {};

/** @param {() => void} told */
export function start(told) {
  changed = told;
  window.addEventListener("online", () => { wait = FIRST; kick(); });
  window.addEventListener("offline", changed);
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
    for (const own of await store.devices()) {
      if (own.ended) continue;
      await sendOf(own);
    }
    state.problem = "";
    wait = FIRST;
  } catch (error) {
    const said = error instanceof Told ? error.key : "network";
    state.problem = said;
    failed = said === "network" || said === "busy";
    doubtful = true;
  }
  state.sending = false;
  changed();
  if (again) { kick(); return; }
  // Twice as long each time, and not all phones at once when the network comes back.
  if (failed) {
    timer = window.setTimeout(kick, wait * (0.75 + Math.random() / 2));
    wait = Math.min(wait * 2, LONGEST);
  }
}

class Told extends Error {
  /** @param {string} key */
  constructor(key) { super(key); this.key = key; }
}

/** @param {string} token @param {string} path @param {any} [body] */
async function call(token, path, body) {
  const answer = await fetch(`/api/v1/${path}`, {
    method: body ? "POST" : "GET", credentials: "omit", cache: "no-store", signal: AbortSignal.timeout(15000),
    headers: { authorization: `Bearer ${token}`, ...(body ? { "content-type": "application/json" } : {}) },
    body: body ? JSON.stringify(body) : undefined,
  });
  if (answer.ok) return answer.json();
  if (answer.status === 401 || answer.status === 403) throw new Told("ended");
  if (answer.status === 409) throw new Told("closed");
  throw new Told(answer.status === 422 || answer.status === 400 || answer.status === 404 ? "refused" : "busy");
}

/** @param {any} own */
async function sendOf(own) {
  let waiting = (await store.unsent()).filter((/** @type {any} */ one) => one.device === own.device);
  if (waiting.length && doubtful) {
    // An answer was lost: what the server has already need not be sent again.
    const had = await call(own.token, "sync");
    const missing = new Set(had.missing || []);
    const known = waiting.filter((/** @type {any} */ one) => one.n <= had.highest && !missing.has(one.n));
    if (known.length) {
      await store.answered(known.map((/** @type {any} */ one) => ({ device: own.device, n: one.n, state: "sent" })));
      changed();
      waiting = waiting.filter((/** @type {any} */ one) => !known.includes(one));
    }
    doubtful = false;
  }
  waiting.sort((/** @type {any} */ a, /** @type {any} */ b) => Number(b.urgent) - Number(a.urgent) || a.n - b.n);
  while (waiting.length) {
    const part = waiting.splice(0, PART);
    const entries = await Promise.all(part.map(sent));
    const said = await call(own.token, "sync", { entries, clock: new Date().toISOString() });
    const by = new Map(said.answers.map((/** @type {any} */ one) => [one.id, one]));
    const answers = part.flatMap((/** @type {any} */ one, /** @type {number} */ index) => {
      const found = /** @type {any} */ (by.get(entries[index].id));
      if (!found) return [];
      const state = { accepted: "sent", duplicate: "sent", conflict: "conflict", rejected: "refused" }[/** @type {string} */ (found.status)];
      return state ? [{ device: own.device, n: one.n, state, why: found.why }] : [];
    });
    // Only what the server named is no longer waiting.
    await store.answered(answers);
    state.skew = said.clock_ahead_seconds || 0;
    await store.setMeta("skew", state.skew);
    state.at = new Date().toISOString();
    changed();
  }
  for (const one of await store.carried()) {
    await call(own.token, "codes", { text: one.text });
    await store.delivered(one.id);
    changed();
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
