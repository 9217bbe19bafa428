// Filters the rows of the long tables of a page by what is typed; the whole table stays in the page for print.
// @ts-check
import { say } from "./page.js";

function bring() {
  for (const frame of document.querySelectorAll(".tabled")) {
    const rows = frame.querySelectorAll("tbody tr");
    if (rows.length < 12 || frame.querySelector("[data-filter]")) continue;
    const label = document.createElement("label");
    label.className = "filter noprint";
    label.textContent = say("filter");
    const field = Object.assign(document.createElement("input"), { type: "search" });
    field.dataset.filter = "";
    label.append(field);
    frame.prepend(label);
    field.addEventListener("input", () => {
      const word = field.value.toLowerCase();
      for (const row of rows) /** @type {HTMLElement} */ (row).hidden = !(row.textContent || "").toLowerCase().includes(word);
    });
  }
}

bring();
document.addEventListener("corridor:fresh", bring);
