// The menu "move to…": what a drag does, for whoever has no mouse or would rather read names.

import { fold } from "./board-search.js";
import { t } from "./texts.js";

/** @typedef {import("./board-actions.js").Target} Target */

/**
 * @param {HTMLDialogElement} dialog
 * @param {import("./board.js").Board} board
 * @param {object} hooks
 * @param {(numbers: string[]) => Map<string, number>} hooks.look the versions that are shown
 * @param {(numbers: string[], target: Target, seen: Map<string, number>) => void} hooks.move
 * @param {(numbers: string[], priority: string, seen: Map<string, number>) => void} hooks.prioritise
 * @param {(number: string) => void} hooks.open
 */
export function moveMenu(dialog, board, { look, move, prioritise, open }) {
  const part = (/** @type {string} */ name) => /** @type {HTMLElement} */ (dialog.querySelector(`[data-move-${name}]`));
  const [title, list, chips, link] = [part("title"), part("list"), part("priority"), part("open")];
  const search = /** @type {HTMLInputElement} */ (part("search"));
  /** @type {string[]} */
  let numbers = [];
  /** As they were when it was opened: somebody else may be first. @type {Map<string, number>} */
  let seen = new Map();

  const rows = () => {
    const wanted = fold(search.value);
    const loads = board.loads();
    const drivers = [...board.drivers.values()].filter(({ nombre }) => fold(nombre).includes(wanted));
    const room = (/** @type {import("./board.js").Driver} */ { id, capacidad }) => capacidad - (loads.get(id) ?? 0);
    drivers.sort((a, b) => Number(b.en_turno) - Number(a.en_turno) || room(b) - room(a) || a.nombre.localeCompare(b.nombre));
    const only = numbers.length === 1 ? board.ticket(numbers[0] ?? "") : undefined;
    const own = wanted ? [] : [row("auto", t("board-js-move-auto"), "")];
    if (!wanted && only?.estado !== "pendiente") own.push(row("pool", t("board-js-move-pool"), ""));
    const named = drivers.map((driver) => {
      const load = t("board-js-load", { load: loads.get(driver.id) ?? 0, capacity: driver.capacidad });
      const here = only?.repartidor_id === driver.id && only.estado !== "fallido" ? t("board-js-here") : "";
      const full = room(driver) > 0 ? "" : t("board-js-no-room");
      return row(driver.id, driver.nombre, [load, driver.en_turno ? full : t("board-js-off-shift"), here].filter(Boolean).join(" · "), !!here);
    });
    list.replaceChildren(...own, ...named);
  };

  /**
   * @param {Target} target
   * @param {string} name
   * @param {string} about
   * @param {boolean} [here]
   */
  const row = (target, name, about, here = false) => {
    const item = document.createElement("li");
    const button = document.createElement("button");
    button.type = "button";
    button.dataset.target = String(target);
    button.disabled = here;
    const strong = document.createElement("strong");
    strong.textContent = name;
    const small = document.createElement("span");
    small.className = "muted";
    small.textContent = about;
    button.append(strong, small);
    item.append(button);
    return item;
  };

  list.addEventListener("click", (event) => {
    const target = /** @type {HTMLElement | null} */ (/** @type {Element} */ (event.target).closest("[data-target]"))?.dataset.target;
    if (!target) return;
    dialog.close();
    move(numbers, target === "auto" || target === "pool" ? target : Number(target), seen);
  });
  chips.addEventListener("click", (event) => {
    const priority = /** @type {HTMLElement | null} */ (/** @type {Element} */ (event.target).closest("[data-priority]"))?.dataset.priority;
    if (!priority) return;
    dialog.close();
    prioritise(numbers, priority, seen);
  });
  link.addEventListener("click", (event) => {
    event.preventDefault();
    dialog.close();
    open(numbers[0] ?? "");
  });
  search.addEventListener("input", rows);
  search.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    /** @type {HTMLButtonElement | null} */ (list.querySelector("button:not(:disabled)"))?.click();
  });
  dialog.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    const stops = /** @type {HTMLElement[]} */ ([search, ...list.querySelectorAll("button:not(:disabled)")]);
    const place = stops.indexOf(/** @type {HTMLElement} */ (document.activeElement));
    if (place < 0) return;
    event.preventDefault();
    stops[place + (event.key === "ArrowDown" ? 1 : -1)]?.focus();
  });

  /** @param {string[]} chosen */
  return (chosen) => {
    numbers = chosen;
    seen = look(chosen);
    const [number] = chosen;
    const only = chosen.length === 1 ? board.ticket(number ?? "") : undefined;
    title.textContent = only ? t("board-js-move-one", { number: only.numero }) : t("board-js-move-many", { n: chosen.length });
    for (const chip of chips.querySelectorAll("button")) chip.setAttribute("aria-pressed", String(chip.dataset.priority === only?.prioridad));
    link.hidden = !only;
    link.setAttribute("href", `/tickets/${number}`);
    search.value = "";
    rows();
    dialog.showModal();
    search.focus();
  };
}
