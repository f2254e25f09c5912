// A card of the board, and what is written on it.

import { clock } from "./components.js";
import { t } from "./texts.js";

/** @typedef {import("./board.js").Ticket} Ticket */
/** @typedef {Record<string, HTMLElement>} Parts the elements marked `data-f` */
/** @typedef {{ item: HTMLElement, parts: Parts, late: boolean }} Card */

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
  for (const link of item.querySelectorAll("a")) {
    link.setAttribute("href", (link.getAttribute("href") ?? "").replace("/tickets/", `/tickets/${number}`));
  }
  for (const named of item.querySelectorAll("[aria-label]")) named.setAttribute("aria-label", `${named.getAttribute("aria-label")?.trim()} ${number}`);
  const box = item.querySelector("input");
  if (box) box.value = number;
  return item;
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
 * @param {Card} card
 * @param {Ticket} ticket
 * @param {number} now
 */
export function writeCard({ item, parts }, ticket, now) {
  item.dataset.version = String(ticket.version);
  item.dataset.state = ticket.estado;
  item.dataset.priority = ticket.prioridad;
  const said = {
    number: ticket.numero,
    customer: ticket.cliente_nombre,
    total: money(ticket.total, document.documentElement.lang),
    address: [ticket.cliente_direccion, ticket.barrio].filter(Boolean).join(" · "),
    state: t(`state-${ticket.estado}`),
    priority: ticket.prioridad === "normal" ? "" : t(`priority-${ticket.prioridad}`),
    driver: ticket.repartidor_nombre ?? "",
    note: reasonOf(ticket),
  };
  for (const [name, text] of Object.entries(said)) {
    const part = parts[name];
    if (!part) continue;
    write(part, text);
    if (["priority", "driver", "note"].includes(name)) part.hidden = !text;
  }
  if (parts.state) parts.state.className = `badge state-${ticket.estado}`;
  if (parts.priority) parts.priority.className = `badge priority-${ticket.prioridad}`;
  parts.age?.setAttribute("datetime", ticket.fecha_creacion);
  if (parts.age) write(parts.age, briefAge(now - Date.parse(ticket.fecha_creacion)));
  writeOffer({ parts }, ticket, now);
}

/**
 * How long the driver has to accept.
 * @param {{ parts: Parts }} card
 * @param {Ticket} ticket
 * @param {number} now
 */
export function writeOffer({ parts }, { oferta_vence }, now) {
  const part = /** @type {HTMLTimeElement | undefined} */ (parts.offer);
  if (!part) return;
  part.hidden = !oferta_vence;
  part.dateTime = oferta_vence ?? "";
  write(part, oferta_vence ? clock(Date.parse(oferta_vence) - now) : "");
}
