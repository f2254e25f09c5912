// Maps in a real browser: zones and markers are drawn, by keyboard too, and where nothing can be drawn the list is.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { aSite } from "./ground.mjs";
import { DESKTOP, PATIENCE, PHONE, WITHOUT_WEBGL, WITH_WEBGL, isClean, launch, start, visitor } from "./harness.mjs";
import { isDrawn, paints } from "./pixels.mjs";

let belgrano, browser, stop;

before(async () => {
  ({ belgrano, browser, stop } = await start({}, WITH_WEBGL));
}, PATIENCE);

after(() => stop?.());

/** The page of the pieces, with its map open. */
async function pieces(options) {
  const somebody = await visitor(browser, options);
  await somebody.page.goto(`${belgrano.shop}/_estilo`);
  await somebody.page.locator(".map canvas").waitFor();
  return somebody;
}

for (const [screen, options] of [["phone", PHONE], ["desktop", DESKTOP]]) {
  test(`zones and markers on a ${screen}`, PATIENCE, async () => {
    const somebody = await pieces(options);
    await isDrawn(somebody.page);
    await somebody.page.getByText("Buenos Aires Data, CC BY 2.5 AR").waitFor();
    await isClean(somebody);
    await somebody.context.close();
  });
}

test("the keyboard reads one marker after the other", PATIENCE, async () => {
  const somebody = await pieces({ ...DESKTOP, reducedMotion: "reduce" });
  const { page } = somebody;
  await page.locator(".map canvas").focus();
  await page.keyboard.press("n");
  await page.locator(".map .maplibregl-popup").getByText("Pendiente").waitFor();
  await page.keyboard.press("p");
  await page.locator(".map .maplibregl-popup").getByText("Beto Luna · 25 min").waitFor();
  await page.locator(".map [role=status]").getByText("Beto Luna").waitFor();
  await isClean(somebody);
  await page.locator(".map canvas").focus();
  await page.keyboard.press("Escape");
  await page.locator(".map .maplibregl-popup").waitFor({ state: "detached" });
  await somebody.context.close();
});

test("a place is picked with a finger, by dragging and with the keyboard", PATIENCE, async () => {
  const { page, context, complaints } = await pieces(DESKTOP);
  const script = await page.getAttribute("script[src*='map-list.js']", "src");
  await page.evaluate(async (url) => {
    const element = document.querySelector(".map");
    const { openMap } = await import(url);
    globalThis.picked = [];
    const pick = (place) => {
      globalThis.picked.push(place);
      map.show([{ id: "pin", kind: "pin", label: "Acá", ...place }]);
    };
    const map = await openMap(element, { onPick: pick });
  }, script.replace("map-list.js", "map.js"));
  const picked = () => page.evaluate(() => globalThis.picked);
  const canvas = page.locator(".map canvas");
  await canvas.focus();
  await page.keyboard.press("Enter");
  const pin = page.locator(".map-pin");
  await pin.waitFor();
  const box = await pin.boundingBox();
  await page.mouse.move(box.x + box.width / 2, box.y + 10);
  await page.mouse.down();
  await page.mouse.move(box.x + 100, box.y + 30, { steps: 5 });
  await page.mouse.up();
  await page.mouse.click(box.x - 60, box.y);
  const [middle, dragged, clicked] = await picked();
  assert.ok(Math.abs(middle.lat + 34.6) < 0.1 && Math.abs(middle.lng + 58.44) < 0.1, JSON.stringify(middle));
  assert.ok(dragged.lng > middle.lng && dragged.lat < middle.lat, "to the south-east");
  assert.ok(clicked.lng < middle.lng, "to the west");
  assert.deepEqual(complaints, []);
  await context.close();
});

test("without WebGL the map says so and the list is there", PATIENCE, async () => {
  const poor = await launch(WITHOUT_WEBGL);
  const somebody = await visitor(poor, PHONE);
  const { page } = somebody;
  const loaded = [];
  page.on("request", (request) => loaded.push(request.url()));
  await page.goto(`${belgrano.shop}/_estilo`);
  await page.getByText("Acá no se puede mostrar el mapa.").waitFor();
  assert.ok(await page.locator("#map-list li").first().isVisible());
  assert.ok(!loaded.some((url) => url.includes("maplibre")), "a library that is of no use was loaded");
  await isClean(somebody);
  await poor.close();
});

test("an operator's style lies below, and comes from its one site", PATIENCE, async () => {
  const data = { type: "Polygon", coordinates: [[[-58.6, -34.8], [-58.2, -34.8], [-58.2, -34.4], [-58.6, -34.4], [-58.6, -34.8]]] };
  const layers = [{ id: "all", type: "fill", source: "all", paint: { "fill-color": "#ff00ff" } }];
  const site = await aSite(Buffer.from(JSON.stringify({ version: 8, sources: { all: { type: "geojson", data } }, layers })));
  const other = await start({ MAP_STYLE_URL: `${site.origin}/style.json` }, WITH_WEBGL);
  try {
    const somebody = await visitor(other.browser, DESKTOP);
    const answer = await somebody.page.goto(`${other.belgrano.shop}/_estilo`);
    assert.ok(answer.headers()["content-security-policy"].includes(`connect-src 'self' ${site.origin};`));
    await somebody.page.locator(".map canvas").waitFor();
    await paints(somebody.page, [255, 0, 255]);
    assert.deepEqual(site.asked, ["GET 200"]);
    assert.deepEqual(somebody.complaints, []);
  } finally {
    await other.stop();
    site.close();
  }
});
