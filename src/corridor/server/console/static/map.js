// The map: moved by hand, by wheel, by keys and by buttons. What is drawn came with the page; here only the view changes.
// @ts-check

/** @type {{x: number, y: number, k: number}|null} */
let kept = null;

/** @typedef {{left: number, top: number, right: number, bottom: number}} Box */
/** How wide and tall words are does not change with the view. @type {WeakMap<Element, Box>} */
const sizes = new WeakMap();

/** @param {number} x @param {number} y @param {number} wide @param {number} tall @returns {Box} */
const boxed = (x, y, wide, tall) => ({ left: x, top: y, right: x + wide, bottom: y + tall });

/** @param {Box} a @param {Box} b */
const shared = (a, b) => Math.max(Math.min(a.right, b.right) - Math.max(a.left, b.left), 0) * Math.max(Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top), 0);

/** Where a mark stands in the drawing. @param {Element} mark */
function place(mark) {
  const found = /translate\(([-\d.]+) ([-\d.]+)\)/.exec(mark.parentElement?.getAttribute("transform") || "");
  return found ? { x: Number(found[1]), y: Number(found[2]) } : { x: NaN, y: NaN };
}

/** The box of a mark's words, from the mark. @param {Element} mark @param {SVGTextElement[]} words @returns {Box} */
function around(mark, words) {
  let found = sizes.get(mark);
  if (!found) {
    for (const one of words) one.removeAttribute("transform");
    const all = words.map((one) => one.getBBox());
    found = {
      left: Math.min(...all.map((one) => one.x)), top: Math.min(...all.map((one) => one.y)),
      right: Math.max(...all.map((one) => one.x + one.width)), bottom: Math.max(...all.map((one) => one.y + one.height)),
    };
    sizes.set(mark, found);
  }
  return found;
}

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
    for (const mark of picture?.querySelectorAll(".fixed") || []) mark.setAttribute("transform", `scale(${size})`);
    apart(size);
    rule();
    kept = view;
  }
  /** Words keep clear of each other and of the marks, and of the edge: at another size they need other places. @param {number} size */
  function apart(size) {
    const edge = { left: view.x + 4 * size, right: view.x + width * view.k - 4 * size, top: view.y + 4 * size, bottom: view.y + height * view.k - 4 * size };
    const marks = [...(picture?.querySelectorAll(".fixed") || [])].map((mark) => ({ mark, at: place(mark), reach: Number(mark.querySelector(".reach")?.getAttribute("r") || 11) * size }))
      .filter(({ at }) => at.x >= view.x && at.x <= view.x + width * view.k && at.y >= view.y && at.y <= view.y + height * view.k);
    /** @type {Box[]} */
    const taken = marks.map(({ at, reach }) => boxed(at.x - 0.7 * reach, at.y - 0.7 * reach, 1.4 * reach, 1.4 * reach));
    for (const { mark, at, reach } of marks) {
      const words = /** @type {SVGTextElement[]} */ ([...mark.querySelectorAll("text:not(.sign)")]);
      if (!words.length) continue;
      const own = around(mark, words);
      const wide = (own.right - own.left) * size, tall = (own.bottom - own.top) * size, off = reach + 2 * size;
      const spots = [
        [at.x + own.left * size, at.y + own.top * size], [at.x + off, at.y - tall / 2], [at.x - off - wide, at.y - tall / 2],
        [at.x - wide / 2, at.y + off], [at.x - wide / 2, at.y - off - tall], [at.x + off, at.y + off], [at.x - off - wide, at.y + off],
        [at.x + off, at.y - off - tall], [at.x - off - wide, at.y - off - tall],
      ].map(([x, y]) => boxed(Math.max(Math.min(x, edge.right - wide), edge.left), Math.max(Math.min(y, edge.bottom - tall), edge.top), wide, tall));
      const costs = spots.map((spot, i) => taken.reduce((sum, other) => sum + shared(spot, other), 0) + i * size * size);
      const best = costs.indexOf(Math.min(...costs));
      const by = [spots[best].left - at.x - own.left * size, spots[best].top - at.y - own.top * size].map((one) => one / size);
      for (const one of words) one.setAttribute("transform", `translate(${by[0]} ${by[1]})`);
      mark.querySelector(".leader")?.setAttribute("visibility", best ? "hidden" : "inherit");
      taken.push(spots[best]);
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
