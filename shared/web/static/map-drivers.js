// Drivers on a map: elements that the browser itself glides from fix to fix, so that the map below is not drawn anew for them.

/** @typedef {import("./map-features.js").Marker} Marker */

/** Further than this, in degrees, nobody drives between two fixes: it was lost and found. */
const JUMP = 0.02;
/** Nearer than this a driver's name has room beside the others. */
const NAMED_ZOOM = 12.5;

/**
 * Whether a driver went from one place to the other, or was lost and found.
 * @param {{ lat: number, lng: number } | undefined} from
 * @param {{ lat: number, lng: number }} to
 */
export function glides(from, to) {
  return !!from && Math.hypot(from.lng - to.lng, from.lat - to.lat) <= JUMP;
}

export class Drivers {
  #maplibre;
  #map;
  #picture;
  #tell;
  /** @type {Map<string, { marker: Marker, element: HTMLElement, mark: any }>} */
  #shown = new Map();

  /**
   * @param {any} maplibre
   * @param {any} map
   * @param {() => string} picture the address of the mark, in the colours of the theme
   * @param {((id: string) => void) | null} tell somebody wants to know more about this one; null: nobody can ask
   */
  constructor(maplibre, map, picture, tell) {
    this.#maplibre = maplibre;
    this.#map = map;
    this.#picture = picture;
    this.#tell = tell;
    const container = map.getContainer();
    // What moves with the map must not lag behind it.
    map.on("movestart", () => container.classList.add("map-moving"));
    map.on("moveend", () => container.classList.remove("map-moving"));
    const named = () => container.classList.toggle("map-named", map.getZoom() >= NAMED_ZOOM);
    map.on("zoom", named);
    named();
  }

  /**
   * Where the drivers are from now on.
   * @param {Marker[]} markers
   */
  set(markers) {
    const gone = new Set(this.#shown.keys());
    for (const marker of markers) {
      gone.delete(marker.id);
      const shown = this.#shown.get(marker.id);
      if (shown) this.#write(shown, marker);
      else this.#add(marker);
    }
    for (const id of gone) {
      this.#shown.get(id)?.mark.remove();
      this.#shown.delete(id);
    }
  }

  /** The other theme. */
  paint() {
    const picture = this.#picture();
    for (const { element } of this.#shown.values()) element.querySelector("img")?.setAttribute("src", picture);
  }

  /** @param {Marker} marker */
  #add(marker) {
    const element = document.createElement("div");
    const image = document.createElement("img");
    [image.src, image.alt] = [this.#picture(), ""];
    element.append(image, document.createElement("span"));
    const mark = new this.#maplibre.Marker({ element, subpixelPositioning: true }).setLngLat([marker.lng, marker.lat]).addTo(this.#map);
    element.removeAttribute("role");
    element.removeAttribute("aria-label");
    // The list beside the map and its keys say the same.
    element.setAttribute("aria-hidden", "true");
    element.classList.add("map-driver");
    if (this.#tell) element.addEventListener("click", (event) => this.#asked(event, marker.id));
    const shown = { marker, element, mark };
    this.#shown.set(marker.id, shown);
    this.#write(shown, marker);
  }

  /** @param {MouseEvent} event @param {string} id */
  #asked(event, id) {
    event.stopPropagation();
    this.#tell?.(id);
  }

  /**
   * @param {{ marker: Marker, element: HTMLElement, mark: any }} shown
   * @param {Marker} marker
   */
  #write(shown, marker) {
    const { element, mark, marker: before } = shown;
    const label = /** @type {HTMLElement} */ (element.lastElementChild);
    const said = marker.label.replace(" · ", "\n");
    if (label.textContent !== said) label.textContent = said;
    element.classList.toggle("stale", !!marker.stale);
    if (before.lat !== marker.lat || before.lng !== marker.lng) {
      element.classList.toggle("jumps", !glides(before, marker));
      mark.setLngLat([marker.lng, marker.lat]);
    }
    shown.marker = marker;
  }
}
