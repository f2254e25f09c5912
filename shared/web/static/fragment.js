// A part of a page that is kept fresh: fetched again as the server renders it, and put in place child by child.
//
// The server's template stays the only one. What the server says did not change is left alone, whatever somebody did to
// it meanwhile (opened, typed, drawn), and so is what somebody is using: a focused select does not vanish under a hand.

/**
 * Each child as the server last rendered it.
 * @type {WeakMap<Element, string>}
 */
const rendered = new WeakMap();
/**
 * What of it was folded open then.
 * @type {WeakMap<Element, boolean[]>}
 */
const folds = new WeakMap();

/** @param {Element} child */
const foldsOf = (child) => [...child.querySelectorAll("details")];

/** @param {Element} child @param {string} source */
function note(child, source) {
  rendered.set(child, source);
  folds.set(child, foldsOf(child).map(({ open }) => open));
}

/**
 * What somebody opened or closed stays so in what takes its place.
 * @param {Element} old
 * @param {Element} fresh
 */
function carry(old, fresh) {
  const [was, now, next] = [folds.get(old) ?? [], foldsOf(old), foldsOf(fresh)];
  if (was.length !== now.length || now.length !== next.length) return;
  now.forEach(({ open }, place) => {
    const fold = next[place];
    if (fold && open !== was[place]) fold.open = open;
  });
}

/**
 * Notes a list as the server rendered it, before anybody touches it.
 * @param {HTMLElement} list
 */
export function remember(list) {
  for (const child of [...list.children]) note(child, child.outerHTML);
}

/** @param {Element} child */
const key = (child) => /** @type {HTMLElement} */ (child).dataset.key;

/**
 * Puts `fresh`'s children into `list`, by their `data-key`; `busy(child)` are left as they are.
 * @param {Element} list
 * @param {Element} fresh
 * @param {(child: Element) => boolean} [busy]
 */
export function reconcile(list, fresh, busy = () => false) {
  const known = new Map();
  for (const child of [...list.children]) known.set(key(child), child);
  let before = list.children[0] ?? null;
  for (const wanted of [...fresh.children]) {
    const source = wanted.outerHTML;
    let child = known.get(key(wanted));
    known.delete(key(wanted));
    if (child && rendered.get(child) !== source && !busy(child)) {
      if (before === child) before = wanted;
      list.replaceChild(wanted, child);
      note(wanted, source);
      carry(child, wanted);
      child = wanted;
    }
    if (!child) note(wanted, source);
    child ??= wanted;
    if (child === before) before = child.nextElementSibling;
    else list.insertBefore(child, before);
  }
  for (const gone of known.values()) gone.remove();
}

/** Runs `load` soon, once for all that ask meanwhile, and never twice at a time. */
export class Coalesced {
  #load;
  #world;
  #waiting = false;
  #running = false;
  #again = false;

  /**
   * @param {() => Promise<void>} load
   * @param {Pick<import("./live.js").World, "setTimeout" | "random">} world
   */
  constructor(load, world) {
    this.#load = load;
    this.#world = world;
  }

  ask() {
    if (this.#running) this.#again = true;
    else if (!this.#waiting) {
      this.#waiting = true;
      // Spread out: everybody who looks at the same thing hears of a change at the same moment.
      this.#world.setTimeout(() => this.#run(), 100 + this.#world.random() * 300);
    }
  }

  async #run() {
    this.#waiting = false;
    this.#running = true;
    try {
      await this.#load();
    } catch {
      // The next change, or the next connection, asks again.
    } finally {
      this.#running = false;
      if (this.#again) {
        this.#again = false;
        this.ask();
      }
    }
  }
}
