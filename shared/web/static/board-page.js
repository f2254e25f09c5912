// The board: the live feed into the model, the model onto the page, and what hands do to it.

import { Actions } from "./board-actions.js";
import { Alarm } from "./board-alarm.js";
import { bulkBar } from "./board-bulk.js";
import { briefAge } from "./board-card.js";
import { Board, OPEN } from "./board.js";
import { drags } from "./board-drag.js";
import { drawer } from "./board-drawer.js";
import { Feed } from "./board-feed.js";
import { SavedViews, count, read, written } from "./board-filter.js";
import { askForGoods } from "./board-goods.js";
import { keys } from "./board-keys.js";
import { MapPanel, markers } from "./board-map.js";
import { moveMenu } from "./board-menu.js";
import { Timeline } from "./board-timeline.js";
import { BoardView } from "./board-view.js";
import { Worries } from "./board-worries.js";
import { serverNow } from "./clock.js";
import { switched, toast } from "./components.js";
import { t } from "./texts.js";

const TICK_MS = 5000;

/**
 * @template {HTMLElement} T
 * @param {string} selector
 * @returns {T}
 */
const find = (selector) => /** @type {T} */ (document.querySelector(selector));

const root = find("[data-board]");
const { view: firstView, filter: firstFilter } = read(location.search);
const board = new Board(Number(root.dataset.lateMs));
board.epoch = root.dataset.epoch ?? null;
board.setDrivers(JSON.parse(root.dataset.fleet ?? "[]"));
const view = new BoardView(root, board, firstView, firstFilter);
const aside = drawer(find("#ticket"));
const says = find("[data-board-says]");

const actions = new Actions(board, {
  touch: (numbers) => view.touch(numbers),
  toast,
  results,
  denied: () => location.reload(),
  // Who was told how a ticket is now decides on that.
  answered: (rows) => rows.forEach(({ numero, ticket }) => ticket && chosenAt.has(numero) && chosenAt.set(numero, ticket.version)),
  fetch: (path, options) => fetch(path, options),
});

/** The versions that tickets were chosen at. @type {Map<string, number>} */
const chosenAt = new Map();

/** The versions that somebody sees who begins to do something to these. @param {string[]} numbers */
const look = (numbers) => new Map([...actions.look(numbers)].map(([number, version]) => [number, chosenAt.get(number) ?? version]));

/** The chosen ones, when this is one of them; else this alone. @param {string} number */
const together = (number) => (view.picked.has(number) ? [...view.picked] : [number]);

/**
 * Gives them to somebody; to somebody who is off shift or full only when that is said once more, and what a driver has set out
 * with only when it was read who has the goods. Tells whether nothing is left to do.
 * @param {string[]} numbers
 * @param {import("./board-actions.js").Target} target
 * @param {Map<string, number>} [seen]
 * @param {{ recall?: boolean, anyway?: boolean }} [said]
 * @returns {Promise<boolean>}
 */
async function move(numbers, target, seen = look(numbers), said = {}) {
  const { text: goods, rest } = said.recall ? { text: "", rest: numbers } : actions.goods(numbers, target);
  const doubt = goods || said.anyway ? "" : actions.doubt(numbers, target);
  const go = (/** @type {string[]} */ those, /** @type {boolean} */ recall) => void move(those, target, seen, { ...said, recall });
  if (goods) askForGoods(find("#con-mercaderia"), goods, () => go(numbers, true), rest.length ? () => go(rest, false) : null);
  else if (doubt) toast(doubt, { action: t("board-js-give-anyway"), run: () => void move(numbers, target, seen, { ...said, anyway: true }) });
  else if (await actions.move(numbers, target, seen, said.recall)) {
    unpick(numbers);
    return true;
  }
  return false;
}

const openMenu = moveMenu(find("#mover"), board, {
  look,
  move: (numbers, target, seen) => void move(numbers, target, seen),
  prioritise: async (numbers, prioridad, seen) => {
    if (await actions.prioritise(numbers, prioridad, seen)) unpick(numbers);
  },
  open: aside.open,
});

/**
 * What became of each ticket.
 * @param {string} title
 * @param {import("./board-actions.js").Row[]} rows
 */
function results(title, rows) {
  find("[data-result-title]").textContent = title;
  find("[data-results]").replaceChildren(...rows.map(({ numero, exito, error, ticket }) => {
    const item = document.createElement("li");
    const number = Object.assign(document.createElement("strong"), { className: "nowrap", textContent: numero });
    const driver = ticket?.repartidor_nombre;
    const what = exito ? driver ? `→ ${driver}` : t("board-js-bulk-row-done") : (error ?? "");
    item.className = exito ? "good" : "bad";
    item.append(number, " ", what);
    return item;
  }));
  /** @type {HTMLDialogElement} */ (find("#resultado")).showModal();
}

// What is chosen.

const bulk = /** @type {HTMLFormElement} */ (find("[data-bulk]"));

function showPicked() {
  bulk.hidden = view.picked.size === 0;
  document.documentElement.classList.toggle("picking", !bulk.hidden);
  find("[data-picked]").textContent = t("board-js-picked", { n: view.picked.size });
}

/** @param {string} number @param {boolean} on */
function choose(number, on) {
  view.pick(number, on);
  if (!on) chosenAt.delete(number);
  else if (!chosenAt.has(number)) chosenAt.set(number, board.ticket(number)?.version ?? 0);
}

function unpick(numbers = [...view.picked]) {
  for (const number of numbers) choose(number, false);
  showPicked();
}

/** The last one that was chosen by hand: a run begins there. */
let anchor = "";

/** @param {string} number @param {boolean} picked @param {boolean} run */
function pick(number, picked, run) {
  const column = run && anchor ? view.shown().find((numbers) => numbers.includes(number) && numbers.includes(anchor)) : undefined;
  if (column) {
    const [from, to] = [column.indexOf(anchor), column.indexOf(number)].sort((a, b) => a - b);
    for (const between of column.slice(from, (to ?? 0) + 1)) choose(between, picked);
  } else {
    choose(number, picked);
  }
  anchor = number;
  showPicked();
}

root.addEventListener("click", (event) => {
  const target = /** @type {Element} */ (event.target);
  const number = /** @type {HTMLElement | null} */ (target.closest("[data-key]"))?.dataset.key;
  if (!number) return;
  const box = /** @type {HTMLInputElement | null} */ (target.closest("input[name=numeros]"));
  if (box) return pick(number, box.checked, event.shiftKey);
  // Asked for in another window: that is the ticket's own page.
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || target.closest("label")) return;
  if (event.shiftKey) {
    event.preventDefault();
    return pick(number, true, true);
  }
  event.preventDefault();
  if (target.closest(".more")) openMenu(together(number));
  else aside.open(number);
});

bulkBar(bulk, { picked: () => [...view.picked], unpick, menu: () => openMenu([...view.picked]), look, move, actions });

// Hands: the mouse and the keyboard.

/** @param {HTMLElement} column @returns {import("./board-actions.js").Target | undefined} */
function targetOf({ dataset: { column = "", driver } }) {
  if (driver) return Number(driver);
  if (column === "pool" || column === "state-pendiente") return "pool";
  return undefined;
}

drags(root, {
  taken: (number) => {
    if (actions.canMove(number)) return together(number);
    const state = board.ticket(number)?.estado;
    if (state) toast(t("board-js-not-movable", { number, state: t(`state-${state}`) }));
    return [];
  },
  takes: (column) => targetOf(column) !== undefined || column.dataset.column === "state-asignado",
  doubts: (numbers, column) => !!actions.doubt(numbers, targetOf(column) ?? "auto"),
  look,
  drop: (numbers, column, seen) => {
    const target = targetOf(column);
    if (target === undefined) openMenu(numbers);
    else void move(numbers, target, seen);
  },
});

keys(root, {
  reach: (item) => view.reach(item),
  menu: (number) => openMenu(together(number)),
  open: aside.open,
  pick: (number) => pick(number, !view.picked.has(number), false),
  search: () => find("#q").focus(),
  escape: unpick,
});

// Filters and views.

const form = /** @type {HTMLFormElement} */ (find("[data-filter]"));
const saved = new SavedViews(localStorage, root.dataset.user ?? "");
const links = /** @type {NodeListOf<HTMLAnchorElement>} */ (document.querySelectorAll("[data-view-link]"));

/** The form as the filter has it. */
function showFilter() {
  for (const [name, value] of Object.entries(view.filter)) {
    const control = form.elements.namedItem(name);
    if (control instanceof HTMLInputElement && control.type === "checkbox") control.checked = !!value;
    else if (control instanceof HTMLInputElement || control instanceof HTMLSelectElement) control.value = String(value);
  }
}

function filtered() {
  const query = written(view.view, view.filter);
  const on = count(view.filter);
  const badge = find("[data-filter-count]");
  badge.hidden = !on;
  badge.textContent = String(on);
  find("[data-clear]").hidden = find("[data-save-view]").hidden = !on && !view.filter.q;
  /** @type {HTMLAnchorElement} */ (find("[data-csv]")).href = `/tickets.csv?${query}${view.filter.estado.trim() ? "" : `&estado=${OPEN}`}`;
  for (const link of links) {
    if (link.dataset.viewLink === view.view) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
    link.href = `/tablero?${written(link.dataset.viewLink === "estados" ? "estados" : "repartidores", view.filter)}`;
  }
  for (const chip of find("[data-views]").querySelectorAll("a")) {
    if (chip.search.slice(1) === query) chip.setAttribute("aria-current", "true");
    else chip.removeAttribute("aria-current");
  }
  const address = query ? `?${query}` : location.pathname;
  if (location.search !== (query ? `?${query}` : "")) history.replaceState(history.state, "", address);
  /** @type {HTMLInputElement} */ (bulk.elements.namedItem("volver")).value = `/tablero${query ? `?${query}` : ""}`;
}

/** @param {string} query */
function show(query) {
  const asked = read(query);
  view.filter = asked.filter;
  showFilter();
  if (asked.view === view.view) view.rearrange();
  else view.turn(asked.view);
  filtered();
}

form.addEventListener("input", () => {
  const data = new URLSearchParams([...new FormData(form)].map(([name, value]) => [name, String(value)]));
  view.filter = read(data.toString()).filter;
  view.lively = false;
  view.rearrange();
  requestAnimationFrame(() => (view.lively = true));
  filtered();
});
form.addEventListener("submit", (event) => event.preventDefault());

/** Links that only ask for another look at the same board. */
document.addEventListener("click", (event) => {
  const link = /** @type {HTMLAnchorElement | null} */ (/** @type {Element} */ (event.target).closest("[data-view-link], [data-clear], [data-late-chip], [data-views] a, [data-rows] a:not([data-number])"));
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  show(new URL(link.href).search);
});

function showViews() {
  const built = [
    { name: t("board-js-view-late"), query: "demorados=1", own: false },
    { name: t("board-js-view-urgent"), query: "prioridad=urgente", own: false },
  ];
  const own = saved.all().map((kept) => ({ ...kept, own: true }));
  find("[data-views]").replaceChildren(...[...built, ...own].map(({ name, query, own }) => {
    const item = document.createElement("li");
    const link = Object.assign(document.createElement("a"), { href: `/tablero?${query}`, textContent: name });
    item.append(link);
    if (own) {
      const drop = document.createElement("button");
      drop.type = "button";
      drop.textContent = "×";
      drop.setAttribute("aria-label", t("board-js-delete-view", { name }));
      drop.addEventListener("click", () => {
        saved.drop(name);
        showViews();
      });
      item.append(drop);
    }
    return item;
  }));
  filtered();
}

find("[data-save-form]").addEventListener("submit", () => {
  const name = /** @type {HTMLInputElement} */ (find("#nombre-vista"));
  const kept = name.value.trim();
  if (!kept) return;
  saved.keep(kept, written(view.view, view.filter));
  name.value = "";
  showViews();
  toast(t("board-js-view-saved", { name: kept }));
});

// The map and the timeline.

const map = new MapPanel(find("[data-map-panel]"), () => {
  const now = serverNow();
  return markers(board, view.shown().flat(), now, (at) => briefAge(now - Date.parse(at)));
});
const timeline = new Timeline(find("[data-timeline-panel]"), board, (now) => board.arrange("repartidores", view.filter, now), aside.open);

// What a mark leads to opens beside the board, as a card does.
find("[data-map-panel]").addEventListener("click", (event) => {
  const link = /** @type {HTMLAnchorElement | null} */ (/** @type {Element} */ (event.target).closest('a[href^="/tickets/"]'));
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  aside.open(decodeURIComponent(link.pathname.slice("/tickets/".length)));
});

// What is late.

const chip = find("[data-late-chip]");
const alarm = new Alarm(document.title, (late, fresh, title) => {
  if (document.title !== title) document.title = title;
  chip.hidden = !late.length;
  find("[data-late-count]").textContent = t("board-js-late-count", { n: late.length });
  if (fresh.length) {
    says.textContent = fresh.map((number) => t("board-js-now-late", { number })).join(" ");
    chip.classList.remove("louder");
    requestAnimationFrame(() => chip.classList.add("louder"));
  }
});

const worries = new Worries(root, board, { say: (text) => (says.textContent = text), toast, menu: (numbers) => openMenu(numbers) });

// The feed.

const status = find("[data-live-status]");
const feed = new Feed(board, new URL(root.dataset.board ?? "", location.href.replace(/^http/, "ws")).href, {
  changed: (numbers) => {
    view.touch(numbers);
    aside.heard(numbers);
  },
  moved: (driver) => {
    view.move(driver);
    map.ask();
  },
  fleet: () => view.rearrange(),
  status: (word) => {
    status.textContent = word === "over" ? "" : t(`js-live-${word}`);
    status.dataset.state = word;
  },
  // The session ended, perhaps while the board was cut off: the log-in is what helps.
  denied: () => location.reload(),
});

function tick() {
  if (!feed.isReady) return;
  const now = serverNow();
  alarm.hear(board.late(now));
  worries.look(serverNow());
  if (document.visibilityState === "hidden") return;
  view.tick(now);
  timeline.ask();
}

view.drawn = (shown) => {
  map.ask();
  timeline.ask();
  find("[data-none-left]").hidden = shown > 0 || written("repartidores", view.filter) === "";
  if (!feed.isReady) return;
  // The first tickets are no news.
  view.lively = true;
  alarm.hear(board.late(serverNow()));
  worries.look(serverNow());
  showPicked();
};

setInterval(tick, TICK_MS);
setInterval(() => document.visibilityState === "visible" && view.second(serverNow()), 1000);
for (const own of ["[data-unpick]", "[data-bulk-move]"]) find(own).hidden = false;
document.documentElement.classList.add("scripted");
const tools = find(".board-tools");
new ResizeObserver(() => document.documentElement.style.setProperty("--tools", `${tools.offsetHeight}px`)).observe(tools);
showPicked();
showViews();
switched(find("[data-map-toggle]"), "belgrano-mapa", (on) => void map.toggle(on));
switched(find("[data-timeline-toggle]"), "belgrano-linea", (on) => timeline.toggle(on));
switched(find("[data-sound]"), "belgrano-sonido", (on) => (alarm.sound = worries.sound = on));
root.dataset.ready = "";
