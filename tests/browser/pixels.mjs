// What a map shows. The picture is of what is on the screen, so it cannot be a canvas that was never drawn.

import { until } from "./harness.mjs";

/** How many different colours the map shows, and whether `colour` (`[red, green, blue]`) is one of them. */
async function seen(page, colour) {
  const picture = (await page.locator(".map").screenshot()).toString("base64");
  return page.evaluate(async ([picture, colour]) => {
    const image = new Image();
    image.src = `data:image/png;base64,${picture}`;
    await image.decode();
    const pen = new OffscreenCanvas(image.width, image.height).getContext("2d");
    pen.drawImage(image, 0, 0);
    const { data } = pen.getImageData(0, 0, image.width, image.height);
    const all = new Set(new Uint32Array(data.buffer));
    const [wanted] = new Uint32Array(new Uint8Array([...colour, 255]).buffer);
    return { count: all.size, has: all.has(wanted) };
  }, [picture, colour]);
}

/** Until the map shows this colour. */
export const paints = (page, colour) => until(`the colour ${colour} on ${page.url()}`, async () => (await seen(page, colour)).has);

/** Until the map shows more than a ground: a picture of one colour is of a map that was not drawn. */
export const isDrawn = (page) => until(`a map on ${page.url()}`, async () => (await seen(page, [0, 0, 0])).count >= 100);
