// Forms that decide something: they are sent to the interface as JSON, and what came of it is said beside the button.
// @ts-check
import { say, tell } from "./page.js";

/** The fields of a form as the interface wants them. @param {HTMLFormElement} form */
export function fields(form) {
  /** @type {Record<string, any>} */
  const found = {};
  for (const each of form.elements) {
    const one = /** @type {HTMLInputElement} */ (each);
    if (!one.name || one.disabled) continue;
    if ((one.type === "checkbox" || one.type === "radio") && !one.checked) continue;
    if (one.value === "" && one.dataset.optional !== undefined) continue;
    const kind = one.dataset.kind || "text";
    const value = kind === "number" ? Number(one.value) : kind === "flag" ? one.checked : one.value;
    if (kind === "list") (found[one.name] ||= []).push(value);
    else found[one.name] = value;
  }
  return found;
}

/** Send something to the interface. @param {string} address @param {any} body @param {string} [method] */
export async function send(address, body, method = "POST") {
  const answer = await fetch(address, {
    method, credentials: "same-origin", headers: { "content-type": "application/json" },
    body: method === "DELETE" ? undefined : JSON.stringify(body),
  });
  const text = await answer.text();
  let said = null;
  try { said = text ? JSON.parse(text) : null; } catch { said = null; }
  return { ok: answer.ok, status: answer.status, said };
}

/** Say what came of it. @param {Element} form @param {boolean} ok @param {any} said @param {number} status */
export function answered(form, ok, said, status) {
  const place = form.querySelector("[data-answer]") || form.appendChild(document.createElement("p"));
  place.setAttribute("data-answer", "");
  place.className = ok ? "answer good" : "answer bad";
  const text = ok ? say("act.done") : say(status === 403 ? "act.notyours" : status === 409 ? "act.conflict" : "act.failed");
  place.replaceChildren(document.createTextNode(text));
  if (!ok && said && said.cause) {
    // Of many lines that were typed in, the one to look at.
    const where = /, line \d+$/.test(said.place || "") ? `${said.place}: ` : "";
    const cause = Object.assign(document.createElement("span"), { lang: "en", dir: "ltr", textContent: ` ${where}${said.cause}${said.hint ? ` (${said.hint})` : ""}` });
    place.append(cause);
  }
  tell(place.textContent || "");
}

document.addEventListener("submit", async (event) => {
  const form = /** @type {HTMLFormElement} */ (event.target);
  if (!form.dataset.api) return;
  event.preventDefault();
  const confirmed = form.dataset.confirm;
  if (confirmed && !window.confirm(confirmed)) return;
  const button = /** @type {HTMLButtonElement|null} */ (event.submitter);
  const extra = button && button.name ? { [button.name]: button.dataset.kind === "number" ? Number(button.value) : button.value } : {};
  if (button) button.disabled = true;
  try {
    const found = await send(form.dataset.api, { ...fields(form), ...extra }, form.dataset.method || "POST");
    answered(form, found.ok, found.said, found.status);
    if (found.ok) {
      form.removeAttribute("data-dirty");
      document.dispatchEvent(new CustomEvent("corridor:acted", { detail: { form, said: found.said } }));
      const { refresh } = await import("./live.js");
      refresh();
    }
  } catch { answered(form, false, null, 0); }
  if (button) button.disabled = false;
});
