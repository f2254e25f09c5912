// One live connection that stays: it subscribes, resumes where it was after a cut, and comes back by itself.
//
// The protocol is the server's (welcome, snapshot, event, position, ping, bye). An event is handed on once and in
// order, or a snapshot replaces everything. While the page is hidden nobody looks, so a lost connection waits until it
// is seen again. `world` is the browser; a test hands in its own.

const BASE_MS = 500;
const CAP_MS = 30_000;
// A feed that does not say how often it speaks is asked to within this.
const DEFAULT_HEARTBEAT_S = 25;

export const CLOSED = { unauthenticated: 4401, forbidden: 4403 };

/** Full jitter (AWS Architecture Blog, "Exponential Backoff And Jitter"): evenly from nothing to the growing cap. */
export function backoffMs(attempt, random) {
  return random() * Math.min(CAP_MS, BASE_MS * 2 ** Math.min(attempt, 16));
}

export function browser() {
  return {
    open: (url) => new WebSocket(url),
    setTimeout: (run, ms) => setTimeout(run, ms),
    clearTimeout: (timer) => clearTimeout(timer),
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
  #socket = null;
  #cursor = null; // { epoch, after }
  #epoch = null;
  #attempt = 0;
  #retry = null;
  #watchdog = null;
  #heartbeatS = DEFAULT_HEARTBEAT_S;
  #byeMs = null;
  #over = false;

  /**
   * handlers: `changed(frame)` for a snapshot, an event or an order; `position(frame)`; `status(word)` with
   * "connecting", "live", "waiting" or "over"; `denied(code)` when the server will not have us.
   */
  constructor(url, handlers, { cursor = null, world = browser() } = {}) {
    this.#url = url;
    this.#handlers = handlers;
    this.#world = world;
    this.#cursor = cursor;
    world.onWake(() => this.#wake());
    this.#connect();
  }

  /** Says something now, if anybody listens. Tells whether it was said. */
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
    this.#tell("status", "over");
  }

  #tell(handler, what) {
    this.#handlers[handler]?.(what);
  }

  #connect() {
    this.#cancelTimers();
    this.#tell("status", "connecting");
    const socket = this.#world.open(this.#url);
    this.#socket = socket;
    // What an abandoned socket still says is nobody's business.
    const mine = (run) => (event) => socket === this.#socket && run(event);
    socket.onmessage = mine((event) => this.#read(event.data));
    socket.onclose = mine((event) => this.#closed(event.code));
    this.#expectWord();
  }

  #read(text) {
    this.#expectWord();
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
        this.#tell("changed", frame);
        break;
      case "event":
        if (this.#cursor?.epoch === this.#epoch && frame.seq <= this.#cursor.after) break;
        this.#cursor = { epoch: this.#epoch, after: frame.seq };
        this.#tell("changed", frame);
        break;
      case "pedido":
        this.#isLive();
        this.#tell("changed", frame);
        break;
      case "position":
        this.#tell("position", frame);
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
    this.#tell("status", "live");
  }

  #closed(code) {
    this.#socket = null;
    this.#cancelTimers();
    if (this.#over) return;
    if (code === 1000 || code === CLOSED.unauthenticated || code === CLOSED.forbidden) {
      this.#over = true;
      this.#tell("status", "over");
      if (code !== 1000) this.#tell("denied", code);
      return;
    }
    this.#tell("status", "waiting");
    const ms = this.#byeMs ?? backoffMs(this.#attempt, this.#world.random);
    this.#byeMs = null;
    this.#attempt += 1;
    // A hidden page does not knock; seen again, it does so at once.
    this.#retry = this.#world.setTimeout(() => {
      this.#retry = null;
      if (!this.#world.hidden()) this.#connect();
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
    this.#watchdog = null;
    this.#retry = null;
  }
}
