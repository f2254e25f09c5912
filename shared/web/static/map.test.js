import assert from "node:assert/strict";
import { test } from "node:test";

import { glides } from "./map-drivers.js";
import { bounds, collection, corners, feature, names, placed } from "./map-features.js";
import { NAMES, drawing, known, symbol } from "./map-icons.js";
import { markersOf } from "./map-list.js";
import { TONES, archiveStyle, style } from "./map-style.js";

const COLOURS = /** @type {any} */ (Object.fromEntries(TONES.map((tone) => [tone, `rgb(0, 0, ${tone.length})`])));

/** @param {string} nombre */
const zone = (nombre, west = 0) => ({
  type: /** @type {const} */ ("Feature"),
  properties: { nombre },
  geometry: { type: "Polygon", coordinates: [[[west, 0], [west + 2, 0], [west + 2, 4], [west, 4], [west, 0]]] },
});

/** @param {Partial<import("./map-features.js").Marker>} [more] */
const marker = (more) => ({ id: "7", lat: -34.5, lng: -58.4, kind: /** @type {const} */ ("driver"), label: "Rosa", ...more });

test("the name of a zone is in the middle of its largest part", () => {
  const islands = { ...zone("Delta"), geometry: { type: "MultiPolygon", coordinates: [[[[9, 9], [9.1, 9], [9.1, 9.1], [9, 9]]], zone("x", 10).geometry.coordinates] } };
  const { features } = names(collection([zone("Boedo"), islands]));
  assert.deepEqual(features.map(({ geometry }) => geometry.coordinates), [[1, 2], [11, 2]]);
  assert.deepEqual(features[0]?.properties, { nombre: "Boedo" });
  const flat = { ...zone("nada"), geometry: { type: "Polygon", coordinates: [[[3, 3], [3, 3], [3, 3], [3, 3]]] } };
  assert.deepEqual(names(collection([flat])).features[0]?.geometry.coordinates, [3, 3], "a zone without a surface has a name too");
});

test("what is seen holds every corner", () => {
  assert.deepEqual(bounds(corners(collection([zone("a"), zone("b", 5)]))), [[0, 0], [7, 4]]);
  assert.equal(bounds([]), null);
});

test("a marker that is nowhere is not on the map", () => {
  const there = placed([marker(), marker({ lat: NaN }), marker({ lng: 200 }), marker({ lat: Infinity })]);
  assert.equal(there.length, 1);
  assert.deepEqual(feature(marker({ kind: "stop", state: "en-camino" })).properties, { id: "7", label: "Rosa", stale: false, icon: "stop-en-camino" });
});

test("a driver glides from fix to fix, and not across the city", () => {
  assert.ok(glides({ lat: -34.5, lng: -58.4 }, { lat: -34.501, lng: -58.401 }));
  assert.ok(!glides({ lat: -34.5, lng: -58.4 }, { lat: -34.6, lng: -58.4 }), "it was lost and found");
  assert.ok(!glides(undefined, { lat: -34.5, lng: -58.4 }), "the first time it is simply there");
});

test("a style has every layer once, each with a source, and asks for no letters", () => {
  const zones = { ...collection([zone("a"), zone("b")]), attribution: "INDEC" };
  const own = style(COLOURS, zones, names(zones), null);
  const ids = own.layers.map(({ id }) => id);
  assert.equal(new Set(ids).size, ids.length);
  for (const layer of own.layers) assert.ok(!layer.source || layer.source in own.sources, layer.id);
  assert.ok(!("glyphs" in own) && !JSON.stringify(own).includes("http"));
  assert.equal(/** @type {any} */ (own.sources).zones.attribution, "INDEC");
  assert.deepEqual(/** @type {any} */ (own.sources).zones.data.features.map((/** @type {any} */ one) => one.properties.place), [0, 1]);
});

test("over an operator's ground lie our edges and markers, and no fill that hides it", () => {
  /** @type {import("./map-style.js").Style} */
  const ground = { version: 8, glyphs: "https://tiles.example/{fontstack}/{range}", sources: { tiles: {} }, layers: [{ id: "streets", type: "line", source: "tiles" }] };
  const both = style(COLOURS, collection([zone("a")]), collection([]), ground);
  assert.deepEqual(both.layers.map(({ id }) => id), ["streets", "zone-edges", "zone-names", "stops"]);
  assert.ok("tiles" in both.sources && both.glyphs === ground.glyphs);
});

test("an archive shows the layers it has", () => {
  const archive = archiveStyle("pmtiles://https://x/y", { tileType: 1, layers: ["water", "roads"] }, COLOURS);
  assert.deepEqual(archive.layers.map(({ id }) => id), ["outside", "ground-water", "ground-roads", "ground-roads-names"]);
  const pictures = archiveStyle("pmtiles://https://x/y", { tileType: 3, layers: [], attribution: "© x" }, COLOURS);
  assert.deepEqual(/** @type {any} */ (pictures.sources).ground, { type: "raster", url: "pmtiles://https://x/y", tileSize: 256, attribution: "© x" });
});

test("every mark has a drawing, and a state nobody drew has one too", async () => {
  const { readFile } = await import("node:fs/promises");
  const sprite = await readFile(new URL("vendor/icons.svg", import.meta.url), "utf8");
  for (const name of NAMES) {
    const inside = /stroke-linejoin="round">(<(?!\/svg).*)<\/svg><\/svg>$/.exec(drawing(name, sprite, () => "red"));
    assert.ok(inside, `${name} is empty`);
  }
  assert.equal(known("stop-raro"), "stop-pendiente");
  assert.equal(known("stop-en-camino"), "stop-en-camino");
  assert.equal(symbol(sprite, "no-such"), "");
});

test("a list says what is on its map", () => {
  const items = [
    { id: "a", dataset: { key: "BA-1", lat: "-34.5", lng: "-58.4", label: "Cabildo 2040", state: "aceptado", href: "/x" } },
    { id: "b", dataset: { lat: "1", lng: "2", kind: "driver", stale: "" } },
  ];
  assert.deepEqual(markersOf(/** @type {any} */ ({ querySelectorAll: () => items })), [
    { id: "BA-1", lat: -34.5, lng: -58.4, kind: "stop", label: "Cabildo 2040", state: "aceptado", href: "/x", stale: false },
    { id: "b", lat: 1, lng: 2, kind: "driver", label: "", stale: true },
  ]);
});
