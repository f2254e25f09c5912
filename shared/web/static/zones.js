// Where in the zones of a map something is, and where a zone is. Pure.

import { corners } from "./map-features.js";

/** @typedef {import("./map-features.js").Collection} Collection */
/** @typedef {import("./map-features.js").Position} Position */

/**
 * The name of the zone that `place` is in; empty where there is none.
 * @param {Collection} zones
 * @param {{ lat: number, lng: number }} place
 * @returns {string}
 */
export function zoneAt(zones, { lat, lng }) {
  const zone = zones.features.find(({ geometry: { type, coordinates } }) => {
    /** @type {Position[][][]} */
    const polygons = type === "MultiPolygon" ? coordinates : [coordinates];
    // A hole is a ring like any other: whoever is in it has crossed two.
    return polygons.some((rings) => rings.filter((ring) => isWithin(ring, lng, lat)).length % 2 === 1);
  });
  return String(zone?.properties.nombre ?? "");
}

/**
 * The corners of the zone that somebody calls `name`; none where nobody knows it.
 * @param {Collection} zones
 * @param {string} name
 * @returns {Position[]}
 */
export function cornersOf(zones, name) {
  const features = zones.features.filter(({ properties }) => isSame(String(properties.nombre), name));
  return corners({ ...zones, features });
}

/**
 * Whether both name the same zone or address, as the server compares them: case, accents and what is no letter or digit do not
 * count.
 * @param {string} one
 * @param {string} other
 */
export function isSame(one, other) {
  return folded(one) === folded(other);
}

/** @param {string} text */
const folded = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().replace(/[^\p{L}\p{N}]+/gu, " ").trim();

/**
 * Whether a ray to the east crosses the ring an odd number of times.
 * @param {Position[]} ring
 * @param {number} lng
 * @param {number} lat
 */
function isWithin(ring, lng, lat) {
  let within = false;
  for (let place = 1; place < ring.length; place++) {
    const [[ax, ay], [bx, by]] = [/** @type {Position} */ (ring[place - 1]), /** @type {Position} */ (ring[place])];
    if (ay > lat !== by > lat && lng < ax + ((bx - ax) * (lat - ay)) / (by - ay)) within = !within;
  }
  return within;
}
