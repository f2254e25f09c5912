// Checking out: the button is pressed once, what was typed survives a session that was over, and a pin on the map goes along
// with the form.

import { Draft } from "./draft.js";
import { t } from "./texts.js";

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
  const draft = new Draft(sessionStorage, checkout.dataset.of ?? "", ["direccion", "barrio", "notas", "metodo_pago", "lat", "lng"]);
  checkout.addEventListener("submit", () => draft.keep(new FormData(checkout)));
  // Nothing but a log-in on the way brings it back: an order that was placed is no draft.
  const fromLogIn = document.referrer && new URL(document.referrer).pathname === "/ingresar";
  for (const [name, value] of Object.entries(draft.take() ?? {})) {
    const control = checkout.elements.namedItem(name);
    if (fromLogIn && (control instanceof RadioNodeList || (control && "value" in control))) control.value = value;
  }
}

const pin = /** @type {HTMLDetailsElement | null} */ (document.querySelector("[data-pin]"));
if (pin) offerPin(pin);

/** @param {HTMLDetailsElement} pin */
function offerPin(pin) {
  const field = (/** @type {string} */ name) => /** @type {HTMLInputElement} */ (document.querySelector(`input[name=${name}]`));
  const [lat, lng] = [field("lat"), field("lng")];
  const state = /** @type {HTMLElement} */ (pin.querySelector("[data-pin-state]"));
  const clear = /** @type {HTMLElement} */ (pin.querySelector("[data-pin-clear]"));
  /** @type {import("./map.js").OpenMap | null} */
  let map = null;
  const show = () => {
    const marked = lat.value !== "" && lng.value !== "";
    map?.show(marked ? [{ id: "puerta", kind: "pin", label: state.textContent ?? "", lat: Number(lat.value), lng: Number(lng.value) }] : []);
    state.textContent = marked ? t("js-pin-set") : "";
    clear.hidden = !marked;
  };
  const open = async () => {
    if (!pin.open || map) return;
    const element = /** @type {HTMLElement} */ (pin.querySelector("[data-map]"));
    // Fetched when somebody wants a map, and not for those who do not.
    const { openMap } = await import("./map.js");
    map = await openMap(element, { onPick: (place) => {
      [lat.value, lng.value] = [String(place.lat), String(place.lng)];
      show();
    } });
    show();
    if (lat.value) map?.fit();
  };
  clear.addEventListener("click", () => {
    lat.value = lng.value = "";
    show();
  });
  pin.addEventListener("toggle", open);
  show();
}
