// What a dispatcher does to tickets, through the API: each change names the version it was decided on, so that who comes
// second learns who was first; nothing is sent twice while it is under way; what was done can be taken back from its toast.

import { t } from "./texts.js";

/** @typedef {import("./board.js").Ticket} Ticket */
/** @typedef {number | "auto" | "pool"} Target a driver's id, whoever fits best, or nobody */
/** @typedef {{ numero: string, exito: boolean, error?: string, version?: number, repartidor?: string }} Row */
/**
 * What the actions need of the page.
 * @typedef {object} Page
 * @property {(numbers: string[]) => void} touch cards to be drawn again
 * @property {(text: string, options?: { action?: string, run?: () => void }) => unknown} toast
 * @property {(title: string, rows: Row[]) => void} results
 * @property {typeof fetch} fetch
 */

/** A request that was refused, or that nobody answered (status 0). */
class Refused extends Error {
  /**
   * @param {number} status
   * @param {any} problem
   */
  constructor(status, problem) {
    super(problem?.detail ?? String(status));
    this.status = status;
    this.problem = problem ?? {};
  }
}

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
   * Whether this ticket can be given to somebody at all; on its way it first has to come back.
   * @param {string} number
   */
  canMove(number) {
    return ["pendiente", "asignado", "aceptado", "fallido"].includes(this.#board.ticket(number)?.estado ?? "");
  }

  /**
   * Gives one ticket to somebody, or takes it back to the pool.
   * @param {string} number
   * @param {Target} target
   */
  move(number, target) {
    const ticket = this.#board.ticket(number);
    const already = ticket && (target === "pool" ? ticket.estado === "pendiente" : ticket.repartidor_id === target && ticket.estado !== "fallido");
    if (!ticket || already) return Promise.resolve();
    if (!this.canMove(number)) {
      this.#page.toast(t("board-js-not-movable", { number, state: t(`state-${ticket.estado}`) }));
      return Promise.resolve();
    }
    return this.#once([number], async () => {
      if (target !== "auto") this.#expect([number], target === "pool" ? null : target);
      const before = ticket;
      let now = ticket;
      if (before.estado !== "pendiente") now = await this.#send(before, "desasignar");
      if (target !== "pool") now = await this.#send(now, "asignar", target === "auto" ? { auto: true } : { repartidor_id: target });
      this.#board.put(now);
      const back = before.estado === "pendiente" || target === "pool" ? () => this.undo(number, now.version) : () => this.#giveBack(number, before);
      this.#done(await this.#moved(now, target), back);
    });
  }

  /**
   * @param {Ticket} ticket
   * @param {Target} target
   */
  async #moved(ticket, target) {
    const number = ticket.numero;
    if (target === "pool") return t("board-js-released", { number });
    const driver = ticket.repartidor_nombre ?? "";
    if (target !== "auto") return t("board-js-moved", { number, driver });
    const { asignacion_motivo: why } = await this.#ask("GET", `/api/tickets/${number}`);
    return why ? t("board-js-moved-why", { number, driver, why }) : t("board-js-moved", { number, driver });
  }

  /**
   * A ticket that went from one driver to another goes back to the first: an undo only knows the last of both steps.
   * @param {string} number
   * @param {Ticket} before
   */
  #giveBack(number, before) {
    return before.estado === "fallido" ? this.move(number, "pool") : this.move(number, before.repartidor_id ?? "pool");
  }

  /**
   * @param {string} number
   * @param {string} priority
   */
  prioritise(number, priority) {
    const ticket = this.#board.ticket(number);
    if (!ticket || ticket.prioridad === priority) return Promise.resolve();
    return this.#once([number], async () => {
      const now = await this.#ask("PATCH", `/api/tickets/${number}`, { prioridad: priority }, ticket.version);
      this.#board.put(now);
      this.#done(t("board-js-prioritised", { number, priority: t(`priority-${priority}`) }), () => this.undo(number, now.version));
    });
  }

  /**
   * Takes the last change back, if it is still the one that was seen.
   * @param {string} number
   * @param {number} version
   */
  undo(number, version) {
    return this.#once([number], async () => {
      this.#board.put(await this.#ask("POST", `/api/tickets/${number}/deshacer`, undefined, version));
      this.#page.toast(t("board-js-undone", { number }));
    });
  }

  /**
   * Gives many tickets to somebody at once, or back to the pool; what somebody else has is taken back first.
   * @param {string[]} numbers
   * @param {Target} target
   */
  async moveAll(numbers, target) {
    const [only] = numbers;
    if (only && numbers.length === 1) return this.move(only, target);
    if (target === "pool") return this.bulk(numbers, { accion: "desasignar" });
    const taken = numbers.filter((number) => {
      const ticket = this.#board.ticket(number);
      return ticket && ["asignado", "aceptado", "fallido"].includes(ticket.estado) && ticket.repartidor_id !== target;
    });
    return this.bulk(numbers, { accion: "asignar", repartidor_id: String(target) }, taken);
  }

  /**
   * The same to many tickets, each with its own result.
   * @param {string[]} numbers
   * @param {Record<string, string>} what the fields of the board's form
   * @param {string[]} [release] which have to be taken back before
   */
  bulk(numbers, what, release = []) {
    return this.#once(numbers, async () => {
      if (what.accion === "asignar" && what.repartidor_id !== "auto") this.#expect(numbers, Number(what.repartidor_id));
      if (release.length) await this.#form(release, { accion: "desasignar" });
      /** @type {{ hechos: number, resultados: Row[] }} */
      const { hechos, resultados } = await this.#form(numbers, what);
      const done = resultados.filter(({ exito }) => exito);
      const text = t("board-js-bulk-done", { count: hechos, all: resultados.length });
      if (hechos < resultados.length) this.#page.results(text, resultados);
      // What was cancelled is over: its stock is for sale again.
      const undoable = hechos > 0 && what.accion !== "cancelar" && !release.length;
      this.#done(text, undoable ? () => this.#undoAll(done) : undefined);
    });
  }

  /** @param {Row[]} rows */
  #undoAll(rows) {
    return this.#once(rows.map(({ numero }) => numero), async () => {
      let count = 0;
      for (const { numero, version } of rows) {
        try {
          this.#board.put(await this.#ask("POST", `/api/tickets/${numero}/deshacer`, undefined, version));
          count += 1;
        } catch (error) {
          if (!(error instanceof Refused)) throw error;
        }
      }
      this.#page.toast(t("board-js-bulk-undone", { count, all: rows.length }));
    });
  }

  /**
   * @param {string} text
   * @param {(() => void) | undefined} undo
   */
  #done(text, undo) {
    this.#page.toast(text, undo ? { action: t("board-js-undo"), run: undo } : {});
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
   * Runs one thing at a time for each ticket; whatever becomes of it, the cards then lie where they really are.
   * @param {string[]} numbers
   * @param {() => Promise<void>} run
   */
  async #once(numbers, run) {
    if (numbers.some((number) => this.#busy.has(number))) return;
    for (const number of numbers) this.#busy.add(number);
    try {
      await run();
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      await this.#explain(numbers[0] ?? "", error);
    } finally {
      for (const number of numbers) {
        this.#busy.delete(number);
        this.#board.expect(number, undefined);
      }
      this.#page.touch(numbers);
    }
  }

  /**
   * @param {string} number
   * @param {Refused} refused
   */
  async #explain(number, { status, problem, message }) {
    if (status === 0) return void this.#page.toast(t("board-js-network"));
    const kind = String(problem.type ?? "").split(":").pop();
    try {
      const truth = await this.#ask("GET", `/api/tickets/${number}`);
      this.#board.put(truth);
      if (kind === "version-vieja" || kind === "paso-ilegal") {
        const { eventos } = await this.#ask("GET", `/api/tickets/${number}/eventos?limit=200`);
        const state = t(`state-${truth.estado}`);
        const driver = truth.repartidor_nombre ?? t("board-js-nobody");
        return void this.#page.toast(t("board-js-conflict", { number, actor: eventos.at(-1)?.actor ?? "", state, driver }));
      }
    } catch {
      // What was refused is told all the same.
    }
    if (kind === "sin-repartidores") return void this.#page.toast(t("board-js-nobody-free", { number }));
    this.#page.toast(t("board-js-refused", { number, why: message }));
  }

  /**
   * @param {Ticket} ticket
   * @param {string} step
   * @param {unknown} [body]
   * @returns {Promise<Ticket>}
   */
  #send({ numero, version }, step, body) {
    return this.#ask("POST", `/api/tickets/${numero}/${step}`, body, version);
  }

  /**
   * @param {string} method
   * @param {string} path
   * @param {unknown} [body]
   * @param {number} [version]
   */
  async #ask(method, path, body, version) {
    /** @type {Record<string, string>} */
    const headers = { accept: "application/json" };
    if (body !== undefined) headers["content-type"] = "application/json";
    if (version !== undefined) headers["if-match"] = `"${version}"`;
    return this.#fetched(path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
  }

  /**
   * The board's own form, answered as JSON in the language of the page.
   * @param {string[]} numbers
   * @param {Record<string, string>} what
   */
  #form(numbers, what) {
    const body = new URLSearchParams(what);
    for (const number of numbers) body.append("numeros", number);
    return this.#fetched("/tablero/lote", { method: "POST", headers: { accept: "application/json" }, body });
  }

  /**
   * @param {string} path
   * @param {RequestInit} options
   */
  async #fetched(path, options) {
    let answer;
    try {
      answer = await this.#page.fetch(path, options);
    } catch {
      throw new Refused(0, null);
    }
    const json = await answer.json().catch(() => null);
    if (!answer.ok) throw new Refused(answer.status, json);
    return json;
  }
}
