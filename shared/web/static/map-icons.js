// The marks on a map, drawn from the sprite in the colours of the theme. A state has a colour and a drawing: colour alone says
// nothing to many.

/** What each mark has inside; its colour is a token. */
const MARKS = /** @type {const} */ ({
  "stop-pendiente": { colour: "--state-pendiente", drawing: "box" },
  "stop-asignado": { colour: "--state-asignado", drawing: "hand" },
  "stop-aceptado": { colour: "--state-aceptado", drawing: "person" },
  "stop-en-camino": { colour: "--state-en-camino", drawing: "bike" },
  "stop-entregado": { colour: "--state-entregado", drawing: "check" },
  "stop-fallido": { colour: "--state-fallido", drawing: "close" },
  "stop-devuelto": { colour: "--state-devuelto", drawing: "return" },
  "stop-cancelado": { colour: "--state-cancelado", drawing: "ban" },
  "stop-late": { colour: "--bad", drawing: "clock" },
  "stop-store": { colour: "--brand", drawing: "store" },
  pin: { colour: "--accent", drawing: "home" },
  driver: { colour: "--brand", drawing: "bike" },
});

export const NAMES = /** @type {(keyof typeof MARKS)[]} */ (Object.keys(MARKS));

/** Drawn this much larger than shown, for screens with more pixels. */
export const RATIO = 2;

/**
 * The mark that stands for `icon`; a state nobody drew is a box.
 * @param {string} icon
 */
export function known(icon) {
  return icon in MARKS ? icon : "stop-pendiente";
}

/**
 * The inside of the symbol called `name` of a sprite.
 * @param {string} sprite
 * @param {string} name
 */
export function symbol(sprite, name) {
  const begin = sprite.indexOf(`<symbol id="${name}"`);
  if (begin < 0) return "";
  return sprite.slice(sprite.indexOf(">", begin) + 1, sprite.indexOf("</symbol>", begin));
}

/**
 * One mark as an SVG document: a disc for who moves, a drop for a place.
 * @param {keyof typeof MARKS} name
 * @param {string} sprite
 * @param {(token: string) => string} colour
 */
export function drawing(name, sprite, colour) {
  const { colour: token, drawing } = MARKS[name];
  const [ground, edge] = [colour(token), colour("--paper")];
  const [width, height, shape] =
    name === "driver"
      ? [40, 40, `<circle cx="20" cy="20" r="17.5" fill="${ground}" stroke="${edge}" stroke-width="3"/>`]
      : [34, 42, `<path d="M17 40.5C11 33 2.5 26 2.5 16.5a14.5 14.5 0 0 1 29 0C31.5 26 23 33 17 40.500Z" fill="${ground}" stroke="${edge}" stroke-width="2.5" stroke-linejoin="round"/>`];
  const [left, top, size] = name === "driver" ? [9, 9, 22] : [8.5, 8, 17];
  const inside = `<svg x="${left}" y="${top}" width="${size}" height="${size}" viewBox="0 0 24 24" fill="none" stroke="${edge}" stroke-width="2.5" stroke-linecap="round" stroke-linejoin="round">${symbol(sprite, drawing)}</svg>`;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width * RATIO}" height="${height * RATIO}" viewBox="0 0 ${width} ${height}">${shape}${inside}</svg>`;
}

/** @param {string} svg */
export function address(svg) {
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}

/**
 * The pixels of an SVG document.
 * @param {string} svg
 */
export async function pixels(svg) {
  const image = new Image();
  image.src = address(svg);
  await image.decode();
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
  const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  pen.drawImage(image, 0, 0);
  return pen.getImageData(0, 0, canvas.width, canvas.height);
}
