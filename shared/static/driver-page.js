// The driver's page: fresh like any other, and it tells where the driver is while on shift.

import { PositionSharer } from "./driver.js";
import { live } from "./page.js";
import { attach } from "./proof.js";

const root = document.querySelector("[data-live]");
const told = document.querySelector("[data-position-status]");

if (root) {
  attach(root);
  root.addEventListener("refreshed", () => attach(root));
}

if (live && "geolocation" in navigator) {
  const sharer = new PositionSharer(navigator.geolocation, (frame) => live.send(frame));
  const update = () => {
    const onShift = root.querySelector("[data-shift]")?.dataset.shift === "on";
    if (told) told.textContent = onShift ? "Compartiendo tu posición" : "";
    sharer.set(onShift, () => {
      if (told) told.textContent = "Sin permiso para compartir tu posición";
    });
  };
  root.addEventListener("refreshed", update);
  root.addEventListener("live", () => sharer.retry());
  update();
}
