// Where steps are kept: one IndexedDB database for each driver who uses this phone.

const ENTRIES = "steps";

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
    const opening = indexedDB.open(`belgrano-${who}`, 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore(ENTRIES, { keyPath: "id" });
    this.#open = result(opening);
  }

  /** @returns {Promise<import("./steps.js").Entry[]>} */
  async all() {
    const database = await this.#open;
    return result(database.transaction(ENTRIES).objectStore(ENTRIES).getAll());
  }

  /** @param {import("./steps.js").Entry} entry */
  put(entry) {
    return this.#write((entries) => entries.put(entry));
  }

  /** @param {string} id */
  remove(id) {
    return this.#write((entries) => entries.delete(id));
  }

  /**
   * Resolves when it is on the disk, and not when it is only on its way there.
   * @param {(entries: IDBObjectStore) => void} change
   * @returns {Promise<void>}
   */
  async #write(change) {
    const database = await this.#open;
    const transaction = database.transaction(ENTRIES, "readwrite", { durability: "strict" });
    change(transaction.objectStore(ENTRIES));
    return new Promise((resolve, reject) => {
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => reject(transaction.error);
    });
  }
}
