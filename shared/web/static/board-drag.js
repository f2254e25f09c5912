// Cards dragged with a mouse or a pen from column to column. A finger scrolls: for it, and for the keyboard, there is the
// menu of each card. Nothing of the page moves while dragging but one ghost, once a frame.

import { t } from "./texts.js";

/** From here on a press is a drag. */
const FAR_PX = 6;
/** So close to the edge of the window the page scrolls along. */
const EDGE_PX = 72;

/**
 * @typedef {object} Dragging
 * @property {string[]} numbers
 * @property {Map<string, number>} seen their versions when the drag began
 * @property {HTMLElement} item
 * @property {HTMLElement} ghost
 * @property {HTMLElement | null} over
 * @property {HTMLElement[]} closed columns that look as if nothing should be dropped there
 */

/**
 * @param {HTMLElement} root
 * @param {object} hooks
 * @param {(number: string) => string[]} hooks.taken which go along with this one; none: it cannot be moved
 * @param {(column: HTMLElement) => boolean} hooks.takes whether something may be dropped there
 * @param {(numbers: string[], column: HTMLElement) => boolean} hooks.doubts whether something speaks against it
 * @param {(numbers: string[], column: HTMLElement, seen: Map<string, number>) => void} hooks.drop
 * @param {(numbers: string[]) => Map<string, number>} hooks.look the versions that are shown
 */
export function drags(root, { taken, takes, doubts, drop, look }) {
  /** @type {{ x: number, y: number, item: HTMLElement } | null} */
  let pressed = null;
  /** @type {Dragging | null} */
  let drag = null;
  let at = { x: 0, y: 0 };
  let frame = 0;

  /** @param {PointerEvent} event */
  const press = (event) => {
    const target = /** @type {Element} */ (event.target);
    const item = /** @type {HTMLElement | null} */ (target.closest("[data-key]"));
    if (event.button !== 0 || event.pointerType === "touch" || !item || target.closest("input, label, button, .more")) return;
    pressed = { x: event.clientX, y: event.clientY, item };
    addEventListener("pointermove", moved);
    addEventListener("pointerup", released);
    addEventListener("pointercancel", end);
    addEventListener("keydown", escaped, true);
  };

  /** @param {PointerEvent} event */
  const moved = (event) => {
    at = { x: event.clientX, y: event.clientY };
    if (!drag && pressed && Math.hypot(at.x - pressed.x, at.y - pressed.y) > FAR_PX) begin(pressed.item);
    if (drag) {
      event.preventDefault();
      frame ||= requestAnimationFrame(follow);
    }
  };

  /** @param {HTMLElement} item */
  const begin = (item) => {
    const numbers = taken(item.dataset.key ?? "");
    if (!numbers.length) {
      addEventListener("click", swallow, { capture: true, once: true });
      addEventListener("pointerup", () => setTimeout(() => removeEventListener("click", swallow, true)), { once: true });
      return end();
    }
    const ghost = /** @type {HTMLElement} */ (item.cloneNode(true));
    ghost.removeAttribute("data-key");
    ghost.setAttribute("aria-hidden", "true");
    ghost.classList.add("ghost");
    ghost.style.width = `${item.offsetWidth}px`;
    if (numbers.length > 1) {
      const count = document.createElement("strong");
      count.className = "count";
      count.textContent = t("board-js-dragging", { n: numbers.length });
      ghost.append(count);
    }
    document.body.append(ghost);
    item.classList.add("dragged");
    root.classList.add("dragging");
    getSelection()?.removeAllRanges();
    const columns = /** @type {HTMLElement[]} */ ([...root.querySelectorAll("[data-column]")]);
    const closed = columns.filter((column) => !column.contains(item) && (!takes(column) || doubts(numbers, column)));
    for (const column of closed) column.classList.add("closed");
    drag = { numbers, seen: look(numbers), item, ghost, over: null, closed };
  };

  const follow = () => {
    frame = 0;
    if (!drag) return;
    drag.ghost.style.translate = `${at.x + 8}px ${at.y + 8}px`;
    const column = /** @type {HTMLElement | null} */ (document.elementFromPoint(at.x, at.y)?.closest("[data-column]") ?? null);
    const over = column && takes(column) ? column : null;
    if (over !== drag.over) {
      drag.over?.classList.remove("over");
      over?.classList.add("over");
      drag.over = over;
    }
    const step = at.y < EDGE_PX ? at.y - EDGE_PX : at.y > innerHeight - EDGE_PX ? at.y - innerHeight + EDGE_PX : 0;
    if (step) {
      scrollBy({ top: step / 3, behavior: "instant" });
      frame = requestAnimationFrame(follow);
    }
  };

  const released = () => {
    if (frame) follow();
    const done = drag;
    const over = drag?.over;
    // The click that follows a drag is not meant for the card.
    if (done) addEventListener("click", swallow, { capture: true, once: true });
    end();
    setTimeout(() => removeEventListener("click", swallow, true));
    if (done && over) drop(done.numbers, over, done.seen);
  };

  /** @param {Event} event */
  const swallow = (event) => {
    event.preventDefault();
    event.stopPropagation();
  };

  /** @param {KeyboardEvent} event */
  const escaped = (event) => {
    if (event.key !== "Escape") return;
    if (drag) swallow(event);
    end();
  };

  const end = () => {
    cancelAnimationFrame(frame);
    frame = 0;
    drag?.ghost.remove();
    drag?.item.classList.remove("dragged");
    drag?.over?.classList.remove("over");
    for (const column of drag?.closed ?? []) column.classList.remove("closed");
    root.classList.remove("dragging");
    drag = pressed = null;
    removeEventListener("pointermove", moved);
    removeEventListener("pointerup", released);
    removeEventListener("pointercancel", end);
    removeEventListener("keydown", escaped, true);
  };

  root.addEventListener("pointerdown", press);
  root.addEventListener("dragstart", (event) => event.preventDefault());
}
