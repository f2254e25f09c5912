// What the shop's pages do beyond plain forms: search as one types, and add to the cart without leaving.

import { combobox } from "./combobox.js";
import { toast } from "./components.js";
import { asks, fill } from "./products.js";
import { t } from "./texts.js";

for (const input of /** @type {NodeListOf<HTMLInputElement>} */ (document.querySelectorAll("[data-suggest]"))) {
  combobox(input, {
    ask: asks(input.dataset.suggest ?? "", () => chosenBeside(input)),
    fill,
    pick: ({ id }) => location.assign(`/productos/${id}`),
  });
}

/**
 * The filters of the form that the field is in, where something is chosen.
 * @param {HTMLInputElement} input
 */
function chosenBeside(input) {
  const fields = input.form ? [...new FormData(input.form)] : [];
  return Object.fromEntries(fields.filter(([name, value]) => name !== input.name && value !== "").map(([name, value]) => [name, String(value)]));
}

/** One after the other: the first brings the cart that the next goes into. */
let turn = Promise.resolve();

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || !form.matches("[data-add]")) return;
  event.preventDefault();
  const button = form.querySelector("button:not([type=button])");
  if (button?.ariaBusy === "true") return;
  if (button) button.ariaBusy = "true";
  turn = turn.then(() => add(form, button));
});

/**
 * @param {HTMLFormElement} form
 * @param {Element | null} button
 */
async function add(form, button) {
  try {
    const body = new URLSearchParams([...new FormData(form)].map(([name, value]) => [name, String(value)]));
    // Kept alive: whoever goes on to the cart at once has it there.
    const response = await fetch(form.action, { method: "POST", body, headers: { Accept: "application/json" }, keepalive: true });
    if (!response.ok) throw new Error(String(response.status));
    const { texto, fallo, cuenta, clave_unica } = await response.json();
    // What is pressed from here on is meant, also where the same product is shown a second time.
    for (const other of /** @type {NodeListOf<HTMLFormElement>} */ (document.querySelectorAll("form[data-add]"))) {
      const key = other.elements.namedItem("clave_unica");
      if (other.action === form.action && key instanceof HTMLInputElement) key.value = clave_unica;
    }
    if (!fallo) showCount(cuenta);
    toast(texto, fallo ? {} : { action: t("js-see-cart"), run: () => location.assign("/carrito"), ms: 5000 });
  } catch {
    toast(t("js-not-added"));
  } finally {
    button?.removeAttribute("aria-busy");
  }
}

/** @param {number} count */
export function showCount(count) {
  const badge = /** @type {HTMLElement | null} */ (document.querySelector("[data-count]"));
  if (!badge) return;
  badge.textContent = String(count);
  badge.hidden = count === 0;
  badge.classList.remove("bump");
  // The browser has to see it without the class once.
  void badge.offsetWidth;
  badge.classList.add("bump");
}
