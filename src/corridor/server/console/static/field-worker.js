// Keeps the page of a post on the phone. What it keeps is named in KEPT, which the server writes before this line.
// @ts-check
/* global KEPT */
const worker = /** @type {any} */ (self);
const kept = /** @type {any} */ (typeof KEPT === "undefined" ? {} : KEPT);
const STORE = `corridor-field-${kept.version}`;
const PAGE = "/field";

worker.addEventListener("install", (/** @type {any} */ event) => {
  event.waitUntil((async () => {
    const store = await caches.open(STORE);
    // The page is asked for afresh; the others have their content in their address and need not come twice.
    await store.addAll([new Request(PAGE, { cache: "no-cache" }), ...kept.files]);
    // The page works without these; they come when the line allows it.
    store.addAll(kept.later).catch(() => {});
    await worker.skipWaiting();
  })());
});

worker.addEventListener("activate", (/** @type {any} */ event) => {
  event.waitUntil((async () => {
    for (const name of await caches.keys()) if (name.startsWith("corridor-field-") && name !== STORE) await caches.delete(name);
    await worker.clients.claim();
  })());
});

worker.addEventListener("fetch", (/** @type {any} */ event) => {
  const { request } = event;
  const address = new URL(request.url);
  if (request.method !== "GET" || address.origin !== location.origin) return;
  const page = request.mode === "navigate" && address.pathname === PAGE;
  if (!page && ![...kept.files, ...kept.later].includes(address.pathname)) return;
  event.respondWith((async () => {
    const store = await caches.open(STORE);
    const found = await store.match(page ? PAGE : address.pathname);
    if (found) return found;
    const fresh = await fetch(request);
    if (fresh.ok) store.put(page ? PAGE : address.pathname, fresh.clone()).catch(() => {});
    return fresh;
  })());
});
