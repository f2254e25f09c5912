// A field that suggests: the combobox of the ARIA Authoring Practices, with a list that is never chosen from by itself.
//
// Arrows move, Enter picks what is marked (else the form is sent as ever), Escape closes. The focus stays in the field.

import { Lookup } from "./lookup.js";
import { t } from "./texts.js";

/**
 * @template T
 * @typedef {object} Choices
 * @property {(text: string, signal: AbortSignal) => Promise<T[]>} ask
 * @property {(choice: T, option: HTMLElement) => void} fill writes a choice into its option
 * @property {(choice: T) => void} pick
 */

/**
 * Makes `input` suggest.
 * @template T
 * @param {HTMLInputElement} input
 * @param {Choices<T>} choices
 */
export function combobox(input, { ask, fill, pick }) {
  const list = document.createElement("ul");
  list.className = "found";
  list.id = `${input.id}-encontrado`;
  list.role = "listbox";
  list.ariaLabel = input.ariaLabel ?? input.labels?.[0]?.textContent ?? "";
  list.hidden = true;
  const said = document.createElement("span");
  said.className = "visually-hidden";
  said.role = "status";
  input.after(list, said);
  input.role = "combobox";
  input.autocomplete = "off";
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-controls", list.id);
  /** @type {T[]} */
  let shown = [];
  let marked = -1;

  /** @param {number} at */
  const mark = (at) => {
    marked = at;
    for (const [index, option] of [...list.children].entries()) option.ariaSelected = String(index === at);
    const option = list.children[at];
    if (option) {
      input.setAttribute("aria-activedescendant", option.id);
      option.scrollIntoView({ block: "nearest" });
    } else input.removeAttribute("aria-activedescendant");
  };
  /** @param {boolean} open */
  const open = (open) => {
    list.hidden = !open;
    input.ariaExpanded = String(open);
    if (!open) mark(-1);
  };
  open(false);

  const lookup = new Lookup(ask, (found, text) => {
    shown = found;
    list.replaceChildren(...found.map((choice, index) => {
      const option = document.createElement("li");
      option.id = `${list.id}-${index}`;
      option.role = "option";
      fill(choice, option);
      return option;
    }));
    open(found.length > 0);
    said.textContent = text.length < 2 ? "" : t(found.length ? "js-found" : "js-found-none", { count: found.length });
  });

  /** @param {number} at */
  const choose = (at) => {
    const choice = shown[at];
    if (choice === undefined) return;
    lookup.stop();
    open(false);
    pick(choice);
  };

  input.addEventListener("input", () => lookup.type(input.value));
  input.addEventListener("keydown", (event) => {
    const last = shown.length - 1;
    if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      open(false);
    } else if (event.key === "ArrowDown" && shown.length) {
      event.preventDefault();
      open(true);
      mark(marked >= last ? 0 : marked + 1);
    } else if (event.key === "ArrowUp" && shown.length) {
      event.preventDefault();
      open(true);
      mark(marked <= 0 ? last : marked - 1);
    } else if (event.key === "Enter" && marked >= 0) {
      event.preventDefault();
      choose(marked);
    }
  });
  input.addEventListener("blur", () => {
    // An answer that comes later would open the list where nobody can close it.
    lookup.stop();
    open(false);
  });
  // Before the field loses the focus, which would close the list under the finger.
  list.addEventListener("pointerdown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const option = event.target instanceof Element ? event.target.closest("li") : null;
    if (option) choose([...list.children].indexOf(option));
  });
}
