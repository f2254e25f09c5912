// The timeline of the board: until when each ticket is on time, driver by driver, and what is past that. The columns have
// everything it shows.

import { write } from "./board-card.js";
import { clockTime, offsetMs, serverNow, zone } from "./clock.js";
import { paced } from "./paced.js";
import { t } from "./texts.js";

/** @typedef {import("./board.js").Ticket} Ticket */
/** @typedef {{ number: string, dueMs: number, lane: number, late: boolean, more: number }} Mark `more`: others of about that time that found no place */
/** @typedef {{ key: string, driver: number | null, marks: Mark[], before: number }} Row `before`: late for so long that they lie left of what is shown */

/** What is shown before now and after it, in times of what a ticket has; now is at 45 % (board.css). */
const [BEFORE, AFTER] = [0.9, 1.1];
/** Marks nearer to each other than this part of what is shown lie in different lanes. */
const APART = 1 / 50;
const LANES = 6;
/** No oftener than this. */
const EVERY_MS = 1000;
const MOST_TICKS = 8;
/** What a written time needs of the panel's width, its share of the names beside it included. */
const TICK_PX = 72;
/** Minutes from one written time to the next. */
const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440];

/**
 * Where the tickets of each column lie in time.
 * @param {import("./board.js").Board} board
 * @param {import("./board.js").Column[]} columns by driver
 * @param {number} now
 * @returns {Row[]}
 */
export function rows(board, columns, now) {
  const { lateMs } = board;
  return columns.flatMap(({ key, driver, numbers }) => {
    if (key === "failed") return [];
    const due = numbers.flatMap((number) => {
      // What was promised for later than is shown stands at its end.
      return board.ticket(number) ? [{ number, dueMs: Math.min(board.due(number), now + AFTER * lateMs), lane: 0, late: board.isLate(number, now), more: 0 }] : [];
    });
    if (!due.length) return [];
    due.sort((a, b) => a.dueMs - b.dueMs || (a.number < b.number ? -1 : 1));
    const shown = due.filter(({ dueMs }) => dueMs >= now - BEFORE * lateMs);
    return [{ key, driver, marks: spread(shown, (BEFORE + AFTER) * lateMs * APART), before: due.length - shown.length }];
  });
}

/**
 * Gives each mark the first lane where it covers no other; where all are taken, the last one there counts it.
 * @param {Mark[]} marks in the order of time
 * @param {number} apartMs
 */
function spread(marks, apartMs) {
  /** @type {Mark[]} the last mark of each lane */
  const last = [];
  return marks.filter((mark) => {
    for (let lane = 0; lane < LANES; lane++) {
      const before = last[lane];
      if (before && mark.dueMs - before.dueMs < apartMs) continue;
      mark.lane = lane;
      last[lane] = mark;
      return true;
    }
    /** @type {Mark} */ (last[LANES - 1]).more += 1;
    return false;
  });
}

/**
 * The round times between two moments, as a clock on the wall has them: as near to each other as leaves room to read them.
 * @param {number} fromMs
 * @param {number} toMs
 * @param {number} [most]
 * @param {string} [timeZone]
 */
export function ticks(fromMs, toMs, most = MOST_TICKS, timeZone = zone()) {
  const least = (toMs - fromMs) / most;
  const step = 60_000 * (STEPS.find((minutes) => minutes * 60_000 >= least) ?? Math.ceil(least / 86_400_000) * 1440);
  const found = [];
  const aheadMs = offsetMs(fromMs, timeZone);
  for (let wall = Math.ceil((fromMs + aheadMs) / step) * step; ; wall += step) {
    // Where the clock is moved in between, what follows is round by the new time.
    const at = wall - offsetMs(wall - aheadMs, timeZone);
    if (at > toMs) return found;
    if (at >= fromMs && at > (found.at(-1) ?? -Infinity)) found.push(at);
  }
}

/** The panel that shows it. */
export class Timeline {
  #panel;
  #list;
  #axis;
  #board;
  #columns;
  #open;
  /** Marks and rows are placed as seen from this moment; later the whole of them is shifted. */
  #base = 0;
  /** @type {Map<string, { item: HTMLElement, track: HTMLElement, title: HTMLElement, before: HTMLElement }>} */
  #rows = new Map();
  /** @type {Map<string, { link: HTMLAnchorElement, said: string }>} */
  #marks = new Map();

  /**
   * @param {HTMLElement} panel
   * @param {import("./board.js").Board} board
   * @param {(now: number) => import("./board.js").Column[]} columns what is shown now, by driver
   * @param {(number: string) => void} open
   */
  constructor(panel, board, columns, open) {
    this.#panel = panel;
    this.#board = board;
    this.#columns = columns;
    this.#open = open;
    this.#axis = /** @type {HTMLElement} */ (panel.querySelector("[data-axis]"));
    this.#list = /** @type {HTMLElement} */ (panel.querySelector("[data-rows]"));
    panel.addEventListener("click", (event) => this.#clicked(event));
    panel.addEventListener("keydown", (event) => this.#key(event));
  }

  /** @param {boolean} open */
  toggle(open) {
    this.#panel.hidden = !open;
    if (open) this.ask();
  }

  #paced = paced(() => requestAnimationFrame(() => this.draw()), EVERY_MS);

  /** Something changed, or time has passed. */
  ask() {
    if (!this.#panel.hidden) this.#paced();
  }

  draw(now = serverNow()) {
    const span = (BEFORE + AFTER) * this.#board.lateMs;
    if (!this.#base) this.#base = now;
    this.#panel.style.setProperty("--shift", `${((this.#base - now) / span) * 100}%`);
    this.#scale(now);
    const wanted = rows(this.#board, this.#columns(now), now);
    const [rowsGone, marksGone] = [new Set(this.#rows.keys()), new Set(this.#marks.keys())];
    for (const [place, row] of wanted.entries()) {
      rowsGone.delete(row.key);
      const shown = this.#row(row, place);
      for (const mark of row.marks) {
        marksGone.delete(mark.number);
        this.#mark(mark, shown.track, now);
      }
    }
    for (const key of rowsGone) {
      this.#rows.get(key)?.item.remove();
      this.#rows.delete(key);
    }
    for (const number of marksGone) {
      this.#marks.get(number)?.link.remove();
      this.#marks.delete(number);
    }
    this.#panel.classList.toggle("none", !wanted.length);
  }

  /** @param {number} now */
  #scale(now) {
    const { lateMs } = this.#board;
    const room = Math.max(2, Math.min(MOST_TICKS, Math.floor(this.#panel.clientWidth / TICK_PX)));
    const at = ticks(now - BEFORE * lateMs, now + AFTER * lateMs, room);
    const told = at.join();
    if (this.#axis.dataset.told !== told) {
      this.#axis.dataset.told = told;
      this.#axis.replaceChildren(...at.map((ms) => {
        const tick = Object.assign(document.createElement("span"), { textContent: clockTime(ms) });
        tick.style.left = this.#left(ms);
        return tick;
      }));
    }
  }

  /** @param {number} ms */
  #left(ms) {
    return `${((((ms - this.#base) / this.#board.lateMs + BEFORE) / (BEFORE + AFTER)) * 100).toFixed(3)}%`;
  }

  /** @param {Row} row @param {number} place */
  #row({ key, driver, marks, before }, place) {
    let row = this.#rows.get(key);
    if (!row) {
      const item = document.createElement("li");
      const title = document.createElement(driver === null ? "span" : "a");
      if (driver !== null) title.setAttribute("href", `/tablero?repartidor=${driver}`);
      const [head, track, count] = [document.createElement("p"), document.createElement("div"), document.createElement("span")];
      [head.className, track.className, count.className] = ["timeline-who", "timeline-track", "timeline-before"];
      const shifted = document.createElement("div");
      track.append(count, shifted);
      head.append(title);
      item.append(head, track);
      row = { item, track: shifted, title, before: count };
      this.#rows.set(key, row);
    }
    write(row.title, driver === null ? t(`column-${key}`) : (this.#board.drivers.get(driver)?.nombre ?? ""));
    write(row.before, before ? t("board-js-timeline-before", { n: before }) : "");
    row.item.style.setProperty("--lanes", String(Math.max(0, ...marks.map(({ lane }) => lane)) + 1));
    if (this.#list.children[place] !== row.item) this.#list.insertBefore(row.item, this.#list.children[place] ?? null);
    return row;
  }

  /** @param {Mark} mark @param {HTMLElement} track @param {number} now */
  #mark({ number, dueMs, lane, late, more }, track, now) {
    const ticket = /** @type {Ticket} */ (this.#board.ticket(number));
    let mark = this.#marks.get(number);
    if (!mark) {
      const link = Object.assign(document.createElement("a"), { href: `/tickets/${number}`, className: "timeline-mark", tabIndex: -1 });
      link.dataset.number = number;
      mark = { link, said: "" };
      this.#marks.set(number, mark);
    }
    const { link } = mark;
    const minutes = Math.round(Math.abs(dueMs - now) / 60_000);
    const when = t(late ? "board-js-timeline-late" : "board-js-timeline-due", { n: minutes });
    const others = more ? ` · ${t("board-js-timeline-more", { n: more })}` : "";
    const said = `${number} · ${ticket.cliente_nombre} · ${t(`state-${ticket.estado}`)} · ${when}${others}`;
    if (said !== mark.said) {
      mark.said = link.title = said;
      link.setAttribute("aria-label", said);
      link.className = `timeline-mark state-${ticket.estado}${late ? " late" : ""}`;
      link.style.left = this.#left(dueMs);
      link.dataset.more = more ? `+${more}` : "";
    }
    if (link.style.getPropertyValue("--lane") !== String(lane)) link.style.setProperty("--lane", String(lane));
    if (link.parentElement !== track) {
      const had = document.activeElement === link;
      track.append(link);
      if (had) link.focus({ preventScroll: true });
    }
    if (!track.querySelector('[tabindex="0"]')) link.tabIndex = 0;
  }

  /** @param {MouseEvent} event */
  #clicked(event) {
    const link = /** @type {HTMLElement | null} */ (/** @type {Element} */ (event.target).closest("[data-number]"));
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    this.#open(link.dataset.number ?? "");
  }

  /** The arrows go from mark to mark, Tab from row to row. @param {KeyboardEvent} event */
  #key(event) {
    const link = /** @type {HTMLElement | null} */ (/** @type {Element} */ (event.target).closest("[data-number]"));
    const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    if (!link || !step || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const due = (/** @type {Element} */ one) => Number.parseFloat(/** @type {HTMLElement} */ (one).style.left);
    const all = [...(link.parentElement?.children ?? [])].sort((a, b) => due(a) - due(b));
    const next = /** @type {HTMLElement | undefined} */ (all[all.indexOf(link) + step]);
    if (!next) return;
    link.tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
  }
}
