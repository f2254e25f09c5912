// A card of the board, and what is written on it.

import { clock } from "./components.js";
import { t } from "./texts.js";

/** @typedef {import("./board.js").Ticket} Ticket */
/** @typedef {Record<string, HTMLElement>} Parts the elements marked `data-f` */
/** @typedef {{ item: HTMLElement, late: boolean }} Card */

/** @param {number} n */
const two = (n) => String(n).padStart(2, "0");

/**
 * How old something is, in as few letters as say it.
 * @param {number} ms
 */
export function briefAge(ms) {
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 1) return t("board-js-age-now");
  if (minutes < 60) return t("board-js-age-minutes", { n: minutes });
  if (minutes < 1440) return t("board-js-age-hours", { h: Math.floor(minutes / 60), m: two(minutes % 60) });
  return t("board-js-age-days", { n: Math.floor(minutes / 1440) });
}

/**
 * A price as the server writes it.
 * @param {number} pesos
 * @param {string} language
 */
function money(pesos, language) {
  const cents = Math.round(Math.abs(pesos) * 100);
  const whole = String(Math.floor(cents / 100)).replace(/\B(?=(\d{3})+$)/g, ".");
  const spanish = `${pesos < 0 ? "-" : ""}$ ${whole},${two(cents % 100)}`;
  if (language.startsWith("es")) return spanish;
  return spanish.replace("$", "ARS").replace(/[.,]/g, (sign) => (sign === "." ? "," : "."));
}

/**
 * @param {Element} element
 * @param {string} text
 */
export function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/**
 * @param {Element} root
 * @returns {Parts}
 */
export function partsOf(root) {
  const parts = /** @type {NodeListOf<HTMLElement>} */ (root.querySelectorAll("[data-f]"));
  return Object.fromEntries([...parts].map((part) => [part.dataset.f ?? "", part]));
}

/** @param {string} id */
export function copyOf(id) {
  const template = /** @type {HTMLTemplateElement} */ (document.getElementById(id));
  return /** @type {HTMLElement} */ (template.content.firstElementChild?.cloneNode(true));
}

/**
 * The card of a ticket, with nothing written on it yet.
 * @param {string} number
 */
export function blankCard(number) {
  const item = copyOf("card");
  item.dataset.key = number;
  item.dataset.version = "0";
  const [link, box] = [item.querySelector("a"), item.querySelector("input")];
  if (link) link.href = `/tickets/${number}`;
  box?.setAttribute("aria-label", `${box.getAttribute("aria-label")?.trim()} ${number}`);
  return item;
}

/**
 * What a card has only while there is script: the button of its menu.
 * @param {HTMLElement} item
 */
export function equip(item) {
  const more = copyOf("more");
  more.setAttribute("aria-label", `${more.getAttribute("aria-label")} ${item.dataset.key}`);
  item.append(more);
}

/** @type {Record<string, string> | undefined} */
let reasons;

/**
 * Why it failed; what the program itself gave as a reason is stored in Spanish.
 * @param {Ticket} ticket
 */
function reasonOf({ motivo }) {
  reasons ??= /** @type {Record<string, string>} */ (JSON.parse(document.getElementById("page-texts")?.dataset.reasons ?? "{}"));
  return motivo ? (reasons[motivo] ?? motivo) : "";
}

/**
 * What a card says.
 * @param {HTMLElement} item
 * @param {Ticket} ticket
 * @param {number} now
 */
export function writeCard(item, ticket, now) {
  item.dataset.version = String(ticket.version);
  item.dataset.state = ticket.estado;
  item.dataset.priority = ticket.prioridad;
  item.querySelector("input")?.setAttribute("value", `${ticket.numero}@${ticket.version}`);
  const said = {
    // The street is what one looks for; without one, whose it is.
    "h3 a": ticket.cliente_direccion || ticket.cliente_nombre || ticket.numero,
    ".client > span": [ticket.barrio, ticket.cliente_direccion && ticket.cliente_nombre].filter(Boolean).join(" · "),
    small: ticket.numero,
    ".amount": money(ticket.total, document.documentElement.lang),
  };
  for (const [part, text] of Object.entries(said)) write(/** @type {Element} */ (item.querySelector(part)), text);
  const marks = [
    [`badge state-${ticket.estado}`, t(`state-${ticket.estado}`)],
    [`badge priority-${ticket.prioridad}`, ticket.prioridad === "normal" ? "" : t(`priority-${ticket.prioridad}`)],
    ["offer", offerLeft(ticket, now)],
    ["carrier", ticket.repartidor_nombre ?? ""],
    ["note", reasonOf(ticket)],
  ];
  const shown = marks.filter(([, text]) => text).map(([className, textContent]) => Object.assign(document.createElement("span"), { className, textContent }));
  item.querySelector(".marks")?.replaceChildren(...shown);
}

/**
 * How old it is, and whether that is too much.
 * @param {HTMLElement} item
 * @param {Ticket} ticket
 * @param {boolean} late
 * @param {number} now
 */
export function writeAge(item, ticket, late, now) {
  const part = /** @type {Element} */ (item.querySelector(".when"));
  const age = briefAge(now - Date.parse(ticket.fecha_creacion));
  if (late === !!part.firstElementChild && part.lastChild?.textContent?.trim() === age) return;
  const mark = Object.assign(document.createElement("i"), { textContent: t("board-js-late") });
  part.replaceChildren(...(late ? [mark, ` ${age}`] : [age]));
}

/**
 * How long the driver has to accept; empty where nothing is offered.
 * @param {Ticket} ticket
 * @param {number} now
 */
function offerLeft({ oferta_vence }, now) {
  return oferta_vence ? clock(Date.parse(oferta_vence) - now) : "";
}

/**
 * The same, as it passes.
 * @param {HTMLElement} item
 * @param {Ticket} ticket
 * @param {number} now
 */
export function writeOffer(item, ticket, now) {
  const part = item.querySelector(".offer");
  if (part) write(part, offerLeft(ticket, now));
}
