// A figure leads to its reports: beside the page where a script runs, as a page of its own where none does.
// @ts-check
import { load, say } from "./page.js";

const panel = /** @type {HTMLDialogElement|null} */ (document.getElementById("panel"));
const body = document.getElementById("panel-body");

/** @param {string} address */
async function open(address) {
  if (!panel || !body) return;
  body.replaceChildren(Object.assign(document.createElement("p"), { textContent: say("panel.loading") }));
  if (!panel.open) panel.showModal();
  const close = Object.assign(document.createElement("button"), { type: "button", className: "quiet close", textContent: say("panel.close") });
  close.addEventListener("click", () => panel.close());
  try {
    const found = await load(address);
    const parts = [...found.page.querySelectorAll("main > section")];
    body.replaceChildren(close, ...parts.map((one) => document.importNode(one, true)));
    const whole = Object.assign(document.createElement("a"), { href: address, textContent: say("panel.page") });
    body.append(whole);
  } catch {
    body.replaceChildren(close, Object.assign(document.createElement("p"), { textContent: say("panel.failed") }));
  }
  close.focus();
}

document.addEventListener("click", (event) => {
  const target = /** @type {Element} */ (event.target);
  const words = target.closest?.("[data-words]");
  if (words) { read(/** @type {HTMLElement} */ (words)); return; }
  const link = /** @type {HTMLAnchorElement|null} */ (target.closest?.("a[data-panel]"));
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  open(link.getAttribute("href") || "");
});
panel?.addEventListener("click", (event) => { if (event.target === panel) panel.close(); });

/** The words of a report: opened one by one, as each reading stands in the log. @param {HTMLElement} button */
async function read(button) {
  const answer = await fetch(`/api/v1/texts/${encodeURIComponent(button.dataset.words || "")}`);
  const place = button.parentElement;
  if (!place) return;
  if (!answer.ok) { place.textContent = say("words.none"); return; }
  const found = await answer.json();
  place.replaceChildren();
  if (found.erased) { place.textContent = say("words.erased"); return; }
  for (const [tag, text] of [["q", found.quote], ["span", found.note]]) {
    if (!text) continue;
    const one = document.createElement(tag);
    one.dir = "auto";
    one.textContent = text;
    place.append(one);
  }
  if (!place.childNodes.length) place.textContent = say("words.none");
}
