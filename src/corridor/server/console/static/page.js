// What every script of a page shares: the data and the texts that stand in it, and the voice for screen readers.
// @ts-check

/** @param {string} id @returns {any} */
const held = (id) => JSON.parse(document.getElementById(id)?.textContent || "{}");

export const data = held("data");
const words = held("words");

/** A text of the catalogue with its fields filled in. @param {string} key @param {Record<string, string|number>} [fields] */
export function say(key, fields = {}) {
  const text = words[`js.${key}`];
  if (text === undefined) throw new Error(`no text js.${key}`);
  return Object.entries(fields).reduce((said, [name, value]) => said.replace(`{${name}}`, String(value)), text);
}

/** Say something to those who listen. @param {string} text */
export function tell(text) {
  const place = document.getElementById("said");
  if (!place) return;
  place.textContent = "";
  window.setTimeout(() => { place.textContent = text; }, 60);
}

/** A parsed page. @param {string} address @param {AbortSignal} [signal] */
export async function load(address, signal) {
  const answer = await fetch(address, { credentials: "same-origin", signal, headers: { accept: "text/html" } });
  const text = await answer.text();
  return { ok: answer.ok, status: answer.status, page: new DOMParser().parseFromString(text, "text/html") };
}
