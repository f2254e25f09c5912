// Where the driver is, told while on shift and not more often than needed.

const EVERY_MS = 10_000;

/** `send(frame)` tells whether it was said; a position that was not is kept for `retry()`. */
export class PositionSharer {
  #geolocation;
  #send;
  #now;
  /** @type {number | null} */
  #watch = null;
  #lastMs = -Infinity;
  /** @type {GeolocationPosition | null} */
  #unsaid = null;

  /**
   * @param {Pick<Geolocation, "watchPosition" | "clearWatch">} geolocation
   * @param {(frame: import("./live.js").Frame) => boolean} send
   */
  constructor(geolocation, send, now = () => Date.now()) {
    this.#geolocation = geolocation;
    this.#send = send;
    this.#now = now;
  }

  /**
   * Shares while `onShift`; `refused` is called when the person or the phone says no.
   * @param {boolean} onShift
   */
  set(onShift, refused = () => {}) {
    if (onShift && this.#watch === null) {
      this.#watch = this.#geolocation.watchPosition(
        (position) => this.#share(position),
        (error) => error.code === 1 && refused(),
        { enableHighAccuracy: true, maximumAge: EVERY_MS, timeout: 30_000 },
      );
    } else if (!onShift && this.#watch !== null) {
      this.#geolocation.clearWatch(this.#watch);
      this.#watch = null;
      this.#unsaid = null;
    }
  }

  /** Somebody listens again: a phone that lies still has nothing new to say. */
  retry() {
    if (this.#unsaid) this.#share(this.#unsaid);
  }

  /** @param {GeolocationPosition} position */
  #share(position) {
    this.#unsaid = position;
    if (this.#now() - this.#lastMs < EVERY_MS) return;
    const { coords, timestamp } = position;
    const ocurrido = new Date(timestamp).toISOString();
    const said = this.#send({ type: "position", lat: coords.latitude, lng: coords.longitude, ocurrido });
    if (!said) return;
    this.#lastMs = this.#now();
    this.#unsaid = null;
  }
}
