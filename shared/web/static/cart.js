// The cart without leaving it: quantities that follow the buttons, and lines that can be taken back.
//
// The server's page stays the only one: a change is its form, sent when the finger rests, and the page it answers with
// replaces what is shown. Changes go one after the other, so the last one typed is the last one stored.

import { toast } from "./components.js";
import { t } from "./texts.js";

const REST_MS = 350;
let root = /** @type {HTMLElement} */ (document.querySelector("[data-cart]"));
/** @type {Map<string, number>} */
const waiting = new Map();
let last = Promise.resolve();

/**
 * Sends a quantity for a line after those before it.
 * @param {string} action
 * @param {string | number} quantity
 */
function send(action, quantity) {
  root.ariaBusy = "true";
  last = last.then(() => exchange(action, String(quantity)));
  return last;
}

/**
 * @param {string} action
 * @param {string} quantity
 */
async function exchange(action, quantity) {
  try {
    const response = await fetch(action, { method: "POST", body: new URLSearchParams({ cantidad: quantity }) });
    if (!response.ok || new URL(response.url).pathname !== "/carrito") throw new Error(String(response.status));
    show(new DOMParser().parseFromString(await response.text(), "text/html"));
  } catch {
    location.reload();
  }
}

/** @param {Document} page */
function show(page) {
  const fresh = page.querySelector("[data-cart]");
  if (!fresh) return location.reload();
  const focus = document.activeElement?.getAttribute("aria-label");
  // What is about to be sent is newer than what this answer shows.
  for (const [action, quantity] of typed()) {
    const input = fresh.querySelector(`form[data-quantity][action="${CSS.escape(action)}"] input`);
    if (input instanceof HTMLInputElement) input.value = quantity;
  }
  const kept = /** @type {HTMLElement} */ (document.adoptNode(fresh));
  root.replaceWith(kept);
  root = kept;
  const [count, freshCount] = [document.querySelector("[data-count]"), page.querySelector("[data-count]")];
  if (count && freshCount) count.replaceWith(document.adoptNode(freshCount));
  const control = focus && root.querySelector(`[aria-label="${CSS.escape(focus)}"]`);
  if (control instanceof HTMLElement) control.focus();
  const failed = page.querySelector(".notice.failed");
  if (failed?.textContent && failed.closest("[data-cart]") === null) toast(failed.textContent);
}

/** @returns {[string, string][]} */
function typed() {
  return [...waiting.keys()].map((action) => {
    const input = root.querySelector(`form[data-quantity][action="${CSS.escape(action)}"] input`);
    return [action, input instanceof HTMLInputElement ? input.value : ""];
  });
}

/** @param {HTMLInputElement} input */
function changed(input) {
  const form = input.form;
  if (!form || !input.reportValidity()) return;
  const action = form.getAttribute("action") ?? "";
  const less = form.querySelector('[data-step="-1"]');
  if (less instanceof HTMLButtonElement) less.disabled = Number(input.value) <= 1;
  clearTimeout(waiting.get(action));
  waiting.set(action, window.setTimeout(() => {
    const now = root.querySelector(`form[data-quantity][action="${CSS.escape(action)}"] input`);
    waiting.delete(action);
    if (now instanceof HTMLInputElement) send(action, now.value);
  }, REST_MS));
}

document.addEventListener("click", (event) => {
  // components.js moves the number; the form goes when the finger rests.
  if (event.target instanceof Element && event.target.closest("[data-quantity] [data-step]")) event.preventDefault();
});

document.addEventListener("change", (event) => {
  if (event.target instanceof HTMLInputElement && event.target.closest("[data-quantity]")) changed(event.target);
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement)) return;
  if (form.matches("[data-quantity]")) {
    event.preventDefault();
    const input = form.querySelector("input");
    if (input) changed(input);
  } else if (form.matches("[data-remove]")) {
    event.preventDefault();
    const { name = "", had = "1" } = form.dataset;
    const action = form.getAttribute("action") ?? "";
    clearTimeout(waiting.get(action));
    waiting.delete(action);
    send(action, 0).then(() => toast(t("js-removed", { name }), { action: t("js-undo"), run: () => void send(action, had) }));
  }
});
