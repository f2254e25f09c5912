// Checking out: the button is pressed once, what was typed survives a session that was over, and a pin on the map goes along
// with the form (`checkout-pin.js`).

import { offerPin } from "./checkout-pin.js";
import { Draft } from "./draft.js";

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || !form.matches("[data-once]") || event.defaultPrevented) return;
  // The key in the form makes a second order impossible; this only spares the second request.
  if (form.dataset.once === "sent") event.preventDefault();
  form.dataset.once = "sent";
});
window.addEventListener("pageshow", () => {
  for (const form of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("form[data-once]"))) form.dataset.once = "";
});

const checkout = /** @type {HTMLFormElement | null} */ (document.querySelector("form[data-of]"));
if (checkout) {
  const draft = new Draft(sessionStorage, checkout.dataset.of ?? "", ["direccion", "barrio", "telefono", "notas", "metodo_pago", "lat", "lng", "pin_direccion"]);
  checkout.addEventListener("submit", () => draft.keep(new FormData(checkout)));
  // Nothing but a log-in on the way brings it back: an order that was placed is no draft.
  const fromLogIn = document.referrer && new URL(document.referrer).pathname === "/ingresar";
  for (const [name, value] of Object.entries(draft.take() ?? {})) {
    const control = checkout.elements.namedItem(name);
    if (fromLogIn && (control instanceof RadioNodeList || (control && "value" in control))) control.value = value;
  }
}

const fold = /** @type {HTMLDetailsElement | null} */ (document.querySelector("[data-pin]"));
if (fold && checkout) offerPin(fold, checkout);
