// The board as data: what the live feed says of tickets and drivers, and which column each ticket lies in. Pure: no
// document, no clock; `board-view.js` draws it. The first paint is the server's
// (tickets/src/pages/board), which decides the same.

import { fold, found } from "./board-search.js";

/**
 * A ticket of the wire; only what the board looks at.
 * @typedef {object} Ticket
 * @property {string} numero
 * @property {number} ticket_id
 * @property {string} cliente_nombre
 * @property {string | null} cliente_direccion
 * @property {string | null} cliente_telefono
 * @property {string | null} barrio
 * @property {number} total pesos
 * @property {string} estado
 * @property {string} prioridad
 * @property {string} fecha_creacion
 * @property {string | null} [prometido] by when its customer was promised it
 * @property {number | null} repartidor_id
 * @property {string | null} repartidor_nombre
 * @property {string | null} motivo
 * @property {string | null} oferta_vence
 * @property {string | null} fecha_asignacion
 * @property {number | null} lat degrees
 * @property {number | null} lng degrees
 * @property {number} version
 */
/**
 * A driver of `/api/repartidores`.
 * @typedef {object} Driver
 * @property {number} id
 * @property {string} nombre
 * @property {number} capacidad
 * @property {boolean} activo
 * @property {boolean} en_turno
 * @property {string | null} barrio
 * @property {number | null} lat degrees
 * @property {number | null} lng degrees
 * @property {string | null} posicion_fecha
 */
/** @typedef {"repartidores" | "estados"} View */
/**
 * What is shown; what is empty excludes nothing.
 * @typedef {object} Filter
 * @property {string} estado
 * @property {string} prioridad
 * @property {string} barrio
 * @property {string} repartidor
 * @property {boolean} demorados
 * @property {string} q
 */
/** @typedef {{ key: string, driver: number | null, numbers: string[] }} Column */

export const OPEN = ["pendiente", "asignado", "aceptado", "en-camino", "fallido"];
/** What a driver carries. */
const CARRIED = ["asignado", "aceptado", "en-camino"];
/** What can be late: what failed has a reason instead. */
const ON_TIME = ["pendiente", ...CARRIED];
const RANK = { baja: 0, normal: 1, alta: 2, urgente: 3 };
/** Tickets that are over and remembered: news of one never comes that late. */
const MOST_ENDED = 2000;
const STAGE = { "en-camino": 2, aceptado: 1 };

/** What is known of one ticket, prepared for comparing. */
class Entry {
  /** @param {Ticket} ticket */
  constructor(ticket) {
    this.ticket = ticket;
    this.createdMs = Date.parse(ticket.fecha_creacion);
    this.promisedMs = ticket.prometido ? Date.parse(ticket.prometido) : null;
    this.text = [ticket.barrio, ticket.numero, ticket.cliente_nombre, ticket.cliente_direccion, ticket.cliente_telefono].map((part) => fold(part ?? "")).join(" ");
    this.together = this.text.replaceAll(" ", "");
    this.barrio = fold(ticket.barrio ?? "");
    this.rank = (RANK[/** @type {keyof typeof RANK} */ (ticket.prioridad)] ?? 1) + 4 * (STAGE[/** @type {keyof typeof STAGE} */ (ticket.estado)] ?? 0);
  }
}

/**
 * @param {Entry} a
 * @param {Entry} b
 */
const inOrder = (a, b) => b.rank - a.rank || a.createdMs - b.createdMs || a.ticket.ticket_id - b.ticket.ticket_id;

/** The tickets that are open and the drivers, as the feed last told. */
export class Board {
  /** @type {Map<string, Entry>} */
  #entries = new Map();
  /**
   * The versions that tickets left the board with: an answer may arrive after the news that it is over.
   * @type {Map<string, number>}
   */
  #ended = new Map();
  /** @type {Map<number, Driver>} */
  drivers = new Map();
  /**
   * Where somebody just put a ticket, until the board has answered: a driver, or null for the pool.
   * @type {Map<string, number | null>}
   */
  #expected = new Map();

  /** @param {number} lateMs from when on a ticket is late of which nothing was promised, after it was ordered */
  constructor(lateMs) {
    this.lateMs = lateMs;
  }

  /** The life of the database that the tickets are of, as far as it is known. @type {string | null} */
  epoch = null;

  /** @param {string} number */
  ticket(number) {
    return this.#entries.get(number)?.ticket;
  }

  tickets() {
    return [...this.#entries.values()].map(({ ticket }) => ticket);
  }

  /**
   * What the live feed says. Gives back the numbers of the tickets that changed.
   * @param {import("./live.js").Frame} frame
   * @returns {string[]}
   */
  apply(frame) {
    if (frame.type === "snapshot") {
      const gone = this.#begin(frame.epoch ?? this.epoch);
      return [...new Set([...gone, ...this.#replace(frame.tickets)])];
    }
    if (frame.type !== "event") return [];
    return this.put(frame.ticket) ? [frame.ticket.numero] : [];
  }

  /**
   * One ticket as it now is, unless a later one is known. What has ended leaves the board.
   * @param {Ticket} ticket
   */
  put(ticket) {
    const known = this.#entries.get(ticket.numero)?.ticket.version ?? this.#ended.get(ticket.numero) ?? 0;
    if (known >= ticket.version) return false;
    if (!OPEN.includes(ticket.estado)) {
      this.#ended.set(ticket.numero, ticket.version);
      if (this.#ended.size > MOST_ENDED) this.#ended.delete(this.#ended.keys().next().value ?? "");
      return this.#entries.delete(ticket.numero);
    }
    this.#entries.set(ticket.numero, new Entry(ticket));
    return true;
  }

  /**
   * Another life of the database (it was restored): its versions are no later ones of what is known.
   * @param {string | null} epoch
   */
  #begin(epoch) {
    const another = this.epoch !== null && epoch !== this.epoch;
    this.epoch = epoch;
    if (!another) return [];
    const gone = [...this.#entries.keys()];
    this.#entries.clear();
    this.#ended.clear();
    return gone;
  }

  /** @param {Ticket[]} tickets */
  #replace(tickets) {
    const gone = new Set(this.#entries.keys());
    const changed = [];
    for (const ticket of tickets) {
      if (!OPEN.includes(ticket.estado)) continue;
      gone.delete(ticket.numero);
      if (this.put(ticket)) changed.push(ticket.numero);
    }
    for (const number of gone) this.#entries.delete(number);
    return [...changed, ...gone];
  }

  /** @param {Driver[]} drivers */
  setDrivers(drivers) {
    const before = this.drivers;
    this.drivers = new Map();
    for (const driver of drivers.filter(({ activo }) => activo)) {
      const known = before.get(driver.id);
      // The feed may have told of a later position than this list has.
      const newer = known?.posicion_fecha && Date.parse(known.posicion_fecha) > Date.parse(driver.posicion_fecha ?? "0");
      this.drivers.set(driver.id, newer ? { ...driver, lat: known.lat, lng: known.lng, posicion_fecha: known.posicion_fecha } : driver);
    }
  }

  /**
   * Where a driver is. Tells whether it is one we know.
   * @param {import("./live.js").Frame} frame
   */
  move({ repartidor_id, lat, lng, at }) {
    const driver = this.drivers.get(repartidor_id);
    if (driver) Object.assign(driver, { lat, lng, posicion_fecha: at });
    return !!driver;
  }

  /**
   * Shows a ticket where it was just put, before the board has answered; `undefined`: as it is.
   * @param {string} number
   * @param {number | null | undefined} driver
   */
  expect(number, driver) {
    if (driver === undefined) this.#expected.delete(number);
    else this.#expected.set(number, driver);
  }

  /** @param {string} number */
  isExpected(number) {
    return this.#expected.has(number);
  }

  /** How much each driver carries. */
  loads() {
    /** @type {Map<number, number>} */
    const loads = new Map();
    for (const { ticket } of this.#entries.values()) {
      if (ticket.repartidor_id && CARRIED.includes(ticket.estado)) loads.set(ticket.repartidor_id, (loads.get(ticket.repartidor_id) ?? 0) + 1);
    }
    return loads;
  }

  /**
   * What speaks against giving a driver so many more: `room` is how many would fit, and none does while off shift. Whoever
   * decides by hand may know better, and is asked.
   * @param {number} id
   * @param {number} more
   * @returns {{ driver: string, load: number, capacity: number, room: number, offShift: boolean } | null}
   */
  doubt(id, more) {
    const driver = this.drivers.get(id);
    if (!driver) return null;
    const load = this.loads().get(id) ?? 0;
    const room = Math.max(0, driver.capacidad - load);
    if (driver.en_turno && more <= room) return null;
    return { driver: driver.nombre, load, capacity: driver.capacidad, room, offShift: !driver.en_turno };
  }

  /**
   * Drivers who cannot be left alone with what they have: not heard of for `silentMs` with stops on the way, or off shift with
   * stops left.
   * @param {number} now
   * @param {number} silentMs
   * @returns {{ id: number, driver: string, silentMs: number | null, numbers: string[], onTheWay: number }[]}
   */
  worries(now, silentMs) {
    /** @type {Map<number, Ticket[]>} */
    const carried = new Map();
    for (const { ticket } of this.#entries.values()) {
      if (ticket.repartidor_id === null || !CARRIED.includes(ticket.estado)) continue;
      carried.set(ticket.repartidor_id, [...(carried.get(ticket.repartidor_id) ?? []), ticket]);
    }
    return [...carried].flatMap(([id, tickets]) => {
      const driver = this.drivers.get(id);
      if (!driver) return [];
      const onTheWay = tickets.filter(({ estado }) => estado === "en-camino").length;
      const heard = Math.max(...[driver.posicion_fecha, ...tickets.map(({ fecha_asignacion }) => fecha_asignacion)].map((at) => Date.parse(at ?? "") || 0));
      const quiet = now - heard;
      const isSilent = driver.en_turno && onTheWay > 0 && quiet > silentMs;
      if (driver.en_turno && !isSilent) return [];
      return [{ id, driver: driver.nombre, silentMs: isSilent ? quiet : null, numbers: tickets.map(({ numero }) => numero), onTheWay }];
    });
  }

  /**
   * From when on a ticket is late: when its customer was promised it, else so long after it was ordered.
   * @param {string} number
   */
  due(number) {
    const entry = this.#entries.get(number);
    return entry ? (entry.promisedMs ?? entry.createdMs + this.lateMs) : Infinity;
  }

  /**
   * @param {string} number
   * @param {number} now
   */
  isLate(number, now) {
    const entry = this.#entries.get(number);
    return !!entry && ON_TIME.includes(entry.ticket.estado) && now > this.due(number);
  }

  /** @param {number} now */
  late(now) {
    return [...this.#entries.keys()].filter((number) => this.isLate(number, now));
  }

  /**
   * @param {Entry} entry
   * @param {Filter} filter its barrio folded already
   * @param {number} now
   */
  #fits({ ticket, barrio }, filter, now) {
    return (
      (!filter.estado || ticket.estado === filter.estado) &&
      (!filter.prioridad || ticket.prioridad === filter.prioridad) &&
      (!filter.repartidor || String(ticket.repartidor_id) === filter.repartidor) &&
      (!filter.barrio || barrio === filter.barrio) &&
      (!filter.demorados || this.isLate(ticket.numero, now))
    );
  }

  /**
   * @param {Entry} entry
   * @param {View} view
   */
  #place({ ticket }, view) {
    const expected = this.#expected.get(ticket.numero);
    if (view === "estados") return `state-${expected === undefined ? ticket.estado : expected === null ? "pendiente" : "asignado"}`;
    if (expected !== undefined) return expected === null ? "pool" : `driver-${expected}`;
    if (ticket.estado === "fallido") return "failed";
    if (ticket.estado === "pendiente" || ticket.repartidor_id === null) return "pool";
    return this.drivers.has(ticket.repartidor_id) ? `driver-${ticket.repartidor_id}` : "elsewhere";
  }

  /**
   * The columns in their order, with the tickets of each in theirs.
   * @param {View} view
   * @param {Filter} filter
   * @param {number} now
   * @returns {Column[]}
   */
  arrange(view, filter, now) {
    const asked = { ...filter, barrio: fold(filter.barrio) };
    const hits = found([...this.#entries.values()].filter((entry) => this.#fits(entry, asked, now)), filter.q);
    /** @type {Map<string, Entry[]>} */
    const placed = new Map();
    for (const entry of hits.keys()) {
      const key = this.#place(entry, view);
      const column = placed.get(key);
      if (column) column.push(entry);
      else placed.set(key, [entry]);
    }
    return this.#columns(view, placed).map(({ key, driver }) => {
      const numbers = (placed.get(key) ?? []).sort((a, b) => (hits.get(b) ?? 0) - (hits.get(a) ?? 0) || inOrder(a, b)).map(({ ticket }) => ticket.numero);
      return { key, driver, numbers };
    });
  }

  /**
   * @param {View} view
   * @param {Map<string, Entry[]>} placed
   * @returns {{ key: string, driver: number | null }[]}
   */
  #columns(view, placed) {
    if (view === "estados") return OPEN.map((state) => ({ key: `state-${state}`, driver: null }));
    const loads = this.loads();
    const crew = [...this.drivers.values()]
      .filter(({ id, en_turno }) => en_turno || loads.has(id) || placed.has(`driver-${id}`))
      .sort((a, b) => Number(b.en_turno) - Number(a.en_turno) || (a.nombre < b.nombre ? -1 : a.nombre > b.nombre ? 1 : a.id - b.id));
    const own = ["failed", "pool", "elsewhere"].filter((key) => key === "pool" || placed.has(key));
    return [...own.map((key) => ({ key, driver: null })), ...crew.map(({ id }) => ({ key: `driver-${id}`, driver: id }))];
  }
}
