// What the board shows, as the address says it and as somebody keeps it under a name. Pure.

/** @typedef {import("./board.js").Filter} Filter */
/** @typedef {import("./board.js").View} View */
/** @typedef {{ name: string, query: string }} SavedView */

const WORDS = /** @type {const} */ (["estado", "prioridad", "barrio", "repartidor", "q"]);
const MOST_VIEWS = 30;

/**
 * @param {string} query `?estado=…`
 * @returns {{ view: View, filter: Filter }}
 */
export function read(query) {
  const asked = new URLSearchParams(query);
  const word = (/** @type {string} */ name) => (asked.get(name) ?? "").trim();
  const filter = { estado: word("estado"), prioridad: word("prioridad"), barrio: word("barrio"), repartidor: word("repartidor"), q: word("q"), demorados: !!word("demorados") };
  return { view: word("vista") === "estados" ? "estados" : "repartidores", filter };
}

/**
 * The same as a query; what is not asked for is left out.
 * @param {View} view
 * @param {Filter} filter
 */
export function written(view, filter) {
  const query = new URLSearchParams();
  if (view === "estados") query.set("vista", view);
  for (const word of WORDS) if (filter[word].trim()) query.set(word, filter[word].trim());
  if (filter.demorados) query.set("demorados", "1");
  return query.toString();
}

/**
 * How many filters of the panel are on.
 * @param {Filter} filter
 */
export function count(filter) {
  return WORDS.filter((word) => word !== "q" && filter[word].trim()).length + Number(filter.demorados);
}

/** The views somebody named, in this browser. */
export class SavedViews {
  #storage;
  #key;

  /**
   * @param {Pick<Storage, "getItem" | "setItem">} storage
   * @param {string} user
   */
  constructor(storage, user) {
    this.#storage = storage;
    this.#key = `belgrano-vistas-${user}`;
  }

  /** @returns {SavedView[]} */
  all() {
    try {
      const kept = JSON.parse(this.#storage.getItem(this.#key) ?? "[]");
      return Array.isArray(kept) ? kept.filter((view) => typeof view?.name === "string" && typeof view?.query === "string") : [];
    } catch {
      return [];
    }
  }

  /**
   * Keeps a view; the same name is the same view.
   * @param {string} name
   * @param {string} query
   */
  keep(name, query) {
    const others = this.all().filter((view) => view.name !== name);
    this.#store([...others, { name, query }].slice(-MOST_VIEWS));
  }

  /** @param {string} name */
  drop(name) {
    this.#store(this.all().filter((view) => view.name !== name));
  }

  /** @param {SavedView[]} views */
  #store(views) {
    try {
      this.#storage.setItem(this.#key, JSON.stringify(views));
    } catch {
      // No room, or storage is forbidden: the address of the view still works.
    }
  }
}
