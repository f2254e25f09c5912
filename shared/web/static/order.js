// An order that is followed: kept fresh by page.js; here is the map with whoever brings it.

import { serverNow } from "./clock.js";
import { openMap } from "./map.js";
import "./page.js";
import { t } from "./texts.js";

/** A position older than this is drawn pale: it may be anywhere by now. */
const STALE_MS = 2 * 60_000;
const TICK_MS = 10_000;

const root = /** @type {HTMLElement} */ (document.querySelector(".follow"));
/** @type {HTMLElement | null} */
let drawn = null;
/** @type {import("./map.js").OpenMap | null} */
let map = null;

/** @returns {HTMLElement | null} */
const line = () => root.querySelector("[data-fix]");

/** @param {DOMStringMap} data @param {string} lat @param {string} lng */
const place = (data, lat, lng) => (data[lat] && data[lng] ? { lat: Number(data[lat]), lng: Number(data[lng]) } : null);

/** What the page knows now, on the map and in words. */
function show() {
  const [said, element] = [line(), /** @type {HTMLElement | null} */ (root.querySelector("[data-map]"))];
  const fix = said && place(said.dataset, "lat", "lng");
  const age = said?.dataset.at ? serverNow() - Date.parse(said.dataset.at) : Infinity;
  if (said && fix) said.textContent = age < 60_000 ? t("js-fix-now") : t("js-fix-minutes", { minutes: Math.floor(age / 60_000) });
  // A page holds few WebGL contexts: what the server took away or replaced gives its own back.
  if (drawn && element !== drawn) leave();
  if (!element) return;
  /** @type {import("./map.js").Marker[]} */
  const markers = [];
  const door = place(element.dataset, "doorLat", "doorLng");
  if (door) markers.push({ id: "puerta", kind: "stop", label: element.dataset.door ?? "", ...door });
  if (fix) markers.push({ id: "reparto", kind: "driver", label: element.dataset.driver ?? "", stale: age > STALE_MS, ...fix });
  // A map of nothing says nothing.
  if (!fix) return;
  if (element === drawn) return map?.show(markers);
  drawn = element;
  element.hidden = false;
  openMap(element).then((open) => {
    // Another took its place while it loaded.
    if (element !== drawn) return open?.close();
    map = open;
    show();
    map?.fit();
  });
}

function leave() {
  map?.close();
  [map, drawn] = [null, null];
}

root.addEventListener("position", (event) => {
  const said = line();
  if (!said || !(event instanceof CustomEvent)) return;
  const { lat, lng, at } = event.detail;
  Object.assign(said.dataset, { lat, lng, at });
  show();
});
root.addEventListener("refreshed", show);
setInterval(show, TICK_MS);
show();
