// Where somebody is, asked once and only when they want it.

/** A phone that has just woken up needs some seconds; beyond that people tap the map. */
const PATIENCE_MS = 15_000;
/** A position of a minute ago is where they still are. */
const OLDEST_MS = 60_000;
/** A pin on a door that is farther off than this sends a driver elsewhere: a network's guess is no place. */
const ROUGH_M = 200;
/** `GeolocationPositionError.PERMISSION_DENIED`. */
const REFUSED = 1;

/** @typedef {{ place: { lat: number, lng: number } } | { failed: "refused" | "unknown" }} Here */

/**
 * @param {Pick<Geolocation, "getCurrentPosition">} geolocation
 * @returns {Promise<Here>}
 */
export function findHere(geolocation) {
  return new Promise((resolve) => {
    geolocation.getCurrentPosition(
      ({ coords: { latitude, longitude, accuracy } }) =>
        resolve(accuracy > ROUGH_M ? { failed: "unknown" } : { place: { lat: latitude, lng: longitude } }),
      ({ code }) => resolve({ failed: code === REFUSED ? "refused" : "unknown" }),
      { enableHighAccuracy: true, timeout: PATIENCE_MS, maximumAge: OLDEST_MS },
    );
  });
}
