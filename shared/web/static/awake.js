// Keeps the screen on while it is wanted. A browser lets go of it whenever the page is hidden.

export class Awake {
  #navigator;
  #document;
  #wanted = false;
  /** @type {Promise<unknown> | null} */
  #asking = null;
  /** @type {{ released: boolean, release(): Promise<void> } | null} */
  #lock = null;

  constructor(page = { navigator, document }) {
    this.#navigator = page.navigator;
    this.#document = page.document;
    this.#document.addEventListener("visibilitychange", () => this.#update());
  }

  /** @param {boolean} wanted */
  set(wanted) {
    this.#wanted = wanted;
    return this.#update();
  }

  #update() {
    this.#asking ??= this.#settle().finally(() => (this.#asking = null));
    return this.#asking;
  }

  async #settle() {
    const held = this.#lock !== null && !this.#lock.released;
    const visible = this.#document.visibilityState === "visible";
    if (this.#wanted && !held && visible) {
      // Refused on a low battery, and unknown to some browsers: the screen then does what it always does.
      this.#lock = (await this.#navigator.wakeLock?.request("screen").catch(() => null)) ?? null;
    } else if (!this.#wanted && held) {
      await this.#lock?.release();
      this.#lock = null;
    }
  }
}
