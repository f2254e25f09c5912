// Where steps are kept: one IndexedDB database for each driver who uses this phone. Beside what waits, it remembers what the
// board has taken already, for a page from the phone that is older than that.

const ENTRIES = "steps";
const TOLD = "told";
/** A page from the phone is younger (kept-page.js). */
const REMEMBERED_MS = 24 * 60 * 60 * 1000;

/** @typedef {{ number: string, state: string, version: number, at: number }} Told */

/**
 * @template T
 * @param {IDBRequest<T>} request
 * @returns {Promise<T>}
 */
function result(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/** The store of driver `who`. */
export class StepStore {
  #open;

  /** @param {string} who */
  constructor(who, indexedDB = globalThis.indexedDB) {
    const opening = indexedDB.open(`belgrano-${who}`, 2);
    opening.onupgradeneeded = ({ oldVersion }) => {
      if (oldVersion < 1) opening.result.createObjectStore(ENTRIES, { keyPath: "id" });
      if (oldVersion < 2) opening.result.createObjectStore(TOLD, { keyPath: "number" });
    };
    this.#open = result(opening);
    // A page of another version that stays open must not hold an update up.
    this.#open.then((database) => (database.onversionchange = () => database.close()), () => {});
  }

  /** @returns {Promise<import("./steps.js").Entry[]>} */
  async all() {
    const database = await this.#open;
    return result(database.transaction(ENTRIES).objectStore(ENTRIES).getAll());
  }

  /** @param {import("./steps.js").Entry} entry */
  put(entry) {
    return this.#write(ENTRIES, (entries) => entries.put(entry));
  }

  /** @param {string} id */
  remove(id) {
    return this.#write(ENTRIES, (entries) => entries.delete(id));
  }

  /**
   * What the board has taken lately; what is older is forgotten.
   * @returns {Promise<Told[]>}
   */
  async told(now = Date.now()) {
    const database = await this.#open;
    /** @type {Told[]} */
    const all = await result(database.transaction(TOLD).objectStore(TOLD).getAll());
    const [young, old] = [all.filter(({ at }) => now - at < REMEMBERED_MS), all.filter(({ at }) => now - at >= REMEMBERED_MS)];
    if (old.length) await this.#write(TOLD, (told) => old.forEach(({ number }) => told.delete(number)));
    return young;
  }

  /** @param {Told} told */
  tell(told) {
    return this.#write(TOLD, (all) => all.put(told));
  }

  /**
   * Resolves when it is on the disk, and not when it is only on its way there.
   * @param {string} name
   * @param {(store: IDBObjectStore) => void} change
   * @returns {Promise<void>}
   */
  async #write(name, change) {
    const database = await this.#open;
    const transaction = database.transaction(name, "readwrite", { durability: "strict" });
    change(transaction.objectStore(name));
    return new Promise((resolve, reject) => {
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => reject(transaction.error);
    });
  }
}
