// Where the driver is, told while on shift and not more often than needed. Each fix goes with what the phone's clock says when
// it is sent, by which the board knows how far that is off.

const EVERY_MS = 10_000;
/** Whoever was somewhere longer ago may be anywhere now. */
const RECENT_MS = 2 * 60_000;
/** What a fix says of its time is believed within this of when it was heard: some phones have it from the satellites. */
const NEAR_MS = 60_000;

/** @typedef {{ coords: GeolocationCoordinates, at: number }} Fix `at`: by the phone's clock */

/** `send(frame)` tells whether it was said; a position that was not is kept for `retry()`. */
export class PositionSharer {
  #geolocation;
  #send;
  #now;
  /** @type {number | null} */
  #watch = null;
  #lastMs = -Infinity;
  /** @type {Fix | null} */
  #unsaid = null;
  /** @type {Fix | null} */
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
        ({ coords, timestamp }) => this.#share({ coords, at: this.#time(timestamp) }),
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
    if (this.#watch === null || !last || this.#now() - last.at > RECENT_MS) return;
    this.#lastMs = -Infinity;
    this.#share(last);
  }

  /** @param {number} timestamp */
  #time(timestamp) {
    const now = this.#now();
    return Math.abs(now - timestamp) <= NEAR_MS ? timestamp : now;
  }

  /** @param {Fix} fix */
  #share(fix) {
    this.#unsaid = this.#last = fix;
    const [now, passed] = [this.#now(), this.#now() - this.#lastMs];
    // Less than nothing: the clock was set back, and nobody knows how long ago that was.
    if (passed >= 0 && passed < EVERY_MS) return;
    const [ocurrido, enviado] = [new Date(fix.at).toISOString(), new Date(now).toISOString()];
    const said = this.#send({ type: "position", lat: fix.coords.latitude, lng: fix.coords.longitude, ocurrido, enviado });
    if (!said) return;
    this.#lastMs = now;
    this.#unsaid = null;
  }
}
