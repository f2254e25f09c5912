// What the board did not want of a step, told where it was taken: beside the field it is about, else in its stop. Nothing else of
// the page moves for it, and it is gone as soon as somebody mends it.

import { say } from "./proof.js";
import { t } from "./texts.js";

/** Where each field of a step is, in its form. @type {Record<string, string>} */
const FIELDS = { pin: "[name=pin]", foto: "[data-photo]", firma: "[data-signature]", motivo: "[name=motivo]" };
/** Below the head of the page, and above the next step's bar. */
const [HEAD_PX, BAR_PX] = [72, 140];

/**
 * The field that a refusal is about, where it can be filled in now.
 * @param {HTMLElement} stop
 * @param {import("./steps.js").Entry} entry
 */
function fieldOf(stop, entry) {
  const wanted = FIELDS[entry.field ?? ""];
  if (!wanted) return null;
  for (const form of stop.querySelectorAll("form[data-step]")) {
    const state = /** @type {HTMLInputElement | null} */ (form.querySelector("[name=estado]"))?.value;
    const part = /** @type {HTMLElement | null} */ (form.closest("[data-when]"));
    if (state === entry.step.estado && !part?.hidden) return /** @type {HTMLElement | null} */ (form.querySelector(wanted));
  }
  return null;
}

/**
 * Tells in a stop what was refused of it; without an entry nothing is any more.
 * @param {HTMLElement} stop
 * @param {import("./steps.js").Entry | undefined} entry
 * @param {string} text the whole of it, where there is no field to say it at
 * @param {() => void} understood
 */
export function tellRefusal(stop, entry, text, understood) {
  if ((stop.dataset.refused ?? "") === (entry?.id ?? "")) return;
  const whole = /** @type {HTMLElement} */ (stop.querySelector("[data-refusal]"));
  for (const wanted of Object.values(FIELDS)) for (const field of stop.querySelectorAll(wanted)) say(field, "");
  whole.hidden = true;
  whole.replaceChildren();
  if (!entry) return void delete stop.dataset.refused;
  stop.dataset.refused = entry.id;
  const field = fieldOf(stop, entry);
  if (field) return say(field, entry.refused ?? "");
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = t("js-understood");
  button.addEventListener("click", understood);
  whole.append(text, button);
  whole.hidden = false;
}

/**
 * Where one goes to mend what was refused: it has the focus, and the page is scrolled only when it is not in sight.
 * @param {HTMLElement} stop
 * @param {import("./steps.js").Entry} entry
 */
export function goToRefusal(stop, entry) {
  const place = fieldOf(stop, entry) ?? /** @type {HTMLElement} */ (stop.querySelector("[data-refusal]"));
  const fold = place.closest("details");
  if (fold) fold.open = true;
  place.focus({ preventScroll: true });
  if (place instanceof HTMLInputElement && place.type === "text") place.select();
  const about = place.closest("[data-asked]") ?? place;
  const { top, bottom } = about.getBoundingClientRect();
  if (top < HEAD_PX || bottom > innerHeight - BAR_PX) about.scrollIntoView({ block: bottom - top > innerHeight / 2 ? "start" : "center" });
}
