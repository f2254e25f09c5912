// Opens the map beside a list: `<div class="map" data-map data-map-of="list's id">` shows every child of the list that says
// where it is (`data-lat`, `data-lng`, and as it likes `data-kind`, `data-state`, `data-label`, `data-href`, `data-stale`). A map
// within a closed `<details>` is opened, and loaded, with it.

import { openMap } from "./map.js";

/** @typedef {import("./map-features.js").Marker} Marker */

/**
 * The markers of a list.
 * @param {ParentNode} list
 * @returns {Marker[]}
 */
export function markersOf(list) {
  const items = /** @type {NodeListOf<HTMLElement>} */ (list.querySelectorAll("[data-lat][data-lng]"));
  return [...items].map(({ id, dataset }) => ({
    id: dataset.key ?? id,
    lat: Number(dataset.lat),
    lng: Number(dataset.lng),
    kind: /** @type {Marker["kind"]} */ (dataset.kind ?? "stop"),
    label: dataset.label ?? "",
    ...(dataset.state && { state: dataset.state }),
    ...(dataset.href && { href: dataset.href }),
    stale: "stale" in dataset,
  }));
}

/** @param {HTMLElement} element */
async function open(element) {
  const list = document.getElementById(element.dataset.mapOf ?? "");
  if (!list) return;
  const map = await openMap(element);
  if (!map) return;
  map.show(markersOf(list));
  map.fit();
  list.closest("[data-live]")?.addEventListener("refreshed", () => map.show(markersOf(list)));
}

if (globalThis.document) {
  for (const element of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-map][data-map-of]"))) {
    const fold = element.closest("details");
    if (!fold || fold.open) open(element);
    else fold.addEventListener("toggle", () => open(element), { once: true });
  }
}
