// What the phone keeps. Nothing is said to be kept before its transaction has been committed to the disk.
// @ts-check

/** @type {Promise<IDBDatabase>|null} */
let opened = null;

function open() {
  opened ||= new Promise((resolve, reject) => {
    const asked = indexedDB.open("corridor-field", 1);
    asked.onupgradeneeded = () => {
      const db = asked.result;
      db.createObjectStore("meta");
      db.createObjectStore("devices", { keyPath: "device" });
      const entries = db.createObjectStore("entries", { keyPath: ["device", "n"] });
      entries.createIndex("state", "state");
      entries.createIndex("draft", "draft");
      entries.createIndex("same", "same");
      db.createObjectStore("carried", { keyPath: "id" });
    };
    asked.onsuccess = () => {
      // The browser may close it, as when the storage is cleared: the next question opens it again.
      asked.result.onclose = () => { opened = null; };
      asked.result.onversionchange = () => { asked.result.close(); opened = null; };
      resolve(asked.result);
    };
    asked.onerror = () => { opened = null; reject(asked.error); };
    asked.onblocked = () => { opened = null; reject(new Error("blocked")); };
  });
  return opened;
}

/** @template T @param {IDBRequest<T>} request @returns {Promise<T>} */
const ask = (request) => new Promise((resolve, reject) => {
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
});

/** @template T @param {string[]} stores @param {(tx: IDBTransaction) => Promise<T>} work @param {IDBTransactionMode} mode @returns {Promise<T>} */
async function within(stores, work, mode) {
  const db = await open();
  const tx = db.transaction(stores, mode, { durability: mode === "readwrite" ? "strict" : "default" });
  // Counted only once it is on the disk: a page that is closed between a tap and the commit has kept nothing.
  const done = new Promise((resolve, reject) => {
    tx.oncomplete = resolve;
    tx.onabort = () => reject(tx.error || new Error("aborted"));
    tx.onerror = () => reject(tx.error);
  });
  done.catch(() => {});
  let found;
  try {
    found = await work(tx);
  } catch (error) {
    try { tx.abort(); } catch { /* it has ended already */ }
    throw error;
  }
  await done;
  return found;
}

/** @param {string} name */
export const meta = (name) => within(["meta"], (tx) => ask(tx.objectStore("meta").get(name)), "readonly");
/** @param {string} name @param {any} value */
export const setMeta = (name, value) => within(["meta"], (tx) => ask(tx.objectStore("meta").put(value, name)), "readwrite");
export const devices = () => within(["devices"], (tx) => ask(tx.objectStore("devices").getAll()), "readonly");

/** @param {{device: string, token: string, post: string, title: string}} made */
export const enrolled = (made) => within(["devices", "meta"], async (tx) => {
  await ask(tx.objectStore("devices").put({ ...made, counter: 0 }));
  await ask(tx.objectStore("meta").delete("assignment"));
  return ask(tx.objectStore("meta").put(made.device, "current"));
}, "readwrite");

/**
 * Keep some entries under a draft: the second tap on one button finds what the first has kept.
 * @param {string} device @param {string} draft @param {any[]} made @param {string} now
 */
export const record = (device, draft, made, now) => within(["devices", "entries"], async (tx) => {
  const entries = tx.objectStore("entries");
  const before = await ask(entries.index("draft").getAll(draft));
  if (before.length) return before;
  const own = await ask(tx.objectStore("devices").get(device));
  const kept = [];
  for (const one of made) {
    const same = `${one.action} ${one.about} ${one.group}`;
    const last = await ask(entries.index("same").openCursor(IDBKeyRange.only(same), "prev"));
    own.counter += 1;
    const whole = {
      ...one, device, post: own.post, n: own.counter, draft, same, state: "new", why: "",
      moment: last && last.value.moment >= now ? later(last.value.moment) : now,
    };
    await ask(entries.add(whole));
    kept.push(whole);
  }
  await ask(tx.objectStore("devices").put(own));
  return kept;
}, "readwrite");

/** A second later, so that the right count comes after the wrong one. @param {string} moment */
const later = (moment) => new Date(Date.parse(moment) + 1000).toISOString().replace(/\.\d+Z$/, "Z");

export const unsent = () => within(["entries"], (tx) => ask(tx.objectStore("entries").index("state").getAll("new")), "readonly");
export const countUnsent = () => within(["entries"], (tx) => ask(tx.objectStore("entries").index("state").count("new")), "readonly");
export const everything = () => within(["entries"], (tx) => ask(tx.objectStore("entries").getAll()), "readonly");

/** Returns the entries as they are now. @param {{device: string, n: number, state: string, why?: string}[]} answers */
export const answered = (answers) => within(["entries"], async (tx) => {
  const entries = tx.objectStore("entries");
  const changed = [];
  for (const one of answers) {
    const held = await ask(entries.get([one.device, one.n]));
    // Words that the log has now need not lie on a phone that may be lost.
    if (!held) continue;
    const fresh = { ...held, state: one.state, why: one.why || "", note: one.state === "sent" ? "" : held.note };
    await ask(entries.put(fresh));
    changed.push(fresh);
  }
  return changed;
}, "readwrite");

/** Forget what was sent, before a moment or of one enrolment. @param {IDBTransaction} tx @param {(one: any) => boolean} which */
const forget = async (tx, which) => {
  const entries = tx.objectStore("entries");
  const gone = (await ask(entries.index("state").getAll("sent"))).filter(which);
  for (const one of gone) await ask(entries.delete([one.device, one.n]));
  return gone.length;
};

/** @param {string} moment */
export const forgetBefore = (moment) => within(["entries"], (tx) => forget(tx, (one) => one.moment < moment), "readwrite");

/** An enrolment was ended by the room: what it was told and what the room has already go; what is unsent stays. @param {string} device */
export const ended = (device) => within(["entries", "meta"], async (tx) => {
  if (await ask(tx.objectStore("meta").get("current")) === device) await ask(tx.objectStore("meta").delete("assignment"));
  return forget(tx, (one) => one.device === device);
}, "readwrite");

/** Empty the phone, as when it is handed in; returns false where something was never sent. */
export const empty = () => within(["entries", "meta", "devices", "carried"], async (tx) => {
  const waiting = await ask(tx.objectStore("entries").index("state").count("new")) + await ask(tx.objectStore("carried").count());
  if (waiting) return false;
  for (const name of ["entries", "meta", "devices", "carried"]) await ask(tx.objectStore(name).clear());
  return true;
}, "readwrite");

/** What another phone gave to be carried. @param {string} id @param {string} text */
export const carry = (id, text) => within(["carried"], (tx) => ask(tx.objectStore("carried").put({ id, text })), "readwrite");
export const carried = () => within(["carried"], (tx) => ask(tx.objectStore("carried").getAll()), "readonly");
/** @param {string} id */
export const delivered = (id) => within(["carried"], (tx) => ask(tx.objectStore("carried").delete(id)), "readwrite");
