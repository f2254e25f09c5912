// What proves a delivery, as data URLs in hidden fields: a photo made small, a signature drawn with a finger.

import { pencil, shrink } from "./picture.js";
import { t } from "./texts.js";

const PHOTO_PX = 1280;

/**
 * Puts the chosen photo, scaled down, into `field`.
 * @param {HTMLInputElement} input
 * @param {HTMLInputElement} field
 */
export async function photo(input, field) {
  const file = input.files?.[0];
  field.value = "";
  input.setCustomValidity("");
  if (!file) return;
  // The form must not leave without it.
  input.setCustomValidity(t("js-photo-working"));
  try {
    const small = (await shrink(file, PHOTO_PX)).toDataURL("image/jpeg", 0.8);
    // Meanwhile another may have been chosen.
    if (input.files?.[0] !== file) return;
    field.value = small;
    input.setCustomValidity("");
    const shown = /** @type {HTMLImageElement | null} */ (input.form?.querySelector("[data-photo-shown]") ?? null);
    if (shown) [shown.src, shown.hidden] = [small, false];
  } catch {
    if (input.files?.[0] === file) input.setCustomValidity(t("js-photo-unreadable"));
  }
}

/**
 * Lets a finger draw on `canvas` and keeps the drawing in `field`.
 * @param {HTMLCanvasElement} canvas
 * @param {HTMLInputElement} field
 */
export function signature(canvas, field) {
  const pen = pencil(canvas);
  pen.lineWidth = 3;
  pen.lineCap = "round";
  /** @type {(event: PointerEvent) => [number, number]} */
  const at = (event) => [
    (event.offsetX * canvas.width) / canvas.clientWidth,
    (event.offsetY * canvas.height) / canvas.clientHeight,
  ];
  let drawing = false;
  canvas.addEventListener("pointerdown", (event) => {
    drawing = true;
    canvas.setPointerCapture(event.pointerId);
    pen.beginPath();
    pen.moveTo(...at(event));
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!drawing) return;
    pen.lineTo(...at(event));
    pen.stroke();
  });
  const lift = () => {
    if (!drawing) return;
    drawing = false;
    field.value = canvas.toDataURL("image/png");
    say(canvas, "");
    field.dispatchEvent(new Event("input", { bubbles: true }));
  };
  canvas.addEventListener("pointerup", lift);
  canvas.addEventListener("pointercancel", lift);
  canvas.closest("form")?.querySelector("[data-signature-clear]")?.addEventListener("click", () => {
    pen.clearRect(0, 0, canvas.width, canvas.height);
    field.value = "";
  });
}

/** @typedef {{ at: HTMLElement, text: string }} Wrong what is wrong, and where one goes to mend it */

/**
 * What `form` lacks, in the order of the page; a browser left alone would say it in its own words, and only the first.
 * @param {HTMLFormElement} form
 */
export function wrong(form) {
  const found = /** @type {Wrong[]} */ ([]);
  const one = (/** @type {string} */ selector) => /** @type {HTMLInputElement | null} */ (form.querySelector(selector));
  const [pin, photo, reason] = [one("[name=pin]"), one("[data-photo]"), one("[name=motivo][required]")];
  const canvas = /** @type {HTMLCanvasElement | null} */ (form.querySelector("[data-signature]"));
  if (pin && !/^[0-9]{4}$/.test(pin.value.trim())) found.push({ at: pin, text: t("js-pin-missing") });
  if (photo?.validity.customError) found.push({ at: photo, text: photo.validationMessage });
  else if (photo && !hidden(photo, "foto")?.value) found.push({ at: photo, text: t("js-photo-missing") });
  if (canvas && !hidden(canvas, "firma")?.value) found.push({ at: canvas, text: t("js-signature-missing") });
  if (reason && !one("[name=motivo]:checked")) found.push({ at: reason, text: t("js-reason-missing") });
  return found;
}

/**
 * Says beside each field what `form` lacks and goes to the first. Whether it lacks anything.
 * @param {HTMLFormElement} form
 */
export function missing(form) {
  const found = wrong(form);
  for (const { at, text } of found) say(at, text);
  const first = found[0]?.at;
  first?.focus({ preventScroll: true });
  first?.closest("[data-asked]")?.scrollIntoView({ block: "center" });
  return found.length > 0;
}

/**
 * Says, or with nothing to say no longer says, what is wrong with what is asked for around `at`.
 * @param {Element} at
 * @param {string} text
 */
export function say(at, text) {
  const asked = at.closest("[data-asked]");
  const error = /** @type {HTMLElement | null} */ (asked?.querySelector("[data-error]") ?? null);
  if (!error) return;
  error.hidden = text === "";
  error.textContent = text;
  if (!(at instanceof HTMLInputElement)) return;
  if (text) at.setAttribute("aria-invalid", "true");
  else for (const input of asked?.querySelectorAll("[aria-invalid]") ?? []) input.removeAttribute("aria-invalid");
}

/**
 * Makes every proof within `root` work; those that already do are left alone.
 * @param {ParentNode} root
 */
export function attach(root) {
  for (const form of /** @type {NodeListOf<HTMLFormElement>} */ (root.querySelectorAll("form[data-step]:not([novalidate])"))) {
    form.noValidate = true;
    form.addEventListener("input", ({ target }) => target instanceof Element && say(target, ""));
  }
  /** @type {NodeListOf<HTMLInputElement>} */
  const inputs = root.querySelectorAll("[data-photo]:not([data-ready])");
  for (const input of inputs) {
    const field = hidden(input, "foto");
    input.dataset.ready = "";
    if (field) input.addEventListener("change", () => photo(input, field));
  }
  /** @type {NodeListOf<HTMLCanvasElement>} */
  const canvases = root.querySelectorAll("[data-signature]:not([data-ready])");
  for (const canvas of canvases) {
    const field = hidden(canvas, "firma");
    canvas.dataset.ready = "";
    if (field) signature(canvas, field);
  }
}

/**
 * The field called `name` of the form that `element` is in.
 * @param {Element} element
 * @param {string} name
 */
function hidden(element, name) {
  return /** @type {HTMLInputElement | null} */ (element.closest("form")?.querySelector(`[name="${name}"]`) ?? null);
}
