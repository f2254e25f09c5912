// What the pieces of components.css do once there is script: dialogs, menus, countdowns, toasts, steppers, and buttons that are
// not pressed twice. Every page loads it, and works without it.

import { learn, serverNow } from "./clock.js";
import { t } from "./texts.js";

/**
 * Time that is left, as a clock: `0:45`, `12:03`, `1:02:03`.
 * @param {number} ms
 */
export function clock(ms) {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  const two = (/** @type {number} */ part) => String(part).padStart(2, "0");
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  return hours ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

/**
 * Moves every `<time class="countdown" datetime="end" data-from="begin">` within `root`; at its end it says `ended`.
 * @param {ParentNode} root
 * @param {number} now
 */
export function tick(root, now) {
  for (const time of /** @type {NodeListOf<HTMLTimeElement>} */ (root.querySelectorAll("time.countdown"))) {
    const [end, begin] = [Date.parse(time.dateTime), Date.parse(time.dataset.from ?? "")];
    const left = end - now;
    time.textContent = clock(left);
    time.style.setProperty("--left", String(Math.min(1, Math.max(0, left / (end - begin || 1)))));
    time.classList.toggle("ending", left < 15_000);
    if (left <= 0 && !("ended" in time.dataset)) {
      time.dataset.ended = "";
      time.dispatchEvent(new Event("ended", { bubbles: true }));
    }
  }
}

/**
 * Says something that goes away by itself; with an action it stays longer. Gives back what takes it away.
 * @param {string} text
 * @param {{ action?: string, run?: () => void, ms?: number }} [options]
 */
export function toast(text, { action, run, ms = action ? 10_000 : 5000 } = {}) {
  const toast = document.createElement("div");
  toast.className = "toast";
  toast.append(text);
  const gone = () => {
    clearTimeout(timer);
    toast.remove();
  };
  const timer = setTimeout(gone, ms);
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = action ?? t("js-close");
  button.addEventListener("click", () => {
    gone();
    if (action) run?.();
  });
  toast.append(button);
  const told = document.querySelector(".toasts");
  // The same again takes the place of what was said before.
  for (const other of told?.children ?? []) if (other.firstChild?.textContent === text) other.remove();
  told?.append(toast);
  return gone;
}

/**
 * What a click on `target` does to the pieces around it.
 * @param {Element} target
 */
function press(target) {
  const opener = /** @type {HTMLElement | null} */ (target.closest("[data-open]"));
  if (opener) {
    const dialog = document.getElementById(opener.dataset.open ?? "");
    if (dialog instanceof HTMLDialogElement) dialog.showModal();
  }
  // The dialog itself is under the finger only where its backdrop is.
  if (target.closest("[data-close]") || target instanceof HTMLDialogElement) target.closest("dialog")?.close();
  const step = /** @type {HTMLElement | null} */ (target.closest("[data-step]"));
  const input = step?.closest(".stepper")?.querySelector("input");
  if (step && input) {
    if (Number(step.dataset.step) > 0) input.stepUp();
    else input.stepDown();
    input.dispatchEvent(new Event("change", { bubbles: true }));
  }
}

/**
 * Closes the menus that nobody is in any more: a click or the focus went elsewhere.
 * @param {EventTarget | null} target
 */
function leaveMenus(target) {
  for (const menu of /** @type {NodeListOf<HTMLDetailsElement>} */ (document.querySelectorAll("details[data-menu][open]"))) {
    if (!(target instanceof Node && menu.contains(target))) menu.open = false;
  }
}

/**
 * A button that turns something on and off, as this browser last had it.
 * @param {HTMLElement} button
 * @param {string} key
 * @param {(on: boolean) => void} turn
 */
export function switched(button, key, turn) {
  /** @param {boolean} on */
  const set = (on) => {
    button.setAttribute("aria-pressed", String(on));
    turn(on);
  };
  button.addEventListener("click", () => {
    const on = button.getAttribute("aria-pressed") !== "true";
    set(on);
    try {
      localStorage.setItem(key, on ? "1" : "");
    } catch {
      // It is asked for again next time.
    }
  });
  set(localStorage.getItem(key) === "1");
  button.hidden = false;
}

if (globalThis.document) {
  document.addEventListener("click", ({ target }) => leaveMenus(target));
  document.addEventListener("focusin", ({ target }) => leaveMenus(target));
  document.addEventListener("keydown", (event) => {
    const menu = event.key === "Escape" && document.querySelector("details[data-menu][open]");
    if (!menu) return;
    leaveMenus(null);
    menu.querySelector("summary")?.focus();
  });
  document.addEventListener("click", (event) => {
    if (event.target instanceof Element) press(event.target);
  });
  document.addEventListener("submit", (event) => {
    if (event.defaultPrevented || !event.submitter) return;
    // After the form was read: a button that is disabled earlier would not be sent with it.
    const { submitter } = event;
    setTimeout(() => submitter.setAttribute("aria-busy", "true"));
  });
  // A page that comes back out of the browser's memory has not been sent.
  window.addEventListener("pageshow", () => {
    for (const busy of document.querySelectorAll("[aria-busy=true]")) busy.removeAttribute("aria-busy");
  });
  const move = () => tick(document, serverNow());
  if (document.querySelector("time.countdown, [data-live]")) {
    setInterval(move, 1000);
    learn().then(move);
  }
  move();
}
