// An entry as its report, its id and its line: the same as operation/spoken.py makes of the line, to the last letter.
// @ts-check
import { data } from "./field-words.js";

/** @param {string} letter */
function number(letter) {
  const code = letter.codePointAt(0) || 0;
  if (letter >= "0" && letter <= "9") return code - 48;
  if (letter >= "a" && letter <= "z") return code - 61;
  return letter >= "A" && letter <= "Z" ? code - 55 : 62 + (code % 35);
}

/** ISO 7064, MOD 97-10. @param {string} text */
export function checkDigits(text) {
  let rest = 0;
  for (const letter of text) {
    rest = (rest * 100 + number(letter)) % 97;
  }
  return String(98 - ((rest * 100) % 97)).padStart(2, "0");
}

/** @param {string} text */
export async function sha256(text) {
  const bytes = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** A UUID of version 8 made from the device and its count (RFC 9562). @param {string} device @param {number} n */
export async function entryId(device, n) {
  const t = await sha256(["field", device, String(n)].join("\x1f"));
  const variant = "89ab"[parseInt(t[16], 16) & 3];
  return `${t.slice(0, 8)}-${t.slice(8, 12)}-8${t.slice(13, 16)}-${variant}${t.slice(17, 20)}-${t.slice(20, 32)}`;
}

const factOf = (/** @type {string} */ action) => data.counts[action] || data.told[action];

/** What is sent of an entry. @param {any} one */
export async function sent(one) {
  const id = await entryId(one.device, one.n);
  /** @type {any} */
  const body = {
    id, source: `post ${one.post}`, fact: factOf(one.action), about: one.about, place: one.post,
    observed: one.moment, received: one.moment, group: one.group,
    value: one.action in data.told ? data.sayings[one.value] : one.value === "-" ? null : Number(one.value),
  };
  if (one.value === "-") body.hedge = "unknown";
  if (one.note) body.note = one.note;
  return { id, device_seq: one.n, recorded: one.moment, urgent: one.urgent, body };
}

/** @param {any} one */
export function line(one) {
  const moment = one.moment.slice(2).replace(/[-:Z]/g, "").replace("T", "-");
  const about = one.about.replace(/%/g, "%25").replace(/ /g, "%20");
  const body = `${one.n} ${one.action} ${about} ${one.group} ${one.value} ${moment}`;
  const note = one.note ? ` | ${one.note}` : "";
  return `${body} ${checkDigits(`${one.device} ${one.post} ${body}${note}`)}${note}`;
}

/** The lines of some entries under the heads of their devices. @param {any[]} entries */
export function lines(entries) {
  /** @type {string[]} */
  const found = [];
  let device = "";
  for (const one of [...entries].sort((a, b) => (a.device < b.device ? -1 : a.device > b.device ? 1 : a.n - b.n))) {
    if (one.device !== device) found.push(`corridor/1 ${one.device} ${one.post}`);
    device = one.device;
    found.push(line(one));
  }
  return found.length ? `${found.join("\n")}\n` : "";
}

/** The number of the first line of a text that no phone wrote, or 0: its check digits are looked at before it is kept. @param {string} text */
export function wrongLine(text) {
  let head = "";
  const all = text.replace(/\ufeff/g, "").split(/\r?\n/).map((one) => one.trim().split(/\s+/).join(" "));
  for (const [at, one] of all.entries()) {
    if (!one) continue;
    const named = /^corridor\/1 (\S+ \S.*)$/.exec(one);
    if (named) { head = named[1]; continue; }
    const seen = /^(\d{1,9} [a-z]+ \S+ [a-z_]+ \S+ \d{6}-\d{6}) (\d\d)( \| .+)?$/.exec(one);
    if (!head || !seen || seen[2] !== checkDigits(`${head} ${seen[1]}${seen[3] || ""}`)) return at + 1;
  }
  return head ? 0 : 1;
}
