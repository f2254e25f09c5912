// Drivers who cannot be left alone with what they have: silent on the way, or off shift with stops left. They raise their voice as
// late tickets do, and their stops are moved from here.

import { Alarm } from "./board-alarm.js";
import { briefAge } from "./board-card.js";
import { t } from "./texts.js";

/** @typedef {ReturnType<import("./board.js").Board["worries"]>[number]} Worry */
/**
 * @typedef {object} Page
 * @property {(text: string) => void} say to who cannot see
 * @property {typeof import("./components.js").toast} toast
 * @property {(numbers: string[]) => void} menu opens the menu that moves these
 */

export class Worries {
  /** @type {Worry[]} */
  #all = [];
  #root;
  #board;
  #page;
  #alarm;
  #silentMs;

  /**
   * @param {HTMLElement} root
   * @param {import("./board.js").Board} board
   * @param {Page} page
   */
  constructor(root, board, page) {
    this.#root = root;
    this.#board = board;
    this.#page = page;
    this.#silentMs = Number(root.dataset.silentMs);
    this.#alarm = new Alarm("", (ids, fresh) => this.#tell(ids, fresh));
  }

  /** @param {boolean} on */
  set sound(on) {
    this.#alarm.sound = on;
  }

  /** Looks who there is to worry about. @param {number} now */
  look(now) {
    this.#all = this.#board.worries(now, this.#silentMs);
    this.#alarm.hear(this.#all.map(({ id }) => String(id)));
  }

  /**
   * @param {string[]} ids of all drivers there is to worry about
   * @param {string[]} fresh those of whom nobody was told yet
   */
  #tell(ids, fresh) {
    const chip = find("[data-worry-chip]");
    chip.hidden = !ids.length;
    find("[data-worry-count]").textContent = t("board-js-worries-count", { n: ids.length });
    const columns = /** @type {NodeListOf<HTMLElement>} */ (this.#root.querySelectorAll("[data-driver]"));
    for (const column of columns) column.classList.toggle("worried", ids.includes(column.dataset.driver ?? ""));
    find("[data-worries]").replaceChildren(...this.#all.map((worry) => this.#item(worry)));
    const news = this.#all.filter(({ id }) => fresh.includes(String(id)));
    if (!news.length) return;
    const said = news.map(text).join(" ");
    this.#page.say(said);
    this.#page.toast(said, { action: t("board-js-move-stops"), run: () => this.#page.menu(news[0]?.numbers ?? []) });
    chip.classList.remove("louder");
    requestAnimationFrame(() => chip.classList.add("louder"));
  }

  /** @param {Worry} worry */
  #item(worry) {
    const item = Object.assign(document.createElement("li"), { className: "bad", textContent: text(worry) });
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: t("board-js-move-stops") });
    button.addEventListener("click", () => {
      /** @type {HTMLDialogElement} */ (find("#atencion")).close();
      this.#page.menu(worry.numbers);
    });
    item.append(button);
    return item;
  }
}

/** @param {Worry} worry */
function text({ driver, silentMs, numbers, onTheWay }) {
  if (silentMs === null) return t("board-js-shift-over", { driver, n: numbers.length });
  return t("board-js-silent", { driver, n: onTheWay, age: briefAge(silentMs) });
}

/** @param {string} selector */
const find = (selector) => /** @type {HTMLElement} */ (document.querySelector(selector));
