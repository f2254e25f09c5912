// The map beside the columns: where open tickets go and where drivers are. The columns have everything it shows.

import { paced } from "./paced.js";

/** @typedef {import("./map.js").Marker} Marker */
/** @typedef {Awaited<ReturnType<typeof import("./map.js").openMap>>} BoardMap */

const STALE_MS = 5 * 60_000;
/** No oftener than this: drivers glide in between. */
const EVERY_MS = 1000;

/**
 * What is shown of the board.
 * @param {import("./board.js").Board} board
 * @param {string[]} numbers the tickets that the columns show
 * @param {number} now
 * @param {(at: string) => string} age
 * @returns {Marker[]}
 */
export function markers(board, numbers, now, age) {
  const drivers = [...board.drivers.values()].flatMap(({ id, nombre, en_turno, lat, lng, posicion_fecha }) => {
    if (!en_turno || lat === null || lng === null || !posicion_fecha) return [];
    const stale = now - Date.parse(posicion_fecha) > STALE_MS;
    return [{ id: `driver-${id}`, kind: /** @type {const} */ ("driver"), lat, lng, stale, label: `${nombre} · ${age(posicion_fecha)}` }];
  });
  const shown = numbers.flatMap((number) => board.ticket(number) ?? []);
  const stops = shown.flatMap(({ numero, cliente_nombre, estado, lat, lng }) => {
    if (lat === null || lng === null) return [];
    const state = board.isLate(numero, now) ? "late" : estado;
    return [{ id: numero, kind: /** @type {const} */ ("stop"), lat, lng, state, label: `${numero} · ${cliente_nombre}`, href: `/tickets/${numero}` }];
  });
  return [...stops, ...drivers];
}

export class MapPanel {
  #panel;
  #show;
  /** @type {BoardMap} */
  #map = null;
  /** One after the other: a map that opens while its panel is closed again would be nobody's. */
  #turn = Promise.resolve();

  /**
   * @param {HTMLElement} panel
   * @param {() => Marker[]} show
   */
  constructor(panel, show) {
    this.#panel = panel;
    this.#show = show;
  }

  /**
   * Opens or closes it. Opening takes a while; what was wanted last counts.
   * @param {boolean} open
   */
  toggle(open) {
    this.#panel.hidden = !open;
    this.#turn = this.#turn.catch(() => {}).then(() => this.#settle());
    return this.#turn;
  }

  async #settle() {
    const open = !this.#panel.hidden;
    if (open === Boolean(this.#map)) return;
    if (!open) {
      this.#map?.close();
      this.#map = null;
      return;
    }
    // Only who wants a map pays for it. Where none can be drawn, its place says so.
    const { openMap } = await import("./map.js");
    const element = /** @type {HTMLElement} */ (this.#panel.querySelector("[data-map]"));
    this.#map = await openMap(element);
    this.#map?.show(this.#show());
    this.#map?.fit();
  }

  /** Something moved or changed. */
  ask = paced(() => this.#map?.show(this.#show()), EVERY_MS);
}
