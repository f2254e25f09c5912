// Looking something up while somebody types: not for every letter, and the last question's answer counts, whenever it
// comes. `world` is the browser; a test hands in its own.

/** @typedef {{ setTimeout: (run: () => void, ms: number) => number, clearTimeout: (timer: number | undefined) => void }} Timers */

const PAUSE_MS = 180;
const SHORTEST = 2;

/**
 * The browser's timers.
 * @returns {Timers}
 */
const browser = () => ({
  setTimeout: (run, ms) => window.setTimeout(run, ms),
  clearTimeout: (timer) => window.clearTimeout(timer),
});

/** @template T */
export class Lookup {
  #ask;
  #found;
  #timers;
  #asked = "";
  /** @type {number | undefined} */
  #pause;
  /** @type {AbortController | null} */
  #underWay = null;

  /**
   * @param {(text: string, signal: AbortSignal) => Promise<T[]>} ask
   * @param {(found: T[], text: string) => void} found told of every answer that still counts; of none when there is nothing to ask
   * @param {Timers} [timers]
   */
  constructor(ask, found, timers = browser()) {
    this.#ask = ask;
    this.#found = found;
    this.#timers = timers;
  }

  /**
   * What is typed now.
   * @param {string} typed
   */
  type(typed) {
    const text = typed.trim();
    if (text === this.#asked) return;
    this.stop();
    this.#asked = text;
    if (text.length < SHORTEST) return this.#found([], text);
    this.#pause = this.#timers.setTimeout(() => this.#run(text), PAUSE_MS);
  }

  /** Whatever is still to come counts no more. */
  stop() {
    this.#timers.clearTimeout(this.#pause);
    this.#underWay?.abort();
    this.#underWay = null;
    this.#asked = "";
  }

  /** @param {string} text */
  async #run(text) {
    const controller = new AbortController();
    this.#underWay = controller;
    try {
      const found = await this.#ask(text, controller.signal);
      if (!controller.signal.aborted) this.#found(found, text);
    } catch {
      // Nothing is suggested; the form itself still works.
      if (!controller.signal.aborted) this.#found([], text);
    }
  }
}
