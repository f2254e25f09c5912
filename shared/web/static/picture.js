// Photos from a phone are several megabytes; what is sent is what a page shows.

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
export function pencil(canvas) {
  return /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
}

/**
 * A picture drawn with its longer side at most `most`, on white. Rejects what is not a picture.
 * @param {Blob} file
 * @param {number} most
 */
export async function shrink(file, most) {
  const picture = await createImageBitmap(file);
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = fit(picture.width, picture.height, most);
  const pen = pencil(canvas);
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  return canvas;
}
