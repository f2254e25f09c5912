// Tells a driver who looks at the page that a stop of theirs need not be made any more. It would just vanish from the list
// otherwise, and somebody who is riding would ring at the door.

import { serverNow } from "./clock.js";
import { t } from "./texts.js";

/** What a driver has to do. */
const OPEN = ["asignado", "aceptado", "en-camino"];

/**
 * A stop as the page shows it: by its number, in a state, an offer until a time (NaN where it is none).
 * @typedef {{ number: string, state: string, until: number, over: boolean }} Stop
 * @typedef {{ number: string, cancelled: boolean }} Taken
 */

/**
 * Which stops a frame takes away. Not those that the driver gave back (they show as over), nor offers that ran out.
 * @param {Stop[]} stops
 * @param {import("./live.js").Frame} frame
 * @param {number} now
 * @returns {Taken[]}
 */
export function takenBack(stops, frame, now) {
  const open = stops.filter((stop) => OPEN.includes(stop.state) && !stop.over && !(stop.state === "asignado" && stop.until <= now));
  if (frame.type === "event") {
    const { numero, estado } = frame.ticket;
    const cancelled = estado === "cancelado";
    if (!cancelled && frame.kind !== "ticket.left") return [];
    return open.filter((stop) => stop.number === numero).map(({ number }) => ({ number, cancelled }));
  }
  if (frame.type !== "snapshot") return [];
  /** @type {Map<string, string>} */
  const there = new Map(frame.tickets.map((/** @type {{ numero: string, estado: string }} */ { numero, estado }) => [numero, estado]));
  const gone = open.filter(({ number }) => !there.has(number) || there.get(number) === "cancelado");
  return gone.map(({ number }) => ({ number, cancelled: there.has(number) }));
}

/**
 * The stop that an element shows.
 * @param {HTMLElement} element
 * @returns {Stop}
 */
function read(element) {
  const { key = "", state = "" } = element.dataset;
  const until = Date.parse(/** @type {HTMLElement | null} */ (element.querySelector("[data-offer-until]"))?.dataset.offerUntil ?? "");
  return { number: key, state, until, over: element.classList.contains("over") || element.hasAttribute("data-giving") };
}

/**
 * @param {HTMLElement} root
 * @param {HTMLElement} list
 */
function watch(root, list) {
  /** @param {Taken} taken */
  const say = ({ number, cancelled }) => {
    const address = root.querySelector(`[data-key="${CSS.escape(number)}"] .address`)?.textContent?.trim();
    const item = document.createElement("li");
    item.className = "notice warn";
    item.append(t(cancelled ? "js-taken-cancelled" : "js-taken-withdrawn", { number, stop: address ?? "" }));
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = t("js-understood");
    button.addEventListener("click", () => {
      item.remove();
      list.hidden = !list.children.length;
    });
    item.append(button);
    list.append(item);
    list.hidden = false;
  };
  root.addEventListener("changed", (event) => {
    const { detail } = /** @type {CustomEvent} */ (event);
    const stops = /** @type {HTMLElement[]} */ ([...root.querySelectorAll("[data-state][data-key]")]).map(read);
    const taken = takenBack(stops, detail, serverNow());
    taken.forEach(say);
    if (taken.length) navigator.vibrate?.([200, 100, 200, 100, 200]);
  });
}

const root = /** @type {HTMLElement | null | undefined} */ (globalThis.document?.querySelector("[data-live][data-driver]"));
const list = /** @type {HTMLElement | null | undefined} */ (globalThis.document?.querySelector("[data-taken]"));
if (root && list) watch(root, list);
