// The button that prints; without scripts the browser's own menu does it.
// @ts-check
const button = /** @type {HTMLButtonElement|null} */ (document.querySelector("[data-print]"));
if (button) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
