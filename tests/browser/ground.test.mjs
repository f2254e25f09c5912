// What an operator lays under the map: archives of tiles are opened for real, and what is broken, gone or forbidden leaves the
// map with its own zones.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { BROKEN_TILES, PICTURES, WATER, aSite } from "./ground.mjs";
import { DESKTOP, PATIENCE, WITH_WEBGL, isClean, launch, startBelgrano, visitor } from "./harness.mjs";
import { paints } from "./pixels.mjs";

const MAGENTA = [255, 0, 255];
let browser;

before(async () => (browser = await launch(WITH_WEBGL)), PATIENCE);
after(() => browser?.close());

/** A shop whose map lies on what `content` is, and somebody who looks at it. */
async function looks(content, options, look) {
  const site = await aSite(content, options);
  const address = `${options.prefix ?? "pmtiles://"}${site.origin}/zona`;
  const belgrano = await startBelgrano({ MAP_STYLE_URL: address });
  const somebody = await visitor(browser, { ...DESKTOP, reducedMotion: "reduce" });
  const warned = [];
  somebody.page.on("console", (message) => message.type() === "warning" && warned.push(message.text()));
  try {
    const answer = await somebody.page.goto(`${belgrano.shop}/_estilo`);
    await somebody.page.locator(".map canvas").waitFor();
    await look({ ...somebody, site, warned, policy: answer.headers()["content-security-policy"] });
  } finally {
    await somebody.context.close();
    await belgrano.stop();
    site.close();
  }
}

/** A colour of the theme, as the map paints it. */
const tone = (page, name) =>
  page.evaluate((name) => {
    const probe = document.body.appendChild(document.createElement("span"));
    probe.style.color = `var(${name})`;
    const pen = new OffscreenCanvas(1, 1).getContext("2d");
    pen.fillStyle = getComputedStyle(probe).color;
    probe.remove();
    pen.fillRect(0, 0, 1, 1);
    return [...pen.getImageData(0, 0, 1, 1).data.slice(0, 3)];
  }, name);

test("an archive of pictures is read by ranges and drawn", PATIENCE, () =>
  looks(PICTURES, {}, async ({ page, complaints, site, warned, policy }) => {
    assert.ok(policy.includes(`connect-src 'self' ${site.origin};`), policy);
    await paints(page, MAGENTA);
    await page.getByText("Quien los hizo").waitFor();
    assert.ok(site.asked.length >= 2, "what it is of, and tiles");
    for (const one of site.asked) assert.match(one, /^GET 206 \d+-\d+$/);
    assert.deepEqual([complaints, warned], [[], []]);
    await isClean({ page, complaints });
  }));

test("an archive of vectors is drawn in our colours, in either theme", PATIENCE, () =>
  looks(WATER, {}, async ({ page, complaints, site, warned }) => {
    const light = await tone(page, "--map-water");
    await paints(page, light);
    await page.emulateMedia({ colorScheme: "dark" });
    const dark = await tone(page, "--map-water");
    assert.notDeepEqual(dark, light);
    await paints(page, dark);
    assert.ok(site.asked.every((one) => one.startsWith("GET 206 ")), site.asked.join("\n"));
    assert.deepEqual([complaints, warned], [[], []]);
  }));

const GARBAGE = Buffer.from("<!doctype html><title>Hola</title>".repeat(20));
/** `[what, content, options]`: nothing to lie on. */
const NOTHING = [
  ["an archive that is gone", PICTURES, { status: 404 }],
  ["a site that does not allow us", PICTURES, { cors: false }],
  ["something that is no archive", GARBAGE, {}],
  ["an archive that was cut off", PICTURES.subarray(0, 60), {}],
  ["a site that sends an archive only whole", Buffer.concat([PICTURES, Buffer.alloc(100_000)]), { ranges: false }],
  ["a style that is gone", PICTURES, { status: 404, prefix: "" }],
  ["a style that is none", Buffer.from(JSON.stringify({ version: 8, sources: {}, layers: [{ id: "raro", type: "nada", source: "ninguna" }] })), { prefix: "" }],
  ["a style that is no JSON", GARBAGE, { prefix: "" }],
];
for (const [what, content, options] of NOTHING) {
  test(`${what} leaves the map with its own zones`, PATIENCE, () =>
    looks(content, options, async ({ page, complaints, site, warned }) => {
      await paints(page, await tone(page, "--map-zone"));
      await page.getByText("Buenos Aires Data, CC BY 2.5 AR").waitFor();
      assert.ok(site.asked.length > 0);
      assert.ok(warned.length <= 4 && warned.some((one) => one.startsWith("map: no ground")), warned.join("\n"));
      // The browser itself notes what could not be fetched, for each question, and there are few.
      assert.ok(complaints.length <= 4 && complaints.every((one) => /^console: .*(404|CORS|ERR_FAILED)/s.test(one)), complaints.join("\n"));
    }));
}

test("tiles that are none leave the rest of the map", PATIENCE, () =>
  looks(BROKEN_TILES, {}, async ({ page, complaints }) => {
    await paints(page, await tone(page, "--map-zone"));
    await page.locator(".map canvas").focus();
    await page.keyboard.press("n");
    await page.locator(".map .maplibregl-popup").getByText("Pendiente").waitFor();
    assert.deepEqual(complaints, []);
  }));
