// A part of a page that is kept fresh: fetched again as the server renders it, and put in place child by child.
//
// The server's template stays the only one. What the server says did not change is left alone, whatever somebody did to
// it meanwhile (opened, typed, drawn), and so is what somebody is using: a focused select does not vanish under a hand.

/** Each child as the server last rendered it. */
const rendered = new WeakMap();

/** Notes a list as the server rendered it, before anybody touches it. */
export function remember(list) {
  for (const child of [...list.children]) rendered.set(child, child.outerHTML);
}

/** Puts `fresh`'s children into `list`, by their `data-key`; `busy(child)` are left as they are. */
export function reconcile(list, fresh, busy = () => false) {
  const known = new Map();
  for (const child of [...list.children]) known.set(child.dataset.key, child);
  let before = list.children[0] ?? null;
  for (const wanted of [...fresh.children]) {
    const source = wanted.outerHTML;
    let child = known.get(wanted.dataset.key);
    known.delete(wanted.dataset.key);
    if (child && rendered.get(child) !== source && !busy(child)) {
      if (before === child) before = wanted;
      list.replaceChild(wanted, child);
      child = wanted;
    }
    child ??= wanted;
    if (child === wanted) rendered.set(child, source);
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
