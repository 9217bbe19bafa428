// What is shown once: the one-time link of an account, the code of a phone.
// @ts-check
import { say } from "./page.js";

document.addEventListener("corridor:acted", (event) => {
  const { said } = /** @type {CustomEvent} */ (event).detail;
  const place = document.getElementById(said?.link ? "invited" : said?.code ? "enrolled" : "");
  if (!place) return;
  const words = document.createElement("p");
  words.textContent = said.link ? say("accounts.once", { name: said.account }) : say("start.scan", { post: said.post });
  const code = Object.assign(document.createElement("code"), { textContent: said.link || said.address, dir: "ltr" });
  const image = said.picture ? [Object.assign(document.createElement("img"), { src: said.picture, alt: words.textContent, width: 240, height: 240 })] : [];
  place.replaceChildren(words, ...image, code);
});
