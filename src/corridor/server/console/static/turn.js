// The slider that turns the whole console back: it shows the moment while it is moved, and goes there when it is let go.
// @ts-check
import { data } from "./page.js";

document.addEventListener("input", (event) => {
  const slider = /** @type {HTMLInputElement} */ (event.target);
  if (slider.id !== "turn") return;
  const shown = document.getElementById("asof-moment");
  const text = worded(moment(slider));
  if (shown) shown.textContent = text;
  slider.setAttribute("aria-valuetext", text);
});

let going = 0;
document.addEventListener("change", (event) => {
  const slider = /** @type {HTMLInputElement} */ (event.target);
  if (slider.id !== "turn") return;
  // By the keyboard each step is a change: go once the keys rest.
  window.clearTimeout(going);
  going = window.setTimeout(() => {
    const address = new URL(location.href);
    address.searchParams.set("at", iso(moment(slider), slider));
    location.assign(address);
  }, 600);
});

/** @param {HTMLInputElement} slider */
function moment(slider) {
  const first = Date.parse(slider.dataset.first || "");
  const last = Date.parse(slider.dataset.last || "");
  return new Date(first + (last - first) * (Number(slider.value) / 1000));
}

/** The offset of the operation's clock, as its own moments carry it. @param {HTMLInputElement} slider */
function offset(slider) {
  const found = /([+-])(\d\d):(\d\d)$/.exec(slider.dataset.last || "");
  return found ? (found[1] === "-" ? -1 : 1) * (Number(found[2]) * 60 + Number(found[3])) : 0;
}

/** @param {Date} at @param {HTMLInputElement} slider */
function iso(at, slider) {
  const minutes = offset(slider);
  const here = new Date(at.getTime() + minutes * 60000).toISOString().slice(0, 16);
  const sign = minutes < 0 ? "-" : "+";
  const rest = Math.abs(minutes);
  return `${here}${sign}${String(Math.floor(rest / 60)).padStart(2, "0")}:${String(rest % 60).padStart(2, "0")}`;
}

/** @param {Date} at */
function worded(at) {
  const slider = /** @type {HTMLInputElement|null} */ (document.getElementById("turn"));
  const here = slider ? new Date(at.getTime() + offset(slider) * 60000) : at;
  return new Intl.DateTimeFormat(`${data.lang}-u-nu-latn`, { dateStyle: "medium", timeStyle: "short", timeZone: "UTC" }).format(here);
}
