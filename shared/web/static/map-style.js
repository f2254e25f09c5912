// The look of our maps as a MapLibre style: zones, markers, and an archive of tiles below them when the operator has one.
// Pure: colours come in, JSON goes out. There are no glyphs in it: MapLibre then draws letters with the fonts of the page.

/** @typedef {{ id: string, type: string, source?: string, paint?: Record<string, unknown>, [more: string]: unknown }} Layer */
/** @typedef {{ version: 8, sources: Record<string, unknown>, layers: Layer[], [more: string]: unknown }} Style */
/** @typedef {Record<typeof TONES[number], string>} Colours */

/** The tokens (tokens.css) a map is painted with, each `--map-…`. */
export const TONES = /** @type {const} */ (["outside", "zone", "zone-2", "zone-3", "edge", "name", "text", "halo", "water", "green", "road", "building"]);

const FONTS = ["Bricolage Grotesque", "system-ui", "sans-serif"];
const NOTHING = { type: "geojson", data: { type: "FeatureCollection", features: [] } };

const STOPS = {
  id: "stops",
  type: "symbol",
  source: "stops",
  layout: {
    "icon-image": ["get", "icon"],
    "icon-size": ["interpolate", ["linear"], ["zoom"], 10, 0.62, 13, 1],
    "icon-anchor": "bottom",
    "icon-allow-overlap": true,
    "icon-ignore-placement": true,
    "symbol-z-order": "viewport-y",
  },
  // A place that is old is still a place, and looks like a memory of it.
  paint: { "icon-opacity": ["case", ["get", "stale"], 0.45, 1] },
};

/**
 * A whole style: `ground` below, our zones and markers above.
 * @param {Colours} colours
 * @param {import("./map-features.js").Collection} zones
 * @param {import("./map-features.js").Collection} names
 * @param {Style | null} ground
 * @returns {Style}
 */
export function style(colours, zones, names, ground) {
  const { attribution } = zones;
  return {
    ...(ground ?? {}),
    version: 8,
    sources: {
      ...ground?.sources,
      zones: { type: "geojson", data: numbered(zones), ...(attribution && { attribution }) },
      names: { type: "geojson", data: names },
      stops: NOTHING,
    },
    layers: [
      ...(ground?.layers ?? [{ id: "outside", type: "background", paint: { "background-color": colours.outside } }]),
      ...(ground ? [] : [fill(colours)]),
      {
        id: "zone-edges",
        type: "line",
        source: "zones",
        layout: { "line-join": "round" },
        paint: { "line-color": colours.edge, "line-width": ["interpolate", ["linear"], ["zoom"], 10, 0.75, 14, 2] },
      },
      {
        id: "zone-names",
        type: "symbol",
        source: "names",
        layout: {
          "text-field": ["get", "nombre"],
          "text-font": FONTS,
          "text-size": ["interpolate", ["linear"], ["zoom"], 10, 10, 14, 15],
          "text-max-width": 7,
          "text-padding": 4,
        },
        paint: { "text-color": colours.name, "text-halo-color": colours.halo, "text-halo-width": 1.5 },
      },
      STOPS,
    ],
  };
}

/**
 * Neighbours seldom share a tone.
 * @param {Colours} colours
 * @returns {Layer}
 */
function fill(colours) {
  const tones = ["match", ["%", ["get", "place"], 3], 0, colours.zone, 1, colours["zone-2"], colours["zone-3"]];
  return { id: "zone-fills", type: "fill", source: "zones", paint: { "fill-color": tones } };
}

/** @param {import("./map-features.js").Collection} zones */
function numbered(zones) {
  const features = zones.features.map((zone, place) => ({ ...zone, properties: { ...zone.properties, place } }));
  return { type: "FeatureCollection", features };
}

const RASTER = { 2: "png", 3: "jpg", 4: "webp", 5: "avif" };

/**
 * The style of an archive of tiles (PMTiles): pictures as they are; vectors in our colours, by the layers that Protomaps'
 * and OpenMapTiles' schemas have in common.
 * @param {string} address `pmtiles://https://…`
 * @param {{ tileType: number, layers: string[], attribution?: string }} archive
 * @param {Colours} colours
 * @returns {Style}
 */
export function archiveStyle(address, { tileType, layers, attribution }, colours) {
  const credit = attribution ? { attribution } : {};
  const background = { id: "outside", type: "background", paint: { "background-color": colours.zone } };
  if (tileType in RASTER) {
    const source = { type: "raster", url: address, tileSize: 256, ...credit };
    return { version: 8, sources: { ground: source }, layers: [background, { id: "ground", type: "raster", source: "ground" }] };
  }
  const drawn = vectors(colours).filter((layer) => layers.includes(String(layer["source-layer"])));
  return { version: 8, sources: { ground: { type: "vector", url: address, ...credit } }, layers: [background, ...drawn] };
}

/**
 * @param {Colours} colours
 * @returns {Layer[]}
 */
function vectors(colours) {
  /** @type {(name: string, colour: string, more?: object) => Layer} */
  const area = (name, colour, more = {}) => ({ id: `ground-${name}`, type: "fill", source: "ground", "source-layer": name, paint: { "fill-color": colour }, ...more });
  /** @type {(name: string, colour: string, widest: number) => Layer} */
  const line = (name, colour, widest) => ({
    id: `ground-${name}`,
    type: "line",
    source: "ground",
    "source-layer": name,
    layout: { "line-cap": "round", "line-join": "round" },
    paint: { "line-color": colour, "line-width": ["interpolate", ["exponential", 1.6], ["zoom"], 10, 0.4, 18, widest] },
  });
  const green = ["in", ["coalesce", ["get", "kind"], ["get", "class"], ""], ["literal", ["park", "grass", "wood", "forest", "garden", "cemetery", "pitch", "nature_reserve", "recreation_ground"]]];
  /** @type {(name: string) => Layer} */
  const streets = (name) => ({
    id: `ground-${name}-names`,
    type: "symbol",
    source: "ground",
    "source-layer": name,
    minzoom: 14,
    layout: { "symbol-placement": "line", "text-field": ["coalesce", ["get", "name:es"], ["get", "name"], ""], "text-font": FONTS, "text-size": 11 },
    paint: { "text-color": colours.name, "text-halo-color": colours.halo, "text-halo-width": 1.5 },
  });
  return [
    area("earth", colours.zone),
    area("landcover", colours.green, { filter: green }),
    area("landuse", colours.green, { filter: green }),
    area("park", colours.green),
    area("water", colours.water),
    line("waterway", colours.water, 4),
    area("buildings", colours.building, { minzoom: 14 }),
    area("building", colours.building, { minzoom: 14 }),
    line("roads", colours.road, 16),
    line("transportation", colours.road, 16),
    streets("roads"),
    streets("transportation_name"),
  ];
}
