// Completes words of a query (`<textarea data-sql>`): tables and columns of the page's own list, and words of SQL. The arrows choose,
// Enter takes, Escape closes; Tab goes on to the next control as everywhere. Without this module one types them.

import { suggest } from "./console-words.js";
import { t } from "./texts.js";

/** @returns {import("./console-words.js").Tables} */
function tablesOfPage() {
  const tables = new Map();
  for (const table of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-table]"))) {
    const columns = [.../** @type {NodeListOf<HTMLElement>} */ (table.querySelectorAll("[data-column]"))];
    tables.set(table.dataset.table ?? "", columns.map(({ dataset }) => dataset.column ?? ""));
  }
  return tables;
}

/** @param {HTMLTextAreaElement} box */
function complete(box) {
  const tables = tablesOfPage();
  const list = document.createElement("ul");
  list.id = "sql-words";
  list.className = "sql-words";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", t("js-console-words"));
  list.hidden = true;
  const status = document.createElement("p");
  status.className = "visually-hidden";
  status.setAttribute("role", "status");
  box.after(list, status);
  box.setAttribute("aria-autocomplete", "list");
  box.setAttribute("aria-controls", list.id);
  let [from, chosen] = [0, -1];

  const close = () => {
    list.hidden = true;
    chosen = -1;
    box.removeAttribute("aria-activedescendant");
    status.textContent = "";
  };

  /** @param {number} to */
  const choose = (to) => {
    const options = [...list.children];
    chosen = (to + options.length) % options.length;
    for (const [at, option] of options.entries()) option.setAttribute("aria-selected", String(at === chosen));
    const option = options[chosen];
    if (!option) return;
    box.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  };

  const look = () => {
    const caret = box.selectionStart;
    const { from: begin, found } = box.selectionEnd === caret ? suggest(box.value, caret, tables) : { from: caret, found: [] };
    if (!found.length) return close();
    [from, chosen] = [begin, -1];
    box.removeAttribute("aria-activedescendant");
    list.replaceChildren(...found.map(({ word, kind }, at) => {
      const option = document.createElement("li");
      option.id = `sql-word-${at}`;
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", "false");
      option.dataset.word = word;
      const code = document.createElement("code");
      code.textContent = word;
      const small = document.createElement("small");
      small.textContent = t(`js-console-${kind}`);
      option.append(code, " ", small);
      return option;
    }));
    list.hidden = false;
    status.textContent = t("js-console-found", { count: found.length });
  };

  /** @param {string} word */
  const take = (word) => {
    box.setRangeText(word, from, box.selectionStart, "end");
    close();
    box.focus();
  };

  box.addEventListener("input", look);
  box.addEventListener("blur", close);
  box.addEventListener("keydown", (event) => {
    if (event.key === " " && event.ctrlKey) {
      event.preventDefault();
      return look();
    }
    if (list.hidden) return;
    const move = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (move) choose(chosen < 0 && move < 0 ? -1 : chosen + move);
    else if (event.key === "Enter" && chosen >= 0) take(/** @type {HTMLElement} */ (list.children[chosen]).dataset.word ?? "");
    else if (event.key === "Escape") close();
    else {
      if (["ArrowLeft", "ArrowRight", "Home", "End"].includes(event.key)) close();
      return;
    }
    event.preventDefault();
  });
  // Before the box loses the focus.
  list.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    const option = event.target instanceof Element && event.target.closest("[data-word]");
    if (option instanceof HTMLElement) take(option.dataset.word ?? "");
  });
}

for (const box of /** @type {NodeListOf<HTMLTextAreaElement>} */ (document.querySelectorAll("textarea[data-sql]"))) complete(box);
