// The map: moved by hand, by wheel, by keys and by buttons. What is drawn came with the page; here only the view changes.
// @ts-check

/** @type {{x: number, y: number, k: number}|null} */
let kept = null;

function bring() {
  const box = document.getElementById("mapbox");
  const picture = /** @type {SVGSVGElement|null} */ (/** @type {unknown} */ (document.getElementById("map-picture")));
  if (!box || !picture || box.classList.contains("live")) return;
  box.classList.add("live");
  const [, , width, height] = (picture.getAttribute("viewBox") || "0 0 900 500").split(" ").map(Number);
  const view = kept || { x: 0, y: 0, k: 1 };
  const tools = box.querySelector(".maptools");
  if (tools) /** @type {HTMLElement} */ (tools).hidden = false;

  function draw() {
    picture?.setAttribute("viewBox", `${view.x} ${view.y} ${width * view.k} ${height * view.k}`);
    // Marks and words keep their size on the screen.
    const size = view.k * Math.min(Math.max(width / (picture?.clientWidth || width), 1), 2.2);
    for (const mark of picture?.querySelectorAll(".fixed") || []) {
      mark.setAttribute("transform", `scale(${size})`);
      within(/** @type {SVGGElement} */ (mark), size);
    }
    rule();
    kept = view;
  }
  /** Words of a mark that is in view stay in view: on a small screen they are moved in from the edge. @param {SVGGElement} mark @param {number} size */
  function within(mark, size) {
    const found = /translate\(([-\d.]+) /.exec(mark.parentElement?.getAttribute("transform") || "");
    const at = found ? Number(found[1]) : NaN;
    if (!(at >= view.x && at <= view.x + width * view.k)) return;
    for (const words of mark.querySelectorAll("text:not(.sign)")) {
      words.removeAttribute("transform");
      const box = /** @type {SVGTextElement} */ (words).getBBox();
      const left = view.x + 4 * size - (at + box.x * size);
      const right = at + (box.x + box.width) * size - (view.x + width * view.k - 4 * size);
      const by = left > 0 ? left : right > 0 ? -right : 0;
      if (by) words.setAttribute("transform", `translate(${by / size} 0)`);
    }
  }
  /** The rule of kilometres follows the view: a round number near to the length it had. */
  function rule() {
    const scale = /** @type {HTMLElement|null} */ (box?.querySelector(".mapscale") || null);
    if (!scale) return;
    const wanted = Number(scale.dataset.km) * view.k;
    const power = 10 ** Math.floor(Math.log10(wanted));
    const km = [1, 2, 5, 10].map((one) => one * power).reduce((best, one) => (Math.abs(one - wanted) < Math.abs(best - wanted) ? one : best));
    const shown = picture ? picture.getBoundingClientRect().width / width : 1;
    const length = (Number(scale.dataset.px) * km * shown) / wanted;
    const bar = scale.querySelector("svg");
    bar?.setAttribute("viewBox", `0 0 ${length + 2} 8`);
    bar?.setAttribute("width", String(length + 2));
    bar?.querySelector("path")?.setAttribute("d", `M1 1v5h${length}v-5`);
    const label = scale.querySelector("bdi");
    if (label) label.textContent = (label.textContent || "").replace(/[\d.,\u0660-\u0669]+/, km.toLocaleString("en", { maximumFractionDigits: 2 }));
  }
  /** @param {number} times @param {number} [x] @param {number} [y] */
  function zoom(times, x = 0.5, y = 0.5) {
    const k = Math.min(Math.max(view.k * times, 0.05), 25);
    view.x += (view.k - k) * width * x;
    view.y += (view.k - k) * height * y;
    view.k = k;
    draw();
  }
  /** @param {number} x @param {number} y */
  function move(x, y) { view.x += x * width * view.k; view.y += y * height * view.k; draw(); }
  function whole() {
    const bounds = { left: Infinity, top: Infinity, right: -Infinity, bottom: -Infinity };
    for (const mark of picture?.querySelectorAll(".site > g") || []) {
      const found = /translate\(([-\d.]+) ([-\d.]+)\)/.exec(mark.getAttribute("transform") || "");
      if (!found) continue;
      bounds.left = Math.min(bounds.left, Number(found[1])); bounds.right = Math.max(bounds.right, Number(found[1]));
      bounds.top = Math.min(bounds.top, Number(found[2])); bounds.bottom = Math.max(bounds.bottom, Number(found[2]));
    }
    if (!Number.isFinite(bounds.left)) return;
    const k = Math.max((bounds.right - bounds.left) / width, (bounds.bottom - bounds.top) / height) * 1.25 || 1;
    view.k = k;
    view.x = (bounds.left + bounds.right - width * k) / 2;
    view.y = (bounds.top + bounds.bottom - height * k) / 2;
    draw();
  }

  tools?.addEventListener("click", (event) => {
    const name = /** @type {HTMLElement} */ (event.target).closest("button")?.dataset.map;
    if (name === "in") zoom(0.7);
    if (name === "out") zoom(1 / 0.7);
    if (name === "whole") whole();
  });
  box.addEventListener("keydown", (event) => {
    /** @type {Record<string, () => void>} */
    const keys = {
      "+": () => zoom(0.7), "=": () => zoom(0.7), "-": () => zoom(1 / 0.7), "0": () => { Object.assign(view, { x: 0, y: 0, k: 1 }); draw(); },
      ArrowLeft: () => move(-0.15, 0), ArrowRight: () => move(0.15, 0), ArrowUp: () => move(0, -0.15), ArrowDown: () => move(0, 0.15),
    };
    if (event.target === box && keys[event.key]) { event.preventDefault(); keys[event.key](); }
  });
  box.addEventListener("wheel", (event) => {
    if (!event.ctrlKey && document.activeElement !== box) return;
    event.preventDefault();
    const rect = picture.getBoundingClientRect();
    zoom(event.deltaY > 0 ? 1.15 : 1 / 1.15, (event.clientX - rect.left) / rect.width, (event.clientY - rect.top) / rect.height);
  }, { passive: false });
  /** @type {Map<number, PointerEvent>} */
  const hands = new Map();
  let moved = false;
  picture.addEventListener("pointerdown", (event) => { hands.set(event.pointerId, event); moved = false; });
  picture.addEventListener("pointermove", (event) => {
    const before = hands.get(event.pointerId);
    if (!before) return;
    const rect = picture.getBoundingClientRect();
    if (Math.abs(event.clientX - before.clientX) + Math.abs(event.clientY - before.clientY) < 3 && !moved) return;
    if (!moved) picture.setPointerCapture(event.pointerId);
    moved = true;
    if (hands.size === 2) {
      const [a, b] = [...hands.values()];
      const other = a.pointerId === event.pointerId ? b : a;
      const was = Math.hypot(before.clientX - other.clientX, before.clientY - other.clientY);
      const is = Math.hypot(event.clientX - other.clientX, event.clientY - other.clientY);
      if (is > 0) zoom(was / is, (event.clientX - rect.left) / rect.width, (event.clientY - rect.top) / rect.height);
    } else move(-(event.clientX - before.clientX) / rect.width, -(event.clientY - before.clientY) / rect.height);
    hands.set(event.pointerId, event);
  });
  const up = (/** @type {PointerEvent} */ event) => hands.delete(event.pointerId);
  picture.addEventListener("pointerup", up);
  picture.addEventListener("pointercancel", up);
  picture.addEventListener("click", (event) => { if (moved) { event.preventDefault(); event.stopPropagation(); moved = false; } }, true);
  draw();
}

bring();
document.addEventListener("corridor:fresh", bring);
