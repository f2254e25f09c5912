// How old what a page shows is, for who has to act on it without a signal.

/** Fresh while connected; else as old as the last answer of the server. */
export class Freshness {
  #at;
  #kept;
  #now;
  /** @type {import("./live.js").Status} */
  #status = "connecting";

  /** @param {string | undefined} keptAt when the page was seen last, if it comes from the phone */
  constructor(keptAt, now = () => Date.now()) {
    this.#now = now;
    this.#kept = keptAt !== undefined;
    this.#at = keptAt === undefined ? now() : Date.parse(keptAt);
  }

  /** @param {import("./live.js").Status} status */
  status(status) {
    // All that happened up to now was told.
    if (this.#status === "live" && status !== "live") this.#at = this.#now();
    this.#status = status;
  }

  /** The server has just said how things are. */
  refreshed() {
    this.#kept = false;
    this.#at = this.#now();
  }

  /** Whether this is what the phone remembers, and not yet what the server says. */
  get remembered() {
    return this.#kept;
  }

  /** Since when nothing was heard, in milliseconds; null while it is fresh. */
  get since() {
    return this.#kept || ["waiting", "polling"].includes(this.#status) ? this.#at : null;
  }
}
