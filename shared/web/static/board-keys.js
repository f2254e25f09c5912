// The board by keyboard. Single letters work only while a card has the focus (WCAG 2.1.4).

/**
 * @param {HTMLElement} root
 * @param {object} hooks
 * @param {(item: HTMLElement) => void} hooks.reach
 * @param {(number: string) => void} hooks.menu
 * @param {(number: string) => void} hooks.open
 * @param {(number: string) => void} hooks.pick
 * @param {() => void} hooks.search
 * @param {() => void} hooks.escape
 */
export function keys(root, { reach, menu, open, pick, search, escape }) {
  /** @param {Element | null | undefined} item */
  const go = (item) => {
    const link = /** @type {HTMLElement | null | undefined} */ (item?.querySelector("h3 a"));
    if (!item || !link) return;
    reach(/** @type {HTMLElement} */ (item));
    link.focus();
    item.scrollIntoView({ block: "nearest", inline: "nearest" });
  };

  /**
   * The card beside this one, in the next column that has any.
   * @param {HTMLElement} item
   * @param {1 | -1} step
   */
  const beside = (item, step) => {
    const columns = [...root.querySelectorAll("[data-column]")].filter((column) => column.querySelector("[data-key]") || column.contains(item));
    const own = columns.findIndex((column) => column.contains(item));
    const place = [...(item.parentElement?.children ?? [])].indexOf(item);
    const cards = columns[own + step]?.querySelectorAll("[data-key]");
    return cards?.[Math.min(place, cards.length - 1)];
  };

  root.addEventListener("keydown", (event) => {
    const item = /** @type {HTMLElement | null} */ (/** @type {Element} */ (event.target).closest("[data-key]"));
    if (!item || event.ctrlKey || event.metaKey || event.altKey) return;
    const number = item.dataset.key ?? "";
    const isBox = /** @type {Element} */ (event.target).matches("input");
    /** @type {Record<string, (() => void) | undefined>} */
    const does = {
      ArrowDown: () => go(item.nextElementSibling),
      ArrowUp: () => go(item.previousElementSibling),
      ArrowRight: () => go(beside(item, 1)),
      ArrowLeft: () => go(beside(item, -1)),
      Home: () => go(item.parentElement?.firstElementChild),
      End: () => go(item.parentElement?.lastElementChild),
      m: () => menu(number),
      x: () => pick(number),
      Enter: isBox ? () => open(number) : undefined,
      "/": search,
      Escape: escape,
    };
    const run = does[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!run) return;
    event.preventDefault();
    run();
  });
  root.addEventListener("focusin", (event) => {
    const item = /** @type {HTMLElement | null} */ (/** @type {Element} */ (event.target).closest("[data-key]"));
    if (item) reach(item);
  });
}
