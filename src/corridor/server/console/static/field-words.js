// The words of the page in three languages, its digits and its direction: all of it is here when there is no network.
// @ts-check

/** @type {any} */
export const data = JSON.parse(document.getElementById("data")?.textContent || "{}");
export const LANGUAGES = ["en", "fr", "ar"];
const root = document.documentElement;
const kept = (/** @type {string} */ name) => { try { return localStorage.getItem(`corridor-${name}`) || ""; } catch { return ""; } };
const keep = (/** @type {string} */ name, /** @type {string} */ value) => { try { localStorage.setItem(`corridor-${name}`, value); } catch { /* a phone that keeps nothing still shows it */ } };

export let lang = LANGUAGES.includes(kept("lang")) ? kept("lang") : root.lang || "en";
export let theme = kept("theme") || root.dataset.theme || "auto";

/** @param {string} wanted */
export function choose(wanted) {
  lang = wanted;
  keep("lang", wanted);
  show();
}

/** @param {string} wanted */
export function shade(wanted) {
  theme = wanted;
  keep("theme", wanted);
  show();
}

export function show() {
  root.lang = lang;
  root.dir = lang === "ar" ? "rtl" : "ltr";
  root.dataset.theme = theme;
  document.title = say("field.name");
}

/** A text of the catalogue with its fields filled in. @param {string} key @param {Record<string, string|number>} [fields] @returns {string} */
export function say(key, fields = {}) {
  const text = data.words[lang][key];
  if (text === undefined) throw new Error(`no text ${key}`);
  return Object.entries(fields).reduce((said, [name, value]) => said.replace(`{${name}}`, String(value)), text);
}

/** @param {string} name */
export const group = (name) => data.groups[name]?.[lang] || name;

/** The hour and minute where the operation is, as the plan writes them. @param {string} moment */
export const hour = (moment) => moment.slice(11, 16);

const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
/** The hour and minute here. @param {string} moment */
export const hereHour = (moment) => clock.format(new Date(moment));

/** Say something to those who listen. @param {string} text */
export function tell(text) {
  const place = document.getElementById("said");
  if (!place) return;
  place.textContent = "";
  window.setTimeout(() => { place.textContent = text; }, 60);
}
