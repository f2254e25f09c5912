import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";

import { cornersOf, isSame, zoneAt } from "./zones.js";

const barrios = JSON.parse(await readFile(new URL("../data/barrios.geojson", import.meta.url), "utf8"));

test("a place is in the barrio people would say", () => {
  assert.equal(zoneAt(barrios, { lat: -34.5623, lng: -58.4571 }), "Belgrano");
  assert.equal(zoneAt(barrios, { lat: -34.5552, lng: -58.4702 }), "Núñez");
  assert.equal(zoneAt(barrios, { lat: -34.5913, lng: -58.4262 }), "Palermo");
  assert.equal(zoneAt(barrios, { lat: -34.9, lng: -57.95 }), "", "La Plata is none of them");
});

test("a hole is not in the zone around it, and an island is", () => {
  const square = (west, south, size) => [[west, south], [west + size, south], [west + size, south + size], [west, south + size], [west, south]];
  const geometry = { type: "MultiPolygon", coordinates: [[square(0, 0, 10), square(4, 4, 2)], [square(20, 0, 1)]] };
  const zones = { type: "FeatureCollection", features: [{ type: "Feature", properties: { nombre: "Anillo" }, geometry }] };
  const at = (lng, lat) => zoneAt(zones, { lat, lng });
  assert.deepEqual([at(1, 1), at(5, 5), at(20.5, 0.5), at(11, 5)], ["Anillo", "", "Anillo", ""]);
  assert.equal(cornersOf(zones, "anillo").length, 15);
});

test("a barrio is known by its name however it is written", () => {
  assert.ok(isSame("av cabildo  2040", "Av. Cabildo 2040") && !isSame("Cabildo 2040", "Cabildo 2400"));
  assert.ok(isSame(" nunez", "Núñez") && isSame("NU\u0301N\u0303EZ", "núñez") && !isSame("", "Núñez"));
  assert.ok(cornersOf(barrios, "villa pueyrredon").length > 3);
  assert.deepEqual(cornersOf(barrios, "Berazategui"), []);
});
