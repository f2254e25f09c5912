// What a dispatcher does to tickets: the board's own form, answered in the language of the page with a result for each ticket.
// Each change names the version it was decided on, so that who comes second learns who was first; nothing is sent twice while
// it is under way; what was done can be taken back from its toast.

import { t } from "./texts.js";

/** @typedef {import("./board.js").Ticket} Ticket */
/** @typedef {number | "auto" | "pool"} Target a driver's id, whoever fits best, or nobody */
/**
 * What became of one ticket: why nothing was done, why it has its driver, and how it is now.
 * @typedef {{ numero: string, exito: boolean, error?: string, porque?: string, ticket?: Ticket }} Row
 */
/** @typedef {(row: Row) => string} Say what was done to a ticket, in words */
/**
 * What the actions need of the page.
 * @typedef {object} Page
 * @property {(numbers: string[]) => void} touch cards to be drawn again
 * @property {(text: string, options?: { action?: string, run?: () => void }) => unknown} toast
 * @property {(title: string, rows: Row[]) => void} results
 * @property {() => void} denied the session is over
 * @property {(rows: Row[]) => void} [answered] tickets as they are now, which somebody has read of
 * @property {typeof fetch} fetch
 */

export class Actions {
  #board;
  #page;
  /** @type {Set<string>} */
  #busy = new Set();

  /**
   * @param {import("./board.js").Board} board
   * @param {Page} page
   */
  constructor(board, page) {
    this.#board = board;
    this.#page = page;
  }

  /**
   * Whether this ticket can be given to somebody at all.
   * @param {string} number
   */
  canMove(number) {
    return ["pendiente", "asignado", "aceptado", "en-camino", "fallido"].includes(this.#board.ticket(number)?.estado ?? "");
  }

  /**
   * The tickets as somebody sees them who begins to do something: what is done later is meant for these versions.
   * @param {string[]} numbers
   */
  look(numbers) {
    return new Map(numbers.map((number) => [number, this.#board.ticket(number)?.version ?? 0]));
  }

  /**
   * What has to be said before tickets are taken from drivers who have set out with them, empty where there are none; and the
   * others.
   * @param {string[]} numbers
   * @param {Target} target
   */
  goods(numbers, target) {
    const taken = numbers.filter((number) => this.#board.ticket(number)?.estado === "en-camino" && !this.#lies(number, target));
    const rest = numbers.filter((number) => !taken.includes(number));
    if (!taken.length) return { text: "", rest };
    const drivers = [...new Set(taken.map((number) => this.#board.ticket(number)?.repartidor_nombre ?? ""))];
    const text = t("board-js-goods", { n: taken.length, driver: new Intl.ListFormat(globalThis.document?.documentElement.lang ?? "es-AR").format(drivers) });
    return { text, rest };
  }

  /**
   * Gives tickets to somebody, whoever has them, or takes them back to the pool. This and the others tell whether nothing is left
   * to do: the board answered for each ticket, or there was nothing to change.
   * @param {string[]} numbers
   * @param {Target} target
   * @param {Map<string, number>} [seen] the versions that it is meant for
   * @param {boolean} [recall] whether also what a driver has set out with
   * @returns {Promise<boolean>}
   */
  async move(numbers, target, seen = this.look(numbers), recall = false) {
    const wanted = numbers.filter((number) => !this.#lies(number, target));
    const [only = ""] = wanted;
    if (wanted.length === 1 && !this.canMove(only)) {
      const state = t(`state-${this.#board.ticket(only)?.estado}`);
      this.#page.toast(t("board-js-not-movable", { number: only, state }));
      return true;
    }
    const also = /** @type {Record<string, string>} */ (recall ? { en_camino: "1" } : {});
    if (target === "pool") return this.#change(wanted, { accion: "desasignar", ...also }, seen, ({ numero }) => t("board-js-released", { number: numero }), null);
    const what = { accion: "asignar", repartidor_id: String(target), ...also };
    return this.#change(wanted, what, seen, moved, target === "auto" ? undefined : target);
  }

  /**
   * Why these should rather stay where they are than go to somebody who is off shift or has no room; empty when nothing speaks
   * against it. The board itself takes it, because who decides by hand may know better.
   * @param {string[]} numbers
   * @param {Target} target
   */
  doubt(numbers, target) {
    const more = numbers.filter((number) => !this.#lies(number, target) && this.canMove(number));
    const [only = ""] = more;
    if (typeof target !== "number" || !more.length) return "";
    const found = this.#board.doubt(target, more.length);
    if (!found) return "";
    const { offShift, room, driver, load, capacity } = found;
    const full = room ? t("board-js-few-places", { driver, room, n: more.length }) : t("board-js-full", { driver, load, capacity });
    const why = offShift ? t("board-js-is-off-shift", { driver }) : full;
    return more.length === 1 ? t("board-js-not-given", { number: only, why }) : t("board-js-not-given-many", { n: more.length, why });
  }

  /**
   * @param {string[]} numbers
   * @param {string} priority
   * @param {Map<string, number>} [seen]
   */
  async prioritise(numbers, priority, seen = this.look(numbers)) {
    const wanted = numbers.filter((number) => this.#board.ticket(number)?.prioridad !== priority);
    const name = t(`priority-${priority}`);
    return this.#change(wanted, { accion: "prioridad", prioridad: priority }, seen, ({ numero }) => t("board-js-prioritised", { number: numero, priority: name }));
  }

  /**
   * Calls tickets off, for good: their stock is for sale again.
   * @param {string[]} numbers
   * @param {string} reason
   * @param {Map<string, number>} [seen]
   */
  async cancel(numbers, reason, seen = this.look(numbers)) {
    return this.#change(numbers, { accion: "cancelar", motivo: reason }, seen, ({ numero }) => t("board-js-cancelled", { number: numero }), undefined, false);
  }

  /**
   * Whether a ticket is where it is to go.
   * @param {string} number
   * @param {Target} target
   */
  #lies(number, target) {
    const ticket = this.#board.ticket(number);
    if (!ticket) return true;
    return target === "pool" ? ticket.estado === "pendiente" : ticket.repartidor_id === target && ticket.estado !== "fallido";
  }

  /**
   * Does it, and says what became of it.
   * @param {string[]} all
   * @param {Record<string, string>} what the fields of the form
   * @param {Map<string, number>} looked the versions that it is meant for
   * @param {Say} say
   * @param {number | null} [driver] where the cards lie until the board has answered
   * @param {boolean} [undoable]
   */
  #change(all, what, looked, say, driver, undoable = true) {
    return this.#once(all, async (numbers) => {
      if (driver !== undefined) this.#expect(numbers, driver);
      const now = this.look(numbers);
      const seen = new Map(numbers.map((number) => [number, looked.get(number) ?? now.get(number) ?? 0]));
      const rows = await this.#send(numbers, what, seen);
      // What lay there already has nothing of ours to take back.
      const changed = rows.filter(({ exito, numero, ticket }) => exito && (ticket?.version ?? 0) > (seen.get(numero) ?? 0));
      const undo = undoable && changed.length ? { action: t("board-js-undo"), run: () => void this.#undo(changed) } : {};
      this.#tell(rows, say, t("board-js-bulk-done", counted(rows)), undo);
    });
  }

  /**
   * Takes the last change of each back, if it is still the one that was seen.
   * @param {Row[]} rows
   */
  #undo(rows) {
    const seen = new Map(rows.map(({ numero, ticket }) => [numero, ticket?.version ?? 0]));
    return this.#once([...seen.keys()], async (numbers) => {
      const done = await this.#send(numbers, { accion: "deshacer" }, seen);
      this.#tell(done, ({ numero }) => t("board-js-undone", { number: numero }), t("board-js-bulk-undone", counted(done)), {});
    });
  }

  /**
   * @param {Row[]} rows
   * @param {Say} say about one
   * @param {string} all about many
   * @param {{ action?: string, run?: () => void }} undo
   */
  #tell(rows, say, all, undo) {
    const [only] = rows;
    if (only && rows.length === 1) {
      const text = only.exito ? say(only) : t("board-js-refused", { number: only.numero, why: only.error ?? "" });
      return void this.#page.toast(text, undo);
    }
    if (rows.some(({ exito }) => !exito)) this.#page.results(all, rows);
    this.#page.toast(all, undo);
  }

  /**
   * @param {string[]} numbers
   * @param {number | null} driver
   */
  #expect(numbers, driver) {
    for (const number of numbers) if (this.canMove(number)) this.#board.expect(number, driver);
    this.#page.touch(numbers);
  }

  /**
   * Runs one thing at a time for each ticket, and says how many of several had to be left out; whatever becomes of it, the cards
   * then lie where they really are.
   * @param {string[]} all
   * @param {(numbers: string[]) => Promise<void>} run
   */
  async #once(all, run) {
    const numbers = all.filter((number) => !this.#busy.has(number));
    // Who presses one thing twice means it once.
    if (numbers.length < all.length && all.length > 1) this.#page.toast(t("board-js-busy", { n: all.length - numbers.length }));
    if (!numbers.length) return !all.length;
    for (const number of numbers) this.#busy.add(number);
    try {
      await run(numbers);
      return numbers.length === all.length;
    } catch (error) {
      if (!(error instanceof Unanswered)) throw error;
      this.#page.toast(error.message || t("board-js-network"));
      return false;
    } finally {
      for (const number of numbers) {
        this.#busy.delete(number);
        this.#board.expect(number, undefined);
      }
      this.#page.touch(numbers);
    }
  }

  /**
   * The board's own form, with the versions that were seen.
   * @param {string[]} numbers
   * @param {Record<string, string>} what
   * @param {Map<string, number>} seen
   * @returns {Promise<Row[]>}
   */
  async #send(numbers, what, seen) {
    const body = new URLSearchParams(what);
    for (const number of numbers) {
      body.append("numeros", number);
      body.append(`version-${number}`, String(seen.get(number) ?? ""));
    }
    const answer = await this.#page.fetch("/tablero/lote", { method: "POST", headers: { accept: "application/json" }, body }).catch(() => null);
    if (answer && (answer.redirected || answer.status === 401 || answer.status === 403)) this.#page.denied();
    const told = await answer?.json().catch(() => null);
    if (!answer?.ok || !told) throw new Unanswered(told?.detail);
    /** @type {Row[]} */
    const rows = told.resultados;
    for (const { ticket } of rows) if (ticket) this.#board.put(ticket);
    this.#page.answered?.(rows);
    return rows;
  }
}

/** Nothing came back that says what became of each ticket. */
class Unanswered extends Error {}

/** @param {Row[]} rows */
function counted(rows) {
  return { count: rows.filter(({ exito }) => exito).length, all: rows.length };
}

/** @type {Say} */
function moved({ numero: number, ticket, porque: why }) {
  const driver = ticket?.repartidor_nombre ?? "";
  return why ? t("board-js-moved-why", { number, driver, why }) : t("board-js-moved", { number, driver });
}
