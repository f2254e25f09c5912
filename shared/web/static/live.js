// One live connection that stays: it subscribes, resumes where it was after a cut, and comes back by itself.
//
// The protocol is the server's (welcome, snapshot, event, position, ping, bye). An event is handed on once and in
// order, or a snapshot replaces everything. While the page is hidden nobody looks, so a lost connection waits until it
// is seen again. Where sockets do not get through (a proxy, a hotel), the page is asked to look for itself, again and
// again, while the attempts go on. `world` is the browser; a test hands in its own.

/** @typedef {{ epoch: string | null, after: number }} Cursor */
/** @typedef {"connecting" | "live" | "waiting" | "polling" | "over"} Status */
/** @typedef {{ type: string, [member: string]: any }} Frame */
/**
 * What a page is told: `changed` of a snapshot, an event or an order; `position` of a driver; `status` of the connection;
 * `poll` when it should look for itself; `denied` when the server will not have us.
 * @typedef {object} Handlers
 * @property {(frame: Frame) => void} [changed]
 * @property {(frame: Frame) => void} [position]
 * @property {(word: Status) => void} [status]
 * @property {() => void} [poll]
 * @property {(code: number) => void} [denied]
 */
/** @typedef {Pick<WebSocket, "readyState" | "send" | "close" | "onmessage" | "onclose">} Socket */
/**
 * @typedef {object} World
 * @property {(url: string) => Socket} open
 * @property {(run: () => void, ms: number) => number} setTimeout
 * @property {(timer: number | undefined) => void} clearTimeout
 * @property {() => number} random
 * @property {() => boolean} hidden
 * @property {(wake: () => void) => void} onWake
 */

const BASE_MS = 500;
const CAP_MS = 30_000;
// A feed that does not say how often it speaks is asked to within this.
const DEFAULT_HEARTBEAT_S = 25;
// Connections that failed in a row before a page looks for itself.
const POLL_AFTER = 3;

export const CLOSED = { unauthenticated: 4401, forbidden: 4403 };

/**
 * Full jitter (AWS Architecture Blog, "Exponential Backoff And Jitter"): evenly from nothing to the growing cap.
 * @param {number} attempt
 * @param {() => number} random
 */
export function backoffMs(attempt, random) {
  return random() * Math.min(CAP_MS, BASE_MS * 2 ** Math.min(attempt, 16));
}

/** @returns {World} */
export function browser() {
  return {
    open: (url) => new WebSocket(url),
    setTimeout: (run, ms) => window.setTimeout(run, ms),
    clearTimeout: (timer) => window.clearTimeout(timer),
    random: () => Math.random(),
    hidden: () => document.visibilityState === "hidden",
    onWake: (wake) => {
      document.addEventListener("visibilitychange", wake);
      window.addEventListener("online", wake);
      window.addEventListener("pageshow", wake);
    },
  };
}

export class Live {
  #url;
  #handlers;
  #world;
  /** @type {Socket | null} */
  #socket = null;
  /** @type {Cursor | null} */
  #cursor = null;
  /** @type {string | null} */
  #epoch = null;
  #attempt = 0;
  /** @type {number | undefined} */
  #retry;
  /** @type {number | undefined} */
  #watchdog;
  #heartbeatS = DEFAULT_HEARTBEAT_S;
  /** @type {number | null} */
  #byeMs = null;
  #over = false;

  /**
   * @param {string} url
   * @param {Handlers} handlers
   * @param {{ cursor?: Cursor | null, world?: World }} [options] `cursor`: where the page was rendered
   */
  constructor(url, handlers, { cursor = null, world = browser() } = {}) {
    this.#url = url;
    this.#handlers = handlers;
    this.#world = world;
    this.#cursor = cursor;
    world.onWake(() => this.#wake());
    this.#connect();
  }

  /**
   * Says something now, if anybody listens. Tells whether it was said.
   * @param {Frame} frame
   */
  send(frame) {
    if (this.#socket?.readyState !== 1) return false;
    this.#socket.send(JSON.stringify(frame));
    return true;
  }

  stop() {
    this.#over = true;
    this.#cancelTimers();
    this.#socket?.close(1000);
    this.#socket = null;
    this.#status("over");
  }

  /** @param {Status} word */
  #status(word) {
    this.#handlers.status?.(word);
  }

  #connect() {
    this.#cancelTimers();
    if (this.#attempt < POLL_AFTER) this.#status("connecting");
    const socket = this.#world.open(this.#url);
    this.#socket = socket;
    // What an abandoned socket still says is nobody's business.
    socket.onmessage = ({ data }) => socket === this.#socket && this.#read(data);
    socket.onclose = ({ code }) => socket === this.#socket && this.#closed(code);
    this.#expectWord();
  }

  /** @param {string} text */
  #read(text) {
    this.#expectWord();
    /** @type {Frame} */
    let frame;
    try {
      frame = JSON.parse(text);
    } catch {
      return;
    }
    switch (frame.type) {
      case "welcome":
        this.#epoch = frame.epoch;
        this.#heartbeatS = frame.heartbeat_s ?? DEFAULT_HEARTBEAT_S;
        this.send({ type: "subscribe", ...this.#cursor });
        this.#isLive();
        break;
      case "snapshot":
        this.#cursor = { epoch: this.#epoch, after: frame.seq };
        this.#handlers.changed?.({ ...frame, epoch: this.#epoch });
        break;
      case "event":
        if (this.#cursor?.epoch === this.#epoch && frame.seq <= this.#cursor.after) break;
        this.#cursor = { epoch: this.#epoch, after: frame.seq };
        this.#handlers.changed?.(frame);
        break;
      case "pedido":
        this.#isLive();
        this.#handlers.changed?.(frame);
        break;
      case "position":
        this.#handlers.position?.(frame);
        break;
      case "ping":
        this.send({ type: "pong" });
        break;
      case "bye":
        this.#byeMs = frame.retry_after_ms;
        break;
    }
  }

  #isLive() {
    this.#attempt = 0;
    this.#status("live");
  }

  /** @param {number} code */
  #closed(code) {
    this.#socket = null;
    this.#cancelTimers();
    if (this.#over) return;
    if (code === 1000 || code === CLOSED.unauthenticated || code === CLOSED.forbidden) {
      this.#over = true;
      this.#status("over");
      if (code !== 1000) this.#handlers.denied?.(code);
      return;
    }
    const ms = this.#byeMs ?? backoffMs(this.#attempt, this.#world.random);
    this.#byeMs = null;
    this.#attempt += 1;
    const polls = this.#attempt >= POLL_AFTER;
    this.#status(polls ? "polling" : "waiting");
    // A hidden page does not knock; seen again, it does so at once.
    this.#retry = this.#world.setTimeout(() => {
      this.#retry = undefined;
      if (this.#world.hidden()) return;
      if (polls) this.#handlers.poll?.();
      this.#connect();
    }, ms);
  }

  #wake() {
    if (this.#over || this.#socket || this.#world.hidden()) return;
    this.#attempt = 0;
    this.#connect();
  }

  /** A connection that stays silent beyond two heartbeats is dead, whatever the browser thinks. */
  #expectWord() {
    this.#world.clearTimeout(this.#watchdog);
    this.#watchdog = this.#world.setTimeout(() => {
      const dead = this.#socket;
      this.#closed(1006);
      dead?.close();
    }, (this.#heartbeatS * 2 + 10) * 1000);
  }

  #cancelTimers() {
    this.#world.clearTimeout(this.#watchdog);
    this.#world.clearTimeout(this.#retry);
    this.#watchdog = undefined;
    this.#retry = undefined;
  }
}
