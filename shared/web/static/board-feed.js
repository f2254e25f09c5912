// What the board hears: tickets and positions by the live feed, or by asking where sockets do not get through; shifts and
// capacities, which are not in the feed, by asking now and then.

import { Coalesced } from "./fragment.js";
import { Live, browser } from "./live.js";
import { OPEN } from "./board.js";

const FLEET_MS = 15_000;

/**
 * @typedef {object} Heard
 * @property {(numbers: string[]) => void} changed these tickets are others now
 * @property {(driver: number) => void} moved
 * @property {() => void} fleet the drivers are others now
 * @property {(word: string) => void} status how the connection is
 * @property {() => void} denied nobody is logged in any more
 */

export class Feed {
  #board;
  #heard;
  #fleet = new Coalesced(() => this.#loadFleet(), browser());
  #tickets = new Coalesced(() => this.#loadTickets(), browser());
  /** How often the feed has spoken: what was asked for before it did is older. */
  #frames = 0;
  /** Whether the board has been told everything once. */
  isReady = false;

  /**
   * @param {import("./board.js").Board} board
   * @param {string} url
   * @param {Heard} heard
   */
  constructor(board, url, heard) {
    this.#board = board;
    this.#heard = heard;
    new Live(url, {
      changed: (frame) => {
        this.#frames += 1;
        this.#apply(frame);
      },
      position: (frame) => board.move(frame) && heard.moved(frame.repartidor_id),
      status: heard.status,
      poll: () => this.#tickets.ask(),
      denied: heard.denied,
    });
    setInterval(() => this.#fleet.ask(), FLEET_MS);
    document.addEventListener("visibilitychange", () => this.#fleet.ask());
  }

  /** @param {import("./live.js").Frame} frame */
  #apply(frame) {
    const changed = this.#board.apply(frame);
    if (frame.type === "snapshot") this.isReady = true;
    if (!changed.length) return;
    this.#heard.changed(changed);
    if (frame.type === "event" && frame.ticket.repartidor_id && !this.#board.drivers.has(frame.ticket.repartidor_id)) this.#fleet.ask();
  }

  async #loadTickets() {
    const before = this.#frames;
    const tickets = await this.#pages(`/api/tickets?limit=200&estado=${OPEN}`, "tickets");
    // The feed came back meanwhile: it knows tickets that these pages do not.
    if (tickets && before === this.#frames) this.#apply({ type: "snapshot", tickets });
  }

  async #loadFleet() {
    if (document.visibilityState === "hidden") return;
    const drivers = await this.#pages("/api/repartidores?limit=200", "repartidores");
    if (!drivers) return;
    this.#board.setDrivers(drivers);
    this.#heard.fleet();
  }

  /**
   * Everything of a list that comes in pages; null when it does not come.
   * @param {string} url
   * @param {string} name
   */
  async #pages(url, name) {
    const all = [];
    let cursor = "";
    do {
      const answer = await fetch(`${url}&cursor=${encodeURIComponent(cursor)}`);
      if (answer.status === 401 || answer.status === 403) this.#heard.denied();
      if (!answer.ok) return null;
      const page = await answer.json();
      all.push(...page[name]);
      cursor = page.cursor ?? "";
    } while (cursor);
    return all;
  }
}
