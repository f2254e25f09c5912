// The pin on the door: tapped on the map, or where somebody is if they say so. Whoever marks it has said the barrio as well;
// one that they had chosen is changed only by them.

import { findHere } from "./here.js";
import { json } from "./map-load.js";
import { t } from "./texts.js";
import { cornersOf, isSame, zoneAt } from "./zones.js";

/** @typedef {{ lat: number, lng: number }} Place */
/** @typedef {import("./map-features.js").Collection} Collection */

/**
 * @param {HTMLDetailsElement} fold
 * @param {HTMLFormElement} form
 */
export function offerPin(fold, form) {
  const pin = new Pin(fold, form);
  fold.addEventListener("toggle", () => pin.open());
  pin.show();
}

class Pin {
  #fold;
  #lat;
  #lng;
  #barrio;
  #address;
  #of;
  #state;
  #says;
  #change;
  #clear;
  /** @type {import("./map.js").OpenMap | null} */
  #map = null;
  #opened = false;
  /** @type {Promise<Collection | null> | null} */
  #zones = null;
  /** Counts what was marked or taken away: an answer that comes later than that is of no use. */
  #turn = 0;

  /**
   * @param {HTMLDetailsElement} fold
   * @param {HTMLFormElement} form
   */
  constructor(fold, form) {
    const field = (/** @type {string} */ name) => /** @type {HTMLInputElement} */ (form.elements.namedItem(name));
    const part = (/** @type {string} */ name) => /** @type {HTMLElement} */ (fold.querySelector(`[data-pin-${name}]`));
    this.#fold = fold;
    this.#lat = field("lat");
    this.#lng = field("lng");
    this.#barrio = field("barrio");
    this.#address = field("direccion");
    this.#of = field("pin_direccion");
    this.#state = part("state");
    this.#says = part("says");
    this.#change = part("change");
    this.#clear = part("clear");
    this.#clear.addEventListener("click", () => this.#put(null));
    this.#change.addEventListener("click", () => this.#takeOver());
    this.#barrio.addEventListener("change", () => this.#rename());
    this.#address.addEventListener("change", () => this.#readdress());
    const here = part("here");
    here.hidden = !("geolocation" in navigator);
    here.addEventListener("click", () => this.#here());
  }

  get #place() {
    return this.#lat.value !== "" && this.#lng.value !== "" ? { lat: Number(this.#lat.value), lng: Number(this.#lng.value) } : null;
  }

  /** The map is fetched when somebody wants one, and not for those who do not. */
  async open() {
    if (!this.#fold.open || this.#opened) return;
    this.#opened = true;
    const element = /** @type {HTMLElement} */ (this.#fold.querySelector("[data-map]"));
    const { openMap } = await import("./map.js");
    this.#map = await openMap(element, { onPick: (place) => this.#pick(place) });
    this.show();
    await this.#look();
  }

  /** The pin as the form has it. */
  show() {
    const place = this.#place;
    this.#state.textContent = place ? t("js-pin-set") : "";
    this.#map?.show(place ? [{ id: "puerta", kind: "pin", label: t("js-pin-set"), ...place }] : []);
    this.#clear.hidden = !place;
  }

  /** Onto the pin, else the barrio that was chosen; the whole city when there is neither. */
  async #look() {
    if (this.#place) return this.#map?.fit();
    const zones = this.#barrio.value.trim() ? await this.#known() : null;
    const corners = zones ? cornersOf(zones, this.#barrio.value) : [];
    if (corners.length && !this.#place) this.#map?.see(corners);
  }

  /** The zones; null when they cannot be had: then nobody is told a barrio. */
  #known() {
    const url = /** @type {HTMLElement} */ (this.#fold.querySelector("[data-map]")).dataset.zones ?? "/zonas.geojson";
    this.#zones ??= json(url).catch(() => null);
    return this.#zones;
  }

  /** @param {Place | null} place */
  #put(place) {
    this.#turn += 1;
    [this.#lat.value, this.#lng.value] = place ? [String(place.lat), String(place.lng)] : ["", ""];
    this.#of.value = place ? this.#address.value : "";
    this.#tell("");
    this.show();
  }

  /** Another address has another door. One that is written first after its pin was set is the pin's own. */
  #readdress() {
    if (!this.#place || isSame(this.#address.value, this.#of.value)) return;
    if (!this.#of.value.trim()) {
      this.#of.value = this.#address.value;
      return;
    }
    this.#put(null);
    this.#state.textContent = t("js-pin-moved");
  }

  /**
   * @param {Place} place
   * @param {string} [said] what is said of it beside its barrio
   */
  async #pick(place, said = "") {
    this.#put(place);
    this.#tell(said);
    const turn = this.#turn;
    const zones = await this.#known();
    if (turn !== this.#turn || !zones) return;
    const zone = zoneAt(zones, place);
    const chosen = this.#barrio.value.trim();
    if (!zone || isSame(zone, chosen)) return;
    if (!chosen) this.#barrio.value = zone;
    this.#tell([said, t(chosen ? "js-pin-elsewhere" : "js-pin-barrio", { barrio: zone })].filter(Boolean).join(" "), chosen ? zone : "");
  }

  /** Asks the device, because somebody tapped for that. */
  async #here() {
    const turn = (this.#turn += 1);
    this.#tell(t("js-here-looking"));
    const here = await findHere(navigator.geolocation);
    if (turn !== this.#turn) return;
    if ("failed" in here) return this.#tell(t(here.failed === "refused" ? "js-here-refused" : "js-here-unknown"));
    await this.#pick(here.place, t("js-here-found"));
    this.#map?.fit();
  }

  /**
   * @param {string} said
   * @param {string} [zone] a barrio that is offered
   */
  #tell(said, zone = "") {
    this.#says.textContent = said;
    this.#change.hidden = !zone;
    this.#change.dataset.zone = zone;
    this.#change.textContent = zone ? t("js-pin-change", { barrio: zone }) : "";
  }

  #takeOver() {
    this.#barrio.value = this.#change.dataset.zone ?? "";
    this.#tell(t("js-pin-barrio", { barrio: this.#barrio.value }));
    this.#clear.focus();
  }

  /** Another barrio was chosen: what was said of the last one is over. */
  #rename() {
    if (!this.#change.hidden) this.#tell("");
    // Nobody who has no map open waits for the zones.
    if (this.#map) this.#look();
  }
}
