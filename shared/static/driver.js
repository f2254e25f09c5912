// Where the driver is, told while on shift and not more often than needed.

const EVERY_MS = 10_000;
/** Whoever was somewhere longer ago may be anywhere now. */
const RECENT_MS = 2 * 60_000;

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
  /** @type {GeolocationPosition | null} */
  #last = null;

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
      this.#unsaid = this.#last = null;
    }
  }

  /** Somebody listens again: a phone that lies still has nothing new to say. */
  retry() {
    if (this.#unsaid) this.#share(this.#unsaid);
  }

  /**
   * Somebody sets out, and whoever waits wants to see from where: what was known last is said once more, with its own time, while
   * it is recent. A phone that lies still has nothing new to say.
   */
  setOut() {
    const last = this.#last;
    if (this.#watch === null || !last || this.#now() - last.timestamp > RECENT_MS) return;
    this.#lastMs = -Infinity;
    this.#share(last);
  }

  /** @param {GeolocationPosition} position */
  #share(position) {
    this.#unsaid = this.#last = position;
    if (this.#now() - this.#lastMs < EVERY_MS) return;
    const { coords, timestamp } = position;
    const ocurrido = new Date(timestamp).toISOString();
    const said = this.#send({ type: "position", lat: coords.latitude, lng: coords.longitude, ocurrido });
    if (!said) return;
    this.#lastMs = this.#now();
    this.#unsaid = null;
  }
}
