// An inject: an invented report, made from the form, for an exercise only.
// @ts-check
import { answered, fields, send } from "./act.js";

const form = /** @type {HTMLFormElement|null} */ (document.getElementById("inject-form"));
form?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const { why, value, source, ...rest } = fields(form);
  const now = new Date().toISOString();
  const id = `inject-${[...crypto.getRandomValues(new Uint8Array(8))].map((one) => one.toString(16).padStart(2, "0")).join("")}`;
  const number = value !== "" && Number.isFinite(Number(value)) ? Number(value) : value;
  const report = { id, source, observed: now, received: now, ...rest, ...(value === "" ? {} : { value: number }) };
  const found = await send("/api/v1/injects", { report, why });
  answered(form, found.ok, found.said, found.status);
});
