// Late tickets raise their voice: a count where one looks, the title of the window, what a screen reader says, and a tone for
// who asked for it.

import { t } from "./texts.js";

/** Two short tones, falling: to be heard across a room, not to be feared. */
function tone() {
  const context = new AudioContext();
  for (const [place, hertz] of [880, 660].entries()) {
    const [begin, note, volume] = [context.currentTime + place * 0.18, context.createOscillator(), context.createGain()];
    note.frequency.value = hertz;
    volume.gain.setValueAtTime(0, begin);
    volume.gain.linearRampToValueAtTime(0.2, begin + 0.02);
    volume.gain.exponentialRampToValueAtTime(0.001, begin + 0.17);
    note.connect(volume).connect(context.destination);
    note.start(begin);
    note.stop(begin + 0.18);
  }
  setTimeout(() => context.close(), 1000);
}

export class Alarm {
  /** @type {Set<string> | null} */
  #known = null;
  #title = "";
  #tell;
  #play;
  sound = false;

  /**
   * @param {string} title of the page without a count
   * @param {(late: string[], fresh: string[], title: string) => void} tell
   * @param {() => void} [play]
   */
  constructor(title, tell, play = tone) {
    this.#title = title;
    this.#tell = tell;
    this.#play = play;
  }

  /**
   * These are late now. What was late when somebody came is no news.
   * @param {string[]} late
   */
  hear(late) {
    const known = this.#known;
    const fresh = known ? late.filter((number) => !known.has(number)) : [];
    this.#known = new Set(late);
    this.#tell(late, fresh, late.length ? t("board-js-title-late", { n: late.length, title: this.#title }) : this.#title);
    if (fresh.length && this.sound) this.#play();
  }
}
