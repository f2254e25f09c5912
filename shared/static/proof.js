// What proves a delivery, as data URLs in hidden fields: a photo made small, a signature drawn with a finger.

import { t } from "./texts.js";

const PHOTO_PX = 1280;

/**
 * The size of a picture scaled down so that its longer side is at most `most`.
 * @param {number} width
 * @param {number} height
 * @param {number} most
 * @returns {[number, number]}
 */
export function fit(width, height, most) {
  const scale = Math.min(1, most / Math.max(width, height));
  return [Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale))];
}

/** @param {HTMLCanvasElement} canvas */
function pencil(canvas) {
  return /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
}

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
    const small = await shrink(file);
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

/** @param {File} file */
async function shrink(file) {
  const picture = await createImageBitmap(file);
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = fit(picture.width, picture.height, PHOTO_PX);
  pencil(canvas).drawImage(picture, 0, 0, canvas.width, canvas.height);
  return canvas.toDataURL("image/jpeg", 0.8);
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
    say(canvas, false);
  };
  canvas.addEventListener("pointerup", lift);
  canvas.addEventListener("pointercancel", lift);
  canvas.closest("form")?.querySelector("[data-signature-clear]")?.addEventListener("click", () => {
    pen.clearRect(0, 0, canvas.width, canvas.height);
    field.value = "";
  });
}

/**
 * Says, or no longer says, that nobody has signed.
 * @param {Element} canvas
 * @param {boolean} missing
 */
function say(canvas, missing) {
  const error = /** @type {HTMLElement | null} */ (canvas.closest("form")?.querySelector("[data-signature-missing]") ?? null);
  if (error) error.hidden = !missing;
}

/**
 * Whether `form` asks for a signature that nobody has drawn; then it says so. A browser checks the other fields by itself.
 * @param {HTMLFormElement} form
 */
export function missing(form) {
  const canvas = form.querySelector("[data-signature]");
  if (!canvas || hidden(canvas, "firma")?.value) return false;
  say(canvas, true);
  canvas.scrollIntoView({ block: "center" });
  return true;
}

/**
 * Makes every proof within `root` work; those that already do are left alone.
 * @param {ParentNode} root
 */
export function attach(root) {
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
