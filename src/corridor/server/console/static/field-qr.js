// QR codes drawn and read; loaded only when they are asked for, by a library of its own (npm `qr`) that the page keeps.
// @ts-check
import { sha256 } from "./field-code.js";
import { h } from "./field-views.js";
import { data, say } from "./field-words.js";

// As many letters as a cheap phone still reads from another's screen (version 15 at level L holds 520 bytes).
const SIZE = 480;
const EVERY = 700;

/** @param {Uint8Array} bytes */
const base64 = (bytes) => btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
/** @param {ReadableStream} stream */
const whole = async (stream) => new Uint8Array(await new Response(stream).arrayBuffer());

/** Cut a text into parts, each with the mark of the whole, its number and how many there are. @param {string} text */
export async function parts(text) {
  const mark = (await sha256(text)).slice(0, 12);
  const packed = "CompressionStream" in window;
  const body = packed ? base64(await whole(new Blob([text]).stream().pipeThrough(new CompressionStream("deflate-raw")))) : base64(new TextEncoder().encode(text));
  const count = Math.max(Math.ceil(body.length / SIZE), 1);
  return Array.from({ length: count }, (_, at) => `CORRIDOR1:${mark}:${at + 1}:${count}:${packed ? "z" : "p"}:${body.slice(at * SIZE, (at + 1) * SIZE)}`);
}

/** Puts the parts together again, in any order and any repetition. */
export class Parts {
  constructor() {
    this.mark = "";
    this.of = 0;
    /** @type {Map<number, string>} */
    this.found = new Map();
  }

  get have() { return this.found.size; }

  /** Take a part; returns the promise of the whole text once all are there. @param {string} said @returns {Promise<string>|null} */
  take(said) {
    const seen = /^CORRIDOR1:([0-9a-f]{12}):(\d{1,4}):(\d{1,4}):([zp]):([A-Za-z0-9+/=]*)$/.exec(said);
    if (!seen) return null;
    if (seen[1] !== this.mark) { this.mark = seen[1]; this.found.clear(); }
    this.of = Number(seen[3]);
    this.found.set(Number(seen[2]), seen[5]);
    return this.have === this.of ? this.join(seen[4] === "z") : null;
  }

  /** @param {boolean} packed */
  async join(packed) {
    const body = Array.from({ length: this.of }, (_, at) => this.found.get(at + 1)).join("");
    const bytes = Uint8Array.from(atob(body), (letter) => letter.charCodeAt(0));
    const plain = packed ? await whole(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"))) : bytes;
    const text = new TextDecoder().decode(plain);
    if ((await sha256(text)).slice(0, 12) !== this.mark) throw new Error("another text");
    return text;
  }
}

/** Draw a text as a QR code. @param {HTMLCanvasElement} canvas @param {string} text */
export async function paint(canvas, text) {
  const { default: encode } = await import(data.qr["index.js"]);
  /** @type {boolean[][]} */
  const cells = encode(text, "raw", { ecc: "low", border: 4, encoding: "byte" });
  const scale = Math.max(Math.floor(640 / cells.length), 3);
  canvas.width = canvas.height = cells.length * scale;
  const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  // Black on white by night too: that is what readers know.
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.fillStyle = "#000";
  cells.forEach((row, y) => row.forEach((dark, x) => { if (dark) pen.fillRect(x * scale, y * scale, scale, scale); }));
}

/** The codes of a text, one after the other; they go round until the other phone has all. @param {string} text */
export async function shower(text) {
  const all = await parts(text);
  const canvas = /** @type {HTMLCanvasElement} */ (h("canvas", { class: "qr", role: "img", "aria-label": say("field.export.qr") }));
  const which = h("p", { class: "which", "aria-live": "off" });
  let at = 0;
  let paused = all.length === 1 || matchMedia("(prefers-reduced-motion: reduce)").matches;
  const step = async (/** @type {number} */ by) => {
    at = (at + by + all.length) % all.length;
    await paint(canvas, all[at]);
    canvas.dataset.part = String(at + 1);
    which.textContent = say("field.qr.part", { n: at + 1, of: all.length });
  };
  await step(0);
  const timer = window.setInterval(() => {
    if (!canvas.isConnected) window.clearInterval(timer);
    else if (!paused) step(1);
  }, EVERY);
  const stop = h("button", { type: "button", "aria-pressed": String(paused), click: () => { paused = !paused; stop.setAttribute("aria-pressed", String(paused)); } }, say("field.qr.pause"));
  return [h("p", { class: "what" }, say("field.qr.show")), canvas, which, all.length > 1 ? h("div", { class: "grid three" },
    h("button", { type: "button", id: "qr-before", click: () => step(-1) }, say("field.qr.before")), stop, h("button", { type: "button", id: "qr-next", click: () => step(1) }, say("field.qr.next"))) : ""];
}

/** What a picture says: by the browser's own reader where it has one, else by the library. @param {HTMLCanvasElement} canvas */
export async function readPicture(canvas) {
  if ("BarcodeDetector" in window) {
    try {
      const [found] = await new /** @type {any} */ (window).BarcodeDetector({ formats: ["qr_code"] }).detect(canvas);
      if (found) return found.rawValue;
    } catch { /* some browsers have the name and no reader behind it */ }
  }
  const { default: decode } = await import(data.qr["decode.js"]);
  const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d", { willReadFrequently: true }));
  try { return decode(pen.getImageData(0, 0, canvas.width, canvas.height)); } catch { return ""; }
}

/**
 * A reader: by the camera, or from pictures that were taken of the codes.
 * @param {(text: string) => boolean} found says whether that was all @param {() => void} leave @param {Parts} [collected]
 */
export function reader(found, leave, collected) {
  const video = /** @type {HTMLVideoElement} */ (h("video", { playsinline: true, class: "qr" }));
  video.muted = true;
  const canvas = /** @type {HTMLCanvasElement} */ (document.createElement("canvas"));
  const which = h("p", { class: "which" });
  const answer = h("p", { class: "warning", role: "alert" });
  /** @type {MediaStream|null} */
  let stream = null;
  let over = false;
  const end = () => { over = true; stream?.getTracks().forEach((track) => track.stop()); };
  const look = async (/** @type {CanvasImageSource} */ source, /** @type {number} */ width, /** @type {number} */ height) => {
    const scale = Math.min(1, 1280 / Math.max(width, height));
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
    /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d", { willReadFrequently: true })).drawImage(source, 0, 0, canvas.width, canvas.height);
    const text = await readPicture(canvas);
    if (!text) return false;
    const all = found(text);
    if (collected) which.textContent = say("field.qr.part", { n: collected.have, of: collected.of });
    if (all) end();
    return all;
  };
  const watch = async () => {
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" }, audio: false });
    } catch { answer.textContent = say("field.qr.camera"); return; }
    video.srcObject = stream;
    await video.play();
    const again = async () => {
      if (over) return;
      if (!video.isConnected) { end(); return; }
      await look(video, video.videoWidth, video.videoHeight);
      window.setTimeout(again, 120);
    };
    again();
  };
  const files = /** @type {HTMLInputElement} */ (h("input", { type: "file", accept: "image/*", multiple: true, id: "pictures", change: async () => {
    let read = 0;
    for (const file of files.files || []) {
      const picture = await createImageBitmap(file);
      const before = collected?.have;
      if (await look(picture, picture.width, picture.height)) return;
      if (!collected || collected.have !== before) read += 1;
    }
    if (!read) answer.textContent = say("field.qr.unread");
  } }));
  return [h("button", { type: "button", class: "wide", click: watch }, say("field.qr.start")), video, which, answer,
    h("label", { for: "pictures" }, say("field.qr.pictures")), files, h("button", { type: "button", class: "back", click: () => { end(); leave(); } }, say("field.back"))];
}
