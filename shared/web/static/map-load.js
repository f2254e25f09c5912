// What a map is made of, fetched when the first one is opened: the library, its sheets, the zones, and what lies under them.

import { archiveStyle } from "./map-style.js";

const PATIENCE_MS = 8000;

/** @param {string} name */
const beside = (name) => new URL(name, import.meta.url).href;

/** @type {Promise<any> | null} */
let loading = null;

/**
 * MapLibre, fetched once; again after it could not be.
 * @returns {Promise<any>}
 */
export function library() {
  loading ??= load().catch((error) => {
    loading = null;
    throw error;
  });
  return loading;
}

async function load() {
  const [maplibre] = await Promise.all([import(beside("vendor/maplibre-gl.mjs")), sheet("vendor/maplibre-gl.css", "map.css")]);
  maplibre.setWorkerUrl(beside("vendor/maplibre-gl-worker.mjs"));
  return maplibre;
}

/**
 * Adds a sheet to the document, once; before the one called `before`, so that that one has the last word.
 * @param {string} name
 * @param {string} [before]
 * @returns {Promise<void>}
 */
export function sheet(name, before) {
  const find = (/** @type {string} */ name) => document.querySelector(`link[href="${CSS.escape(beside(name)).replaceAll("\\", "")}"]`);
  if (find(name)) return Promise.resolve();
  const link = document.createElement("link");
  link.rel = "stylesheet";
  link.href = beside(name);
  const place = before ? find(before) : null;
  if (place) place.before(link);
  else document.head.append(link);
  // A map without its sheet is still a map.
  return new Promise((resolve) => (link.onload = link.onerror = () => resolve()));
}

/** @param {string} url */
export async function json(url) {
  const response = await fetch(url, { signal: AbortSignal.timeout(PATIENCE_MS) });
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  return response.json();
}

/** @param {string} name */
export async function text(name) {
  const response = await fetch(beside(name));
  if (!response.ok) throw new Error(`${name}: ${response.status}`);
  return response.text();
}

/** @typedef {(colours: import("./map-style.js").Colours) => import("./map-style.js").Style} Ground */

/**
 * What the operator lays under the zones. What cannot be reached is left out: the zones are enough to find somebody.
 * @returns {Promise<Ground | null>}
 */
export async function groundOf() {
  try {
    const { style: url } = await json("/mapa.json");
    if (!url) return null;
    if (!url.startsWith("pmtiles://")) {
      const style = await json(url);
      return () => style;
    }
    const [maplibre, { PMTiles, Protocol }] = await Promise.all([library(), import(beside("vendor/pmtiles.mjs"))]);
    const protocol = new Protocol({ metadata: true });
    const archive = new PMTiles(url.slice("pmtiles://".length));
    protocol.add(archive);
    maplibre.addProtocol("pmtiles", protocol.tile);
    const [{ tileType }, metadata] = await Promise.all([archive.getHeader(), archive.getMetadata()]);
    const layers = (metadata?.vector_layers ?? []).map((/** @type {{ id: string }} */ { id }) => id);
    return (colours) => archiveStyle(url, { tileType, layers, attribution: metadata?.attribution }, colours);
  } catch (error) {
    console.warn("map: no ground,", error);
    return null;
  }
}
