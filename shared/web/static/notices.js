// Notices on this device: asks the browser for leave, its push service for an address, and hands that to our server. A page
// has the button (notices.html); it shows once the module knows that notices work here.
//
// The server ends a subscription with the session it was made in. Who asked for notices on this device gets them again
// with the next log-in, and nobody else does: the device remembers for which account.

import { toast } from "./components.js";
import { t } from "./texts.js";

/**
 * @typedef {{ clave: string | null, cuenta: number | null, activo: boolean }} Standing
 * What the server says: the key to subscribe with, whose session this is, and whether it tells this session's browser.
 * @typedef {"impossible" | "install" | "blocked" | "off" | "on"} State
 * @typedef {{
 *   workers?: { ready: Promise<{ pushManager: PushManager }> },
 *   permission: () => NotificationPermission,
 *   ask: () => Promise<NotificationPermission>,
 *   call: (method: string, path: string, body?: unknown) => Promise<Standing | null>,
 *   memory: Pick<Storage, "getItem" | "setItem" | "removeItem">,
 *   installable: boolean,
 * }} Device
 */

const REMEMBERED = "belgrano-avisos";

/** @type {Record<State, string>} */
const TEXTS = {
  impossible: "",
  install: "js-notices-install",
  blocked: "js-notices-blocked",
  off: "js-notices-off",
  on: "js-notices-on",
};

/**
 * The bytes of base64url.
 * @param {string} text
 */
export function bytes(text) {
  return Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (char) => char.charCodeAt(0));
}

/** Notices on one device, for whoever is logged in. */
export class Notices {
  /** @type {Standing} */
  #standing = { clave: null, cuenta: null, activo: false };

  /** @param {Device} device */
  constructor(device) {
    this.device = device;
  }

  /**
   * Where things stand; subscribes again who has logged in again.
   * @returns {Promise<State>}
   */
  async look() {
    const { workers, permission, installable } = this.device;
    if (!workers) return installable ? "install" : "impossible";
    const standing = await this.device.call("GET", "/api/avisos/clave");
    if (!standing?.clave || standing.cuenta === null) return "impossible";
    this.#standing = standing;
    if (permission() === "denied") return "blocked";
    const wanted = this.device.memory.getItem(REMEMBERED) === String(standing.cuenta);
    if (permission() !== "granted" || !wanted) return "off";
    const manager = (await workers.ready).pushManager;
    if (!standing.activo || !same(await manager.getSubscription(), standing.clave)) await this.#subscribe();
    return "on";
  }

  /**
   * Asks for leave, and subscribes. Call it while a finger is on the button: browsers want that.
   * @returns {Promise<State>}
   */
  async on() {
    const leave = await this.device.ask();
    if (leave !== "granted") return leave === "denied" ? "blocked" : "off";
    await this.#subscribe();
    this.device.memory.setItem(REMEMBERED, String(this.#standing.cuenta));
    return "on";
  }

  /** @returns {Promise<State>} */
  async off() {
    this.device.memory.removeItem(REMEMBERED);
    const manager = (await this.device.workers?.ready)?.pushManager;
    const subscription = await manager?.getSubscription();
    if (subscription) {
      await this.device.call("DELETE", "/api/avisos", { endpoint: subscription.endpoint });
      await subscription.unsubscribe();
    }
    return "off";
  }

  async #subscribe() {
    const manager = (await this.device.workers?.ready)?.pushManager;
    const { clave } = this.#standing;
    if (!manager || !clave) throw new Error("there is nothing to subscribe with");
    let subscription = await manager.getSubscription();
    if (subscription && !same(subscription, clave)) {
      await subscription.unsubscribe();
      subscription = null;
    }
    subscription ??= await manager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(clave) });
    await this.device.call("POST", "/api/avisos", subscription.toJSON());
  }
}

/**
 * Whether a subscription was made with this key: with another, its push service takes nothing from us.
 * @param {PushSubscription | null} subscription
 * @param {string} key
 */
function same(subscription, key) {
  const made = subscription?.options.applicationServerKey;
  if (!made) return subscription !== null;
  const [one, other] = [new Uint8Array(made), bytes(key)];
  return one.length === other.length && one.every((byte, place) => byte === other[place]);
}

/** @returns {Device} */
function browser() {
  const able = "serviceWorker" in navigator && "PushManager" in globalThis && "Notification" in globalThis;
  return {
    ...(able && { workers: navigator.serviceWorker }),
    permission: () => Notification.permission,
    ask: () => Notification.requestPermission(),
    async call(method, path, body) {
      const headers = { "content-type": "application/json" };
      const answer = await fetch(path, { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) });
      if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status}`);
      return answer.status === 204 ? null : answer.json();
    },
    memory: localStorage,
    // Only Safari on an iPhone says whether it was opened from its home screen, and has notices only there.
    installable: "standalone" in navigator && !navigator.standalone,
  };
}

/**
 * Shows where things stand, and does what the button says.
 * @param {HTMLElement} place
 * @param {Notices} notices
 */
export function show(place, notices) {
  const button = /** @type {HTMLButtonElement} */ (place.querySelector("button"));
  const text = /** @type {HTMLElement} */ (place.querySelector("[data-text]"));
  /** @param {State} state */
  const draw = (state) => {
    place.hidden = state === "impossible";
    place.dataset.state = state;
    text.textContent = TEXTS[state] && t(TEXTS[state]);
    button.hidden = state === "install" || state === "blocked";
    button.textContent = t(state === "on" ? "js-notices-stop" : "js-notices-start");
    button.classList.toggle("quiet", state === "on");
  };
  button.addEventListener("click", async () => {
    if (button.getAttribute("aria-busy")) return;
    button.setAttribute("aria-busy", "true");
    try {
      draw(await (place.dataset.state === "on" ? notices.off() : notices.on()));
    } catch {
      toast(t("js-notices-failed"));
    }
    button.removeAttribute("aria-busy");
  });
  // Without an answer there is nothing to offer; the page works all the same.
  return notices.look().then(draw, () => draw("impossible"));
}

const place = /** @type {HTMLElement | null | undefined} */ (globalThis.document?.querySelector("[data-notices]"));
if (place) show(place, new Notices(browser()));
