// What is on a map as GeoJSON: markers and the names of zones. Pure.

/** @typedef {{ id: string, lat: number, lng: number, kind: "driver" | "stop" | "pin", label: string, href?: string, stale?: boolean, state?: string }} Marker */
/** @typedef {[number, number]} Position longitude, latitude */
/** @typedef {{ type: "Feature", properties: Record<string, unknown>, geometry: { type: string, coordinates: any } }} Feature */
/** @typedef {{ type: "FeatureCollection", features: Feature[], attribution?: string }} Collection */

/**
 * @param {Feature[]} features
 * @returns {Collection}
 */
export function collection(features) {
  return { type: "FeatureCollection", features };
}

/**
 * @param {Marker} marker
 * @returns {Feature}
 */
export function feature({ id, lat, lng, kind, label, stale = false, state = "" }) {
  const properties = { id, label, stale, icon: kind === "stop" ? `stop-${state}` : kind };
  return { type: "Feature", properties, geometry: { type: "Point", coordinates: [lng, lat] } };
}

/**
 * Markers that are somewhere.
 * @param {Marker[]} markers
 */
export function placed(markers) {
  return markers.filter(({ lat, lng }) => Math.abs(lat) <= 90 && Math.abs(lng) <= 180);
}

/**
 * South-west and north-east of `points`; null where there are none.
 * @param {Position[]} points
 * @returns {[Position, Position] | null}
 */
export function bounds(points) {
  if (!points.length) return null;
  let [west, south, east, north] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [lng, lat] of points) {
    [west, east] = [Math.min(west, lng), Math.max(east, lng)];
    [south, north] = [Math.min(south, lat), Math.max(north, lat)];
  }
  return [[west, south], [east, north]];
}

/**
 * Every corner of every zone.
 * @param {Collection} zones
 * @returns {Position[]}
 */
export function corners(zones) {
  return zones.features.flatMap(({ geometry }) => geometry.coordinates.flat(geometry.type === "MultiPolygon" ? 2 : 1));
}

/**
 * A place for the name of each zone: the middle of its largest ring.
 * @param {Collection} zones
 * @returns {Collection}
 */
export function names(zones) {
  return collection(
    zones.features.map(({ properties, geometry }) => {
      /** @type {Position[][]} */
      const rings = geometry.type === "MultiPolygon" ? geometry.coordinates.map((/** @type {Position[][]} */ [ring]) => ring) : [geometry.coordinates[0]];
      const [largest] = rings.map(middle).sort((one, other) => other.area - one.area);
      return { type: "Feature", properties, geometry: { type: "Point", coordinates: largest?.at ?? [0, 0] } };
    }),
  );
}

/**
 * Centroid and area of a ring (Bourke, "Calculating the area and centroid of a polygon", 1988).
 * @param {Position[]} ring
 * @returns {{ at: Position, area: number }}
 */
function middle(ring) {
  // Near its own first corner the products stay exact.
  const [x0, y0] = ring[0] ?? [0, 0];
  let [twice, x, y] = [0, 0, 0];
  for (let place = 1; place < ring.length; place++) {
    const [ax, ay] = /** @type {Position} */ (ring[place - 1]).map((value, axis) => value - (axis ? y0 : x0));
    const [bx, by] = /** @type {Position} */ (ring[place]).map((value, axis) => value - (axis ? y0 : x0));
    const cross = (ax ?? 0) * (by ?? 0) - (bx ?? 0) * (ay ?? 0);
    twice += cross;
    x += ((ax ?? 0) + (bx ?? 0)) * cross;
    y += ((ay ?? 0) + (by ?? 0)) * cross;
  }
  if (!twice) return { at: [x0, y0], area: 0 };
  return { at: [x0 + x / (3 * twice), y0 + y / (3 * twice)], area: Math.abs(twice) / 2 };
}
