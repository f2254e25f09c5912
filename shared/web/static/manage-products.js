// Prices and stock without leaving the list: a row is its form, sent as it is, and the page that answers has the row as
// it stands now. With an error it is the same row, with what was typed; what other rows hold stays as it is.

import { toast } from "./components.js";
import { shrink } from "./picture.js";
import { t } from "./texts.js";

/** The longer side of a photo: twice what a page shows, for the screens of phones. */
const PHOTO_PX = 960;
/** What a page that shows the list may answer with: saved, changed by somebody else, wrong. */
const ANSWERS = [200, 409, 422];

/**
 * Whether a form holds something else than the server wrote into it.
 * @param {Iterable<{ type: string, value: string, defaultValue: string, checked: boolean, defaultChecked: boolean }>} inputs
 */
export function touched(inputs) {
  return [...inputs].some((input) =>
    input.type === "checkbox" ? input.checked !== input.defaultChecked : input.value !== input.defaultValue);
}

/**
 * What was typed after the form was sent, as `[name, value]`; a checkbox that was cleared has an empty value.
 * @param {[string, string][]} sent
 * @param {[string, string][]} now
 * @returns {[string, string][]}
 */
export function typedSince(sent, now) {
  const [before, after] = [new Map(sent), new Map(now)];
  const names = new Set([...before.keys(), ...after.keys()]);
  return [...names].filter((name) => before.get(name) !== after.get(name)).map((name) => [name, after.get(name) ?? ""]);
}

/**
 * @param {HTMLFormElement} form
 * @returns {[string, string][]}
 */
const pairs = (form) => [...new FormData(form)].map(([name, value]) => [name, String(value)]);

/**
 * What the server wrote into it.
 * @param {HTMLFormElement} form
 * @returns {[string, string][]}
 */
const asRendered = (form) =>
  [...inputs(form)].filter((input) => input.type !== "checkbox" || input.defaultChecked).map((input) => [input.name, input.defaultValue]);

/** @param {Element} form */
const inputs = (form) => /** @type {NodeListOf<HTMLInputElement>} */ (form.querySelectorAll("input"));

/** @param {HTMLFormElement} form */
function mark(form) {
  form.querySelector("button")?.classList.toggle("primary", touched(inputs(form)));
}

/** @param {HTMLFormElement} form */
function save(form) {
  const sent = pairs(form);
  return send(form, new URLSearchParams(sent), sent);
}

/**
 * Sends what a row says and shows the row that comes back, with what was typed in its fields since `sent`.
 * @param {HTMLFormElement} form
 * @param {BodyInit} body
 * @param {[string, string][]} sent
 */
async function send(form, body, sent) {
  form.ariaBusy = "true";
  const button = form.querySelector("button");
  if (button) button.ariaBusy = "true";
  try {
    const response = await fetch(form.action, { method: "POST", headers: { Accept: "text/html" }, body });
    if (!ANSWERS.includes(response.status)) throw new Error(String(response.status));
    // Somebody who is no longer logged in is to see that.
    const shown = [location.pathname, new URL(form.action).pathname];
    if (!shown.includes(new URL(response.url).pathname)) return location.assign(response.url);
    show(form, sent, new DOMParser().parseFromString(await response.text(), "text/html"));
  } catch {
    toast(t("js-manage-failed"));
  } finally {
    form.removeAttribute("aria-busy");
    button?.removeAttribute("aria-busy");
  }
}

/**
 * A photo made as small as a page shows it, or taken away; what is typed in the row stays.
 * @param {HTMLFormElement} form
 */
async function sendPhoto(form) {
  const before = asRendered(/** @type {HTMLFormElement} */ (form.closest("li")?.querySelector("[data-product]")));
  const seen = pairs(form).filter(([name]) => name === "visto");
  const chosen = /** @type {HTMLInputElement | null} */ (form.querySelector("input[type=file]"));
  const file = chosen?.files?.[0];
  if (!file) return send(form, new URLSearchParams(seen), before);
  form.ariaBusy = "true";
  try {
    const canvas = await shrink(file, PHOTO_PX);
    const small = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.82));
    const body = new FormData();
    for (const [name, value] of seen) body.set(name, value);
    body.set("foto", /** @type {Blob} */ (small), "foto.jpg");
    await send(form, body, before);
  } catch {
    form.removeAttribute("aria-busy");
    toast(t("js-manage-unreadable"));
  }
}

/**
 * @param {HTMLFormElement} form
 * @param {[string, string][]} sent
 * @param {Document} page
 */
function show(form, sent, page) {
  const row = form.closest("li");
  if (!row) return;
  const fresh = page.getElementById(row.id);
  const [tabs, freshTabs] = [document.querySelector("[data-tabs]"), page.querySelector("[data-tabs]")];
  if (tabs && freshTabs) tabs.replaceWith(document.adoptNode(freshTabs));
  const said = page.querySelector("[data-saved], [data-said]")?.textContent?.trim();
  if (said) toast(said);
  const fields = /** @type {HTMLFormElement} */ (row.querySelector("[data-product]"));
  if (fresh) replace(row, document.adoptNode(fresh), typedSince(sent, pairs(fields)));
  else leave(row);
}

/**
 * @param {HTMLElement} row
 * @param {HTMLElement} fresh
 * @param {[string, string][]} typed
 */
function replace(row, fresh, typed) {
  const focused = row.contains(document.activeElement) ? document.activeElement : null;
  const name = focused?.getAttribute("name");
  const atPhoto = Boolean(focused?.closest(".photo-of"));
  // What was unfolded stays so.
  if (row.querySelector(".costs[open]")) fresh.querySelector(".costs")?.setAttribute("open", "");
  row.replaceWith(fresh);
  const form = /** @type {HTMLFormElement} */ (fresh.querySelector("[data-product]"));
  for (const [field, value] of typed) {
    const input = form.elements.namedItem(field);
    if (!(input instanceof HTMLInputElement)) continue;
    if (input.type === "checkbox") input.checked = value !== "";
    else input.value = value;
  }
  // What was saved is not what is typed now.
  if (typed.length > 0) form.querySelector("[data-saved]")?.remove();
  mark(form);
  const wrong = fresh.querySelector("[aria-invalid]");
  const next = wrong ?? (atPhoto ? fresh.querySelector(".photo-of summary") : null) ?? (focused && (name ? form.elements.namedItem(name) : form.querySelector("button")));
  if (next instanceof HTMLElement) next.focus();
}

/**
 * Takes away a row that is no longer in this list; whoever works through it goes on with the next.
 * @param {HTMLElement} row
 */
function leave(row) {
  const held = row.contains(document.activeElement);
  const next = (row.nextElementSibling ?? row.previousElementSibling)?.querySelector("[data-product] input:not([type=hidden])");
  // Nothing left to edit: the page says so better than an empty list.
  if (!next) return location.reload();
  row.remove();
  if (held && next instanceof HTMLElement) next.focus();
}

if (globalThis.document) {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || !form.matches("[data-product], [data-photo-of]")) return;
    event.preventDefault();
    if (form.ariaBusy !== "true") form.matches("[data-product]") ? save(form) : sendPhoto(form);
  });
  document.addEventListener("input", (event) => {
    const form = event.target instanceof Element && event.target.closest("form");
    if (!(form instanceof HTMLFormElement) || !form.matches("[data-product]")) return;
    form.querySelector("[data-saved]")?.remove();
    mark(form);
  });
}
