// Maps, for pages that have one: the zones, and markers on them. MapLibre is fetched when the first map is opened. A list of
// the same things is always beside a map: where nothing can be drawn, the element says so and the list is what people use.

import { Drivers } from "./map-drivers.js";
import { bounds, collection, corners, feature, names, placed } from "./map-features.js";
import { NAMES, RATIO, address, drawing, known, pixels } from "./map-icons.js";
import { groundOf, json, library, sheet, text } from "./map-load.js";
import { TONES, style } from "./map-style.js";
import { t } from "./texts.js";

/** @typedef {import("./map-features.js").Marker} Marker */
/** @typedef {{ lat: number, lng: number }} Place */
/** @typedef {{ show(markers: Marker[]): void, fit(): void, see(points: import("./map-features.js").Position[]): void, focus(id: string): void, close(): void }} OpenMap */
/** @typedef {{ onPick?: (place: Place) => void, interactive?: boolean }} Options */

const PATIENCE_MS = 8000;
/** Nearer than this `fit` does not go: a single stop is seen with what is around it. */
const NEAREST = 15;
/** Nearer than this there is nothing to go by on a map of zones only. */
const AMONG_ZONES = 13;

/**
 * Opens a map in `element` (`<div class="map" data-map data-zones="/zonas.geojson" aria-label="…">`). Null where there is no
 * WebGL or something could not be loaded; then the element says so.
 * @param {HTMLElement} element
 * @param {Options} [options]
 * @returns {Promise<OpenMap | null>}
 */
export async function openMap(element, options = {}) {
  await sheet("map.css");
  /** @type {Shown | undefined} */
  let shown;
  try {
    if (!canDraw()) throw new Error("no WebGL 2");
    const [maplibre, zones, sprite, ground] = await Promise.all([library(), json(element.dataset.zones ?? "/zonas.geojson"), text("vendor/icons.svg"), groundOf()]);
    const canvas = document.createElement("div");
    canvas.className = "map-canvas";
    element.replaceChildren(canvas);
    shown = new Shown(maplibre, element, canvas, { zones, sprite, ground }, options);
    await shown.ready;
    return shown;
  } catch (error) {
    console.warn("map:", error);
    // A map nobody sees would keep its part of the graphics card.
    shown?.close();
    without(element);
    return null;
  }
}

/** @param {HTMLElement} element */
function without(element) {
  const says = document.createElement("p");
  says.className = "map-says";
  says.textContent = t("js-map-without");
  element.classList.add("map-without");
  element.replaceChildren(says);
}

function canDraw() {
  const context = document.createElement("canvas").getContext("webgl2");
  context?.getExtension("WEBGL_lose_context")?.loseContext();
  return Boolean(context);
}

/**
 * Tokens as colours, whatever they are made of.
 * @param {HTMLElement} element
 */
function painter(element) {
  return (/** @type {string} */ token) => {
    const probe = document.createElement("span");
    probe.style.color = `var(${token})`;
    element.append(probe);
    const { color } = getComputedStyle(probe);
    probe.remove();
    return color;
  };
}

/** One map that is open. */
class Shown {
  #maplibre;
  #element;
  #options;
  #parts;
  /** @type {any} */
  #map;
  /** @type {Map<string, Marker>} */
  #markers = new Map();
  /** @type {Drivers} */
  #drivers;
  /** @type {any} */
  #popup = null;
  #popupId = "";
  /** @type {any} */
  #pin = null;
  /** The stops as the map last had them. */
  #told = "";
  #toFit = true;
  #leave = new AbortController();
  #says = document.createElement("p");
  /** @type {Promise<void>} */
  ready;

  /**
   * @param {any} maplibre
   * @param {HTMLElement} element
   * @param {HTMLElement} canvas
   * @param {{ zones: import("./map-features.js").Collection, sprite: string, ground: import("./map-load.js").Ground | null }} parts
   * @param {Options} options
   */
  constructor(maplibre, element, canvas, parts, options) {
    this.#maplibre = maplibre;
    this.#element = element;
    this.#options = options;
    this.#parts = { ...parts, names: names(parts.zones), corners: corners(parts.zones) };
    const interactive = options.interactive !== false;
    const scrolls = document.documentElement.scrollHeight > innerHeight * 1.1;
    this.#map = new maplibre.Map({
      container: canvas,
      style: this.#style(),
      bounds: bounds(this.#parts.corners) ?? undefined,
      fitBoundsOptions: { padding: 12 },
      interactive,
      // In a page that scrolls, a finger that passes over the map means the page.
      cooperativeGestures: interactive && scrolls,
      attributionControl: { compact: false },
      dragRotate: false,
      pitchWithRotate: false,
      touchPitch: false,
      maxZoom: 18,
      fadeDuration: 0,
      locale: locale(element.getAttribute("aria-label") ?? ""),
    });
    this.#map.touchZoomRotate?.disableRotation();
    this.#map.keyboard?.disableRotation();
    this.#map.on("error", (/** @type {{ error: unknown }} */ { error }) => console.warn("map:", error));
    if (interactive) this.#listen();
    const tell = interactive && !options.onPick ? (/** @type {string} */ id) => this.#tell(id) : null;
    this.#drivers = new Drivers(maplibre, this.#map, () => this.#picture("driver"), tell);
    this.#map.on("resize", () => this.#toFit && this.fit());
    const dark = matchMedia("(prefers-color-scheme: dark)");
    dark.addEventListener("change", () => this.#paint(), { signal: this.#leave.signal });
    this.#says.className = "visually-hidden";
    this.#says.setAttribute("role", "status");
    element.append(this.#says);
    this.ready = this.#open();
  }

  async #open() {
    await this.#styled().catch((error) => {
      if (!this.#parts.ground) throw error;
      console.warn("map: no ground,", error);
      this.#parts.ground = null;
      this.#map.setStyle(this.#style(), { diff: false });
      return this.#styled();
    });
    await this.#draw((name, image) => this.#map.addImage(name, image, { pixelRatio: RATIO }));
  }

  /**
   * Until there is a style. An error before that means that what the operator gave is none.
   * @returns {Promise<void>}
   */
  #styled() {
    return new Promise((resolve, reject) => {
      this.#map.once("style.load", () => resolve());
      this.#map.once("error", (/** @type {{ error: unknown }} */ { error }) => reject(error));
      setTimeout(() => reject(new Error("the style took too long")), PATIENCE_MS);
    });
  }

  #style() {
    const paint = painter(this.#element);
    const colours = /** @type {import("./map-style.js").Colours} */ (Object.fromEntries(TONES.map((tone) => [tone, paint(`--map-${tone}`)])));
    return style(colours, this.#parts.zones, this.#parts.names, this.#parts.ground?.(colours) ?? null);
  }

  /** @param {(name: string, image: ImageData) => void} put */
  async #draw(put) {
    const paint = painter(this.#element);
    await Promise.all(NAMES.map(async (name) => put(name, await pixels(drawing(name, this.#parts.sprite, paint)))));
  }

  /** The other theme. */
  #paint() {
    for (const { id, paint } of this.#style().layers) {
      for (const [property, value] of Object.entries(paint ?? {})) this.#map.setPaintProperty(id, property, value);
    }
    this.#draw((name, image) => this.#map.updateImage(name, image));
    this.#drivers.paint();
  }

  /** @param {"driver" | "pin"} name */
  #picture(name) {
    return address(drawing(name, this.#parts.sprite, painter(this.#element)));
  }

  #listen() {
    const { onPick } = this.#options;
    const map = this.#map;
    map.addControl(new this.#maplibre.NavigationControl({ showCompass: false }), "top-right");
    const over = (/** @type {any} */ point) => map.queryRenderedFeatures(point, { layers: ["stops"] })[0]?.properties.id;
    map.on("click", (/** @type {any} */ { point, lngLat }) => {
      const id = over([[point.x - 8, point.y - 8], [point.x + 8, point.y + 8]]);
      if (onPick) onPick({ lat: lngLat.lat, lng: lngLat.lng });
      else if (id) this.#tell(id);
    });
    map.on("mousemove", (/** @type {any} */ { point }) => (map.getCanvas().style.cursor = onPick ? "crosshair" : over(point) ? "pointer" : ""));
    map.getCanvas().addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === "n" || event.key === "p") this.#next(event.key === "n" ? 1 : -1);
      else if (event.key === "Escape") this.#popup?.remove();
      else if (event.key === "Enter" && onPick) {
        const { lat, lng } = map.getCenter();
        onPick({ lat, lng });
      }
    });
  }

  /**
   * What is on the map from now on.
   * @param {Marker[]} markers
   */
  show(markers) {
    const there = placed(markers).map((marker) => ({ ...marker, state: marker.kind === "stop" ? known(`stop-${marker.state}`).slice(5) : "" }));
    this.#markers = new Map(there.map((marker) => [marker.id, marker]));
    const pins = this.#options.onPick ? there.filter(({ kind }) => kind === "pin") : [];
    this.#drivers.set(there.filter(({ kind }) => kind === "driver"));
    this.#stops(there.filter((marker) => marker.kind !== "driver" && !pins.includes(marker)));
    this.#pinned(pins[0]);
    const open = this.#markers.get(this.#popupId);
    if (open) this.#fill(open);
    else this.#popup?.remove();
  }

  /**
   * Gives the map its stops, unless it has them: drawing them is what costs.
   * @param {Marker[]} stops
   */
  #stops(stops) {
    const features = stops.map((marker) => feature(marker));
    const told = JSON.stringify(features);
    if (told === this.#told) return;
    this.#told = told;
    this.#map.getSource("stops")?.setData(collection(features));
  }

  /**
   * The pin that a finger moves: there is one at most, so it may be an element.
   * @param {Marker | undefined} marker
   */
  #pinned(marker) {
    if (!marker) {
      this.#pin?.remove();
      this.#pin = null;
      return;
    }
    if (!this.#pin) {
      const element = document.createElement("div");
      element.className = "map-pin";
      const image = document.createElement("img");
      image.src = this.#picture("pin");
      image.alt = marker.label;
      element.append(image);
      this.#pin = new this.#maplibre.Marker({ element, anchor: "bottom", draggable: true });
      this.#pin.setLngLat([marker.lng, marker.lat]).addTo(this.#map);
      element.removeAttribute("aria-label");
      element.removeAttribute("role");
      this.#pin.on("dragend", () => {
        const { lat, lng } = this.#pin.getLngLat();
        this.#options.onPick?.({ lat, lng });
      });
    }
    this.#pin.setLngLat([marker.lng, marker.lat]);
  }

  /** Every marker, else every zone, within what is seen. */
  fit() {
    const { clientWidth, clientHeight } = this.#element;
    // A map in a part of the page that is not shown yet.
    this.#toFit = !clientWidth || !clientHeight;
    if (this.#toFit) return;
    const markers = bounds([...this.#markers.values()].map(({ lat, lng }) => [lng, lat]));
    const all = markers ?? bounds(this.#parts.corners);
    const padding = markers ? Math.min(64, clientWidth / 6, clientHeight / 6) : 12;
    const maxZoom = this.#options.onPick && !this.#parts.ground ? AMONG_ZONES : NEAREST;
    if (all) this.#map.fitBounds(all, { padding, maxZoom, duration: 400 });
  }

  /**
   * These places within what is seen.
   * @param {import("./map-features.js").Position[]} points
   */
  see(points) {
    const all = bounds(points);
    if (!all) return;
    this.#toFit = false;
    this.#map.fitBounds(all, { padding: 12, maxZoom: NEAREST, duration: 400 });
  }

  /**
   * Goes to a marker and says what it is.
   * @param {string} id
   */
  focus(id) {
    const marker = this.#markers.get(id);
    if (!marker) return;
    this.#map.easeTo({ center: [marker.lng, marker.lat], zoom: Math.max(this.#map.getZoom(), 13.5) });
    this.#tell(id);
  }

  /** @param {string} id */
  #tell(id) {
    const marker = this.#markers.get(id);
    if (!marker) return;
    this.#popup?.remove();
    this.#popup = new this.#maplibre.Popup({ offset: marker.kind === "driver" ? 22 : { bottom: [0, -40], top: [0, 4] }, focusAfterOpen: false, maxWidth: "none" });
    this.#popup.on("close", () => (this.#popupId = ""));
    this.#popup.setLngLat([marker.lng, marker.lat]);
    this.#popupId = id;
    this.#fill(marker);
    this.#popup.addTo(this.#map);
    this.#popup.getElement()?.classList.toggle("map-glides", marker.kind === "driver");
  }

  /** @param {Marker} marker */
  #fill({ id, label, href, lat, lng }) {
    const text = document.createElement("p");
    text.textContent = label;
    const parts = /** @type {HTMLElement[]} */ ([text]);
    if (href) {
      const link = document.createElement("a");
      [link.href, link.textContent] = [href, t("js-map-open")];
      parts.push(link);
    }
    const content = document.createElement("div");
    content.append(...parts);
    if (this.#says.textContent !== label) this.#says.textContent = label;
    this.#popup.setLngLat([lng, lat]);
    // What somebody is about to press stays under the finger.
    const shown = this.#popup.getElement()?.querySelector("p");
    if (shown && this.#popupId === id) shown.textContent = label;
    else this.#popup.setDOMContent(content);
  }

  /** @param {number} step */
  #next(step) {
    const ids = [...this.#markers.keys()];
    if (!ids.length) return;
    const place = ids.indexOf(this.#popupId);
    const next = place < 0 ? (step > 0 ? 0 : ids.length - 1) : (place + step + ids.length) % ids.length;
    this.focus(ids[next] ?? "");
  }

  close() {
    this.#leave.abort();
    this.#map.remove();
    this.#element.replaceChildren();
  }
}

/** @param {string} title */
function locale(title) {
  return {
    "Map.Title": `${title}. ${t("js-map-keys")}`,
    "NavigationControl.ZoomIn": t("js-map-in"),
    "NavigationControl.ZoomOut": t("js-map-out"),
    "AttributionControl.ToggleAttribution": t("js-map-credit"),
    "Popup.Close": t("js-close"),
    "CooperativeGesturesHandler.MobileHelpText": t("js-map-fingers"),
    "CooperativeGesturesHandler.WindowsHelpText": t("js-map-ctrl"),
    "CooperativeGesturesHandler.MacHelpText": t("js-map-command"),
  };
}
