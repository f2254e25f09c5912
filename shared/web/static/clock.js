// What time it is: at the server, and on a clock on its wall.
//
// The clock of a phone or a computer is somebody's to set. What the server said will happen at a time (an offer ends, an order
// is late) is told by the server's clock, as well as its answers show it; and times are written as the server's pages write
// them, in the zone it was given, wherever the browser is.

/** An answer says whole seconds and was on its way for a while: less than this is no difference. */
const NO_DIFFERENCE_MS = 5000;
/** Where a page does not say. */
const USUAL = "America/Argentina/Buenos_Aires";

let aheadMs = 0;

/** The server's time, as well as it is known here. */
export function serverNow() {
  return Date.now() + aheadMs;
}

/**
 * Hears from an answer what time it is at the server. What the phone had kept knows nothing of it.
 * @param {Pick<Response, "headers">} response
 * @param {number} asked when it was asked for, by the clock here
 * @param {number} [now]
 */
export function hear(response, asked, now = Date.now()) {
  if (response.headers.has("X-Kept-At")) return;
  const said = Date.parse(response.headers.get("Date") ?? "");
  // A clock that was set on the way says nothing of how long that was.
  if (Number.isNaN(said) || now < asked) return;
  const ahead = said + 500 - (asked + now) / 2;
  aheadMs = Math.abs(ahead) < NO_DIFFERENCE_MS ? 0 : ahead;
}

/** Asks the server for its time, for what has no other answer to hear it from. */
export async function learn(fetch = globalThis.fetch.bind(globalThis)) {
  const asked = Date.now();
  // Without a signal the clock here is the only one.
  const response = await fetch("/healthz", { cache: "no-store" }).catch(() => null);
  if (response?.ok) hear(response, asked);
}

/** The zone whose time the pages show. */
export function zone() {
  return globalThis.document?.body?.dataset.zone || USUAL;
}

/** @type {Map<string, Intl.DateTimeFormat>} */
const formats = new Map();

/** @param {string} timeZone */
function format(timeZone) {
  let known = formats.get(timeZone);
  if (!known) {
    /** @type {Intl.DateTimeFormatOptions} */
    const options = { hourCycle: "h23", year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit" };
    try {
      known = new Intl.DateTimeFormat("en-GB", { ...options, timeZone });
    } catch {
      // A browser that is older than the zone.
      known = new Intl.DateTimeFormat("en-GB", options);
    }
    formats.set(timeZone, known);
  }
  return known;
}

/**
 * The parts of a moment in a zone.
 * @param {number} ms
 * @param {string} timeZone
 */
function parts(ms, timeZone) {
  return Object.fromEntries(format(timeZone).formatToParts(ms).map(({ type, value }) => [type, value]));
}

/**
 * The time on a clock on the wall: `21:05`.
 * @param {number} ms
 * @param {string} [timeZone]
 */
export function clockTime(ms, timeZone = zone()) {
  const { hour, minute } = parts(ms, timeZone);
  return `${hour}:${minute}`;
}

/**
 * How far that clock is ahead of UTC at that moment, in milliseconds.
 * @param {number} ms
 * @param {string} [timeZone]
 */
export function offsetMs(ms, timeZone = zone()) {
  const { year, month, day, hour, minute } = parts(ms, timeZone);
  const wall = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute));
  return wall - Math.floor(ms / 60_000) * 60_000;
}
