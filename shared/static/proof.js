// What proves a delivery, as data URLs in hidden fields: a photo made small, a signature drawn with a finger.

const PHOTO_PX = 1280;

/** The size of a picture scaled down so that its longer side is at most `most`. */
export function fit(width, height, most) {
  const scale = Math.min(1, most / Math.max(width, height));
  return [Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale))];
}

/** Puts the chosen photo, scaled down, into `field`. */
export async function photo(input, field) {
  const [file] = input.files;
  field.value = "";
  if (!file) return;
  const picture = await createImageBitmap(file);
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = fit(picture.width, picture.height, PHOTO_PX);
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  field.value = canvas.toDataURL("image/jpeg", 0.8);
}

/** Lets a finger draw on `canvas` and keeps the drawing in `field`. */
export function signature(canvas, field) {
  const pen = canvas.getContext("2d");
  pen.lineWidth = 3;
  pen.lineCap = "round";
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
  canvas.addEventListener("pointerup", () => {
    drawing = false;
    field.value = canvas.toDataURL("image/png");
  });
}

/** Makes every proof within `root` work; those that already do are left alone. */
export function attach(root) {
  for (const input of root.querySelectorAll("[data-photo]:not([data-ready])")) {
    input.dataset.ready = "";
    input.addEventListener("change", () => photo(input, input.form.elements.foto));
  }
  for (const canvas of root.querySelectorAll("[data-signature]:not([data-ready])")) {
    canvas.dataset.ready = "";
    signature(canvas, canvas.closest("form").elements.firma);
  }
}
