// The board on the page: takes over what the server rendered, and afterwards touches only the cards and columns that
// changed, once per frame. What is not on the screen costs no layout (`content-visibility` in board.css).

import { diff } from "./list-diff.js";
import { blankCard, briefAge, copyOf, equip, partsOf, write, writeAge, writeCard, writeOffer } from "./board-card.js";
import { serverNow } from "./clock.js";
import { t } from "./texts.js";

/** @typedef {import("./board.js").Ticket} Ticket */
/** @typedef {{ section: HTMLElement, list: HTMLElement, numbers: string[], parts: Parts }} Lane */
/** @typedef {import("./board-card.js").Parts} Parts */
/** @typedef {import("./board-card.js").Card} Card */

const FRESH_MS = 1500;
const CONTROLS = "a, input, button";

/**
 * Scrolls a list, and nothing else, to what somebody has just put into it.
 * @param {HTMLElement} item
 * @param {HTMLElement} list
 */
function reveal(item, list) {
  const [one, all] = [item.getBoundingClientRect(), list.getBoundingClientRect()];
  if (one.bottom > all.bottom) list.scrollTop += one.bottom - all.bottom;
  else if (one.top < all.top) list.scrollTop += one.top - all.top;
}

export class BoardView {
  /** @type {Map<string, Lane>} */
  #columns = new Map();
  /** @type {Map<string, Card>} */
  #cards = new Map();
  /** @type {Set<string>} */
  #dirty = new Set();
  /** @type {Set<number>} */
  #moved = new Set();
  /**
   * The cards on the screen: only these have a clock that goes.
   * @type {Set<Element>}
   */
  #seen = new Set();
  #watch = new IntersectionObserver((entries) => this.#appeared(entries), { rootMargin: "200px" });
  #asked = false;
  #rearrange = false;
  #root;
  #board;
  /** @type {import("./board.js").View} */
  view;
  /** @type {import("./board.js").Filter} */
  filter;
  /** Whether news is shown as news: not while the first tickets arrive. */
  lively = false;
  /** What happens after each drawing. @type {(shown: number) => void} */
  drawn = () => {};
  /** @type {Set<string>} */
  picked = new Set();

  /**
   * @param {HTMLElement} root
   * @param {import("./board.js").Board} board
   * @param {import("./board.js").View} view
   * @param {import("./board.js").Filter} filter
   */
  constructor(root, board, view, filter) {
    this.#root = root;
    this.#board = board;
    this.view = view;
    this.filter = filter;
    for (const section of /** @type {NodeListOf<HTMLElement>} */ (root.querySelectorAll("[data-column]"))) this.#adopt(section);
  }

  /** @param {HTMLElement} section */
  #adopt(section) {
    const list = /** @type {HTMLElement} */ (section.querySelector("[data-cards]"));
    const numbers = [];
    for (const item of /** @type {NodeListOf<HTMLElement>} */ (list.querySelectorAll("[data-key]"))) {
      const number = item.dataset.key ?? "";
      numbers.push(number);
      this.#cards.set(number, this.#taken(item));
    }
    const parts = partsOf(/** @type {Element} */ (section.firstElementChild));
    this.#columns.set(section.dataset.column ?? "", { section, list, numbers, parts });
    this.#reachable(list);
  }

  /** @param {HTMLElement} item */
  #taken(item) {
    // The arrows go from card to card; Tab goes from column to column.
    equip(item);
    for (const control of item.querySelectorAll(CONTROLS)) control.setAttribute("tabindex", "-1");
    this.#watch.observe(item);
    return { item, late: item.classList.contains("late") };
  }

  /**
   * One card of each column can be reached with Tab.
   * @param {HTMLElement} list
   */
  #reachable(list) {
    if (list.querySelector('[tabindex="0"]')) return;
    const first = list.firstElementChild;
    if (first) this.reach(/** @type {HTMLElement} */ (first));
  }

  /**
   * Makes this card the one of its column that Tab leads to.
   * @param {HTMLElement} item
   */
  reach(item) {
    for (const control of item.parentElement?.querySelectorAll('[tabindex="0"]') ?? []) {
      if (!item.contains(control)) control.setAttribute("tabindex", "-1");
    }
    for (const control of item.querySelectorAll(CONTROLS)) control.setAttribute("tabindex", "0");
  }

  /** @param {string} number */
  card(number) {
    return this.#cards.get(number)?.item;
  }

  /** What is shown, column by column. */
  shown() {
    return [...this.#columns.values()].map(({ numbers }) => numbers);
  }

  /**
   * These tickets changed.
   * @param {string[]} numbers
   */
  touch(numbers) {
    for (const number of numbers) this.#dirty.add(number);
    this.rearrange();
  }

  /** Something else changed that decides what lies where: the view, a filter, the fleet. */
  rearrange() {
    this.#rearrange = true;
    this.#ask();
  }

  /** @param {number} driver who moved */
  move(driver) {
    this.#moved.add(driver);
    this.#ask();
  }

  #ask() {
    if (this.#asked) return;
    this.#asked = true;
    // A page nobody looks at draws when it is looked at again.
    requestAnimationFrame(() => this.draw());
  }

  draw(now = serverNow()) {
    this.#asked = false;
    const focused = /** @type {HTMLElement | null} */ (document.activeElement?.closest("[data-key]") ? document.activeElement : null);
    if (this.#rearrange) {
      this.#rearrange = false;
      const columns = this.#board.arrange(this.view, this.filter, now);
      this.#lay(columns);
      const loads = this.#board.loads();
      let shown = 0;
      for (const column of columns) {
        shown += column.numbers.length;
        this.#fill(column, loads, now);
      }
      this.#dirty.clear();
      this.#forget();
      this.drawn(shown);
    }
    for (const driver of this.#moved) this.#fix(driver, now);
    this.#moved.clear();
    if (focused && focused !== document.activeElement && focused.isConnected) focused.focus({ preventScroll: true });
  }

  /**
   * Columns that come, go and change places.
   * @param {import("./board.js").Column[]} columns
   */
  #lay(columns) {
    const isPool = (/** @type {import("./board.js").Column} */ { driver }) => this.view === "repartidores" && driver === null;
    for (const [name, own] of /** @type {const} */ ([["pool", columns.filter(isPool)], ["crews", columns.filter((column) => !isPool(column))]])) {
      const lane = /** @type {HTMLElement} */ (this.#root.querySelector(`[data-lane="${name}"]`));
      const before = [...lane.children].map((section) => /** @type {HTMLElement} */ (section).dataset.column ?? "");
      const { gone, puts } = diff(before, own.map(({ key }) => key));
      for (const key of gone) {
        this.#columns.get(key)?.section.remove();
        this.#columns.delete(key);
      }
      for (const { key, next } of puts) {
        const column = this.#columns.get(key) ?? this.#made(/** @type {import("./board.js").Column} */ (own.find((one) => one.key === key)));
        lane.insertBefore(column.section, next === null ? null : /** @type {Lane} */ (this.#columns.get(next)).section);
      }
    }
  }

  /** @param {import("./board.js").Column} column */
  #made({ key, driver }) {
    const section = copyOf(driver === null ? "column" : "crew");
    section.dataset.column = key;
    section.setAttribute("aria-labelledby", `columna-${key}`);
    section.querySelector("h2")?.setAttribute("id", `columna-${key}`);
    if (driver !== null) section.dataset.driver = String(driver);
    const list = /** @type {HTMLElement} */ (section.querySelector("[data-cards]"));
    const made = { section, list, numbers: [], parts: partsOf(/** @type {Element} */ (section.firstElementChild)) };
    this.#columns.set(key, made);
    return made;
  }

  /**
   * @param {import("./board.js").Column} column
   * @param {Map<number, number>} loads
   * @param {number} now
   */
  #fill({ key, driver, numbers }, loads, now) {
    const column = /** @type {Lane} */ (this.#columns.get(key));
    const { gone, puts } = diff(column.numbers, numbers);
    for (const number of gone) {
      const item = this.#cards.get(number)?.item;
      if (item?.parentElement === column.list) item.remove();
    }
    for (const { key: number, next } of puts) {
      const item = this.#carded(number, now).item;
      column.list.insertBefore(item, next === null ? null : (this.card(next) ?? null));
      if (this.lively) this.#news(item);
      if (this.#board.isExpected(number)) reveal(item, column.list);
    }
    for (const number of numbers) if (this.#dirty.has(number)) this.#write(number, now);
    if (gone.length || puts.length) {
      column.numbers = numbers;
      column.section.dataset.n = String(numbers.length);
      write(/** @type {HTMLElement} */ (column.parts.count), String(numbers.length));
      this.#reachable(column.list);
    }
    if (driver === null) write(/** @type {HTMLElement} */ (column.parts.title), t(`column-${key}`));
    else this.#crew(column, driver, loads.get(driver) ?? 0, now);
  }

  /** @param {HTMLElement} item */
  #news(item) {
    item.classList.add("fresh");
    setTimeout(() => item.classList.remove("fresh"), FRESH_MS);
  }

  /**
   * @param {Lane} column
   * @param {number} id
   * @param {number} load
   * @param {number} now
   */
  #crew({ parts }, id, load, now) {
    const driver = this.#board.drivers.get(id);
    if (!driver || !parts.title || !parts.load || !parts.meter || !parts.shift) return;
    write(parts.title, driver.nombre);
    write(parts.load, t("board-js-load", { load, capacity: driver.capacidad }));
    const full = load >= driver.capacidad;
    parts.load.classList.toggle("full", full);
    parts.meter.classList.toggle("full", full);
    const meter = /** @type {HTMLProgressElement} */ (parts.meter);
    if (meter.max !== driver.capacidad) meter.max = driver.capacidad;
    if (meter.value !== Math.min(load, driver.capacidad)) meter.value = Math.min(load, driver.capacidad);
    write(parts.shift, (driver.en_turno ? parts.shift.dataset.on : parts.shift.dataset.off) ?? "");
    parts.shift.classList.toggle("good", driver.en_turno);
    parts.shift.classList.toggle("off", !driver.en_turno);
    this.#fix(id, now);
  }

  /**
   * How old a driver's position is.
   * @param {number} id
   * @param {number} now
   */
  #fix(id, now) {
    const part = this.#columns.get(`driver-${id}`)?.parts.fix;
    const driver = this.#board.drivers.get(id);
    if (!part || !driver) return;
    const at = driver.posicion_fecha;
    write(part, at ? t("board-js-fix", { age: briefAge(now - Date.parse(at)) }) : t("board-js-no-fix"));
    part.classList.toggle("stale", !!at && now - Date.parse(at) > 5 * 60_000);
  }

  /**
   * @param {string} number
   * @param {number} now
   */
  #carded(number, now) {
    const known = this.#cards.get(number);
    if (known) return known;
    const item = blankCard(number);
    const card = this.#taken(item);
    this.#cards.set(number, card);
    this.#write(number, now);
    return card;
  }

  /**
   * What a card says.
   * @param {string} number
   * @param {number} now
   */
  #write(number, now) {
    const card = this.#cards.get(number);
    const ticket = this.#board.ticket(number);
    if (!card || !ticket) return;
    const { item } = card;
    item.classList.toggle("pending", this.#board.isExpected(number));
    if (item.dataset.version === String(ticket.version)) return;
    writeCard(item, ticket, now);
    this.#age(number, card, now, true);
  }

  /**
   * @param {string} number
   * @param {Card} card
   * @param {number} now
   * @param {boolean} [anyway] also where nobody looks
   */
  #age(number, card, now, anyway = false) {
    const ticket = this.#board.ticket(number);
    if (!ticket) return;
    const late = this.#board.isLate(number, now);
    if (anyway || late !== card.late || this.#seen.has(card.item)) writeAge(card.item, ticket, late, now);
    if (late !== card.late) card.item.classList.toggle("late", late);
    card.late = late;
  }

  /**
   * Time has passed.
   * @param {number} now
   */
  tick(now) {
    for (const [number, card] of this.#cards) this.#age(number, card, now);
    for (const id of this.#board.drivers.keys()) this.#fix(id, now);
    if (this.filter.demorados) this.rearrange();
  }

  /**
   * A second has passed.
   * @param {number} now
   */
  second(now) {
    for (const item of this.#seen) {
      const number = /** @type {HTMLElement} */ (item).dataset.key ?? "";
      const ticket = this.#board.ticket(number);
      const card = this.#cards.get(number);
      if (card && ticket?.oferta_vence) writeOffer(card.item, ticket, now);
    }
  }

  /** @param {IntersectionObserverEntry[]} entries */
  #appeared(entries) {
    const now = serverNow();
    for (const { target, isIntersecting } of entries) {
      if (!isIntersecting) {
        this.#seen.delete(target);
        continue;
      }
      this.#seen.add(target);
      const number = /** @type {HTMLElement} */ (target).dataset.key ?? "";
      const card = this.#cards.get(number);
      if (card) this.#age(number, card, now);
    }
  }

  /** Cards of tickets that are over. */
  #forget() {
    for (const [number, { item }] of this.#cards) {
      if (this.#board.ticket(number)) continue;
      item.remove();
      this.#watch.unobserve(item);
      this.#seen.delete(item);
      this.#cards.delete(number);
      this.picked.delete(number);
    }
  }

  /**
   * Another way to look at it: the columns are others.
   * @param {import("./board.js").View} view
   */
  turn(view) {
    this.view = view;
    this.#root.dataset.view = view;
    this.#root.classList.toggle("repartidores", view === "repartidores");
    this.#root.classList.toggle("estados", view === "estados");
    const lively = this.lively;
    this.lively = false;
    for (const { section } of this.#columns.values()) section.remove();
    this.#columns.clear();
    this.rearrange();
    this.draw();
    this.lively = lively;
  }

  /**
   * Chooses a card, or lets go of it.
   * @param {string} number
   * @param {boolean} picked
   */
  pick(number, picked) {
    const item = this.card(number);
    const box = item?.querySelector("input");
    if (!item || !box) return;
    box.checked = picked;
    item.classList.toggle("picked", picked);
    if (picked) this.picked.add(number);
    else this.picked.delete(number);
  }
}

