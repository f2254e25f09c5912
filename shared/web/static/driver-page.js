// The driver's page: fresh like any other, and it works in a lift. A step is kept on the phone first and sent when it can be
// (steps.js); until then the page shows what the driver did, and what the board did not want.

import { Awake } from "./awake.js";
import { clockTime, serverNow } from "./clock.js";
import { toast } from "./components.js";
import { PositionSharer } from "./driver.js";
import { live } from "./page.js";
import { attach, missing } from "./proof.js";
import { Freshness } from "./signal.js";
import { goToRefusal, tellRefusal } from "./step-refusals.js";
import { StepStore } from "./step-store.js";
import { StepQueue, tell } from "./steps.js";
import { t } from "./texts.js";

const AGAIN_MS = 20_000;
const NOTICE_MS = 8000;
/** So long a stop stays as it is until the board has answered; then it waits like one without a signal. */
const HOLD_MS = 2500;
/** The next big step is that of the first stop in the first of these states; the page is rendered by the same rule. */
const NEXT = ["en-camino", "aceptado"];
/** What is offered is decided on its own card. */
const OPEN = [...NEXT, "asignado"];

const root = document.querySelector("[data-live]");
if (root instanceof HTMLElement) {
  attach(root);
  root.addEventListener("refreshed", () => attach(root));
  sayAge(root);
  keepUp(root);
  deliver(root);
  share(root);
}

/**
 * How old the page is, while nothing newer can be had.
 * @param {HTMLElement} root
 */
function sayAge(root) {
  const { keptAt } = document.documentElement.dataset;
  const freshness = new Freshness(keptAt);
  const banner = /** @type {HTMLElement} */ (document.querySelector("[data-signal]"));
  const say = () => {
    const { since } = freshness;
    const text = since === null ? "" : t("js-kept-since", { time: clockTime(since) });
    banner.hidden = since === null;
    if (banner.textContent !== text) banner.textContent = text;
  };
  root.addEventListener("status", (event) => {
    freshness.status(/** @type {CustomEvent} */ (event).detail);
    // What changed since the phone saw it may be further back than the feed tells.
    if (freshness.remembered && /** @type {CustomEvent} */ (event).detail === "live") root.dispatchEvent(new Event("stale"));
    say();
  });
  root.addEventListener("refreshed", () => {
    freshness.refreshed();
    say();
  });
  const notice = document.querySelector("main > .notice[role=status]:not([data-signal])");
  // What the last form had to say was said then; and the list is worth more room.
  if (keptAt) notice?.remove();
  else setTimeout(() => notice?.remove(), NOTICE_MS);
  say();
}

/**
 * Has the phone keep this page, also when it did not come through the service worker.
 * @param {HTMLElement} root
 */
function keepUp(root) {
  const workers = navigator.serviceWorker;
  const [navigation] = /** @type {PerformanceNavigationTiming[]} */ (performance.getEntriesByType("navigation"));
  if (workers && !navigation?.workerStart) controlled(workers).then(() => root.dispatchEvent(new Event("stale")));
  // Steps that wait are not what a full phone throws away first.
  navigator.storage?.persist?.().catch(() => {});
}

/**
 * Until the service worker sees what this page fetches.
 * @param {ServiceWorkerContainer} workers
 */
async function controlled(workers) {
  if (workers.controller) return;
  const change = new Promise((resolve) => workers.addEventListener("controllerchange", resolve, { once: true }));
  // One that started while this page was on its way took over the page before it, and has to be asked.
  const { active } = await workers.ready;
  active?.postMessage("claim");
  await change;
}

/**
 * Steps: kept, shown, sent.
 * @param {HTMLElement} root
 */
function deliver(root) {
  const who = root.dataset.driver ?? "";
  const store = new StepStore(who);
  const queue = new StepQueue(store, tellAndRemember, show);
  const awake = new Awake();
  /**
   * What the board has, and this page perhaps not yet.
   * @type {Map<string, { state: string, version: number }>}
   */
  const told = new Map();
  /** @type {Set<string>} */
  const offered = new Set();
  /**
   * What was told of offers, until none of them is one any more.
   * @type {{ numbers: string[], end: () => void }}
   */
  let telling = { numbers: [], end: () => {} };
  /** Whose turn it was. */
  let lastTurn = "";
  /** Whose step the board is being asked about right now. @type {Set<string>} */
  const held = new Set();

  /** @param {import("./steps.js").Entry} entry */
  async function tellAndRemember(entry) {
    const outcome = await tell(entry, who);
    if (outcome.kind === "done") {
      const taken = { state: entry.step.estado, version: outcome.version };
      told.set(entry.number, taken);
      await store.tell({ number: entry.number, ...taken, at: Date.now() }).catch(() => {});
      root.dispatchEvent(new Event("stale"));
    } else if (outcome.kind === "refused" && !held.has(entry.number)) {
      // Whoever tapped it is somewhere else by now.
      const stop = stops().find(({ dataset }) => dataset.key === entry.number);
      navigator.vibrate?.([200, 100, 200]);
      if (stop) toast(refusedText({ ...entry, refused: outcome.reason }), { action: t("js-offer-see"), run: () => goToRefusal(stop, { ...entry, field: outcome.field }) });
    }
    return outcome;
  }

  const send = () => queue.flush();

  root.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || !form.matches("[data-step]")) return;
    event.preventDefault();
    const stop = /** @type {HTMLElement} */ (form.closest("[data-key]"));
    const number = stop.dataset.key ?? "";
    if (held.has(number) || missing(form)) return;
    held.add(number);
    event.submitter?.setAttribute("aria-busy", "true");
    try {
      const entry = await kept(form, number);
      if (!entry) return;
      // Without a signal there is nobody to wait for.
      await (navigator.onLine ? Promise.race([send(), new Promise((resolve) => setTimeout(resolve, HOLD_MS))]) : null);
      const refused = queue.refusal(number);
      if (refused?.id === entry.id) goToRefusal(stops().find(({ dataset }) => dataset.key === number) ?? stop, refused);
    } finally {
      held.delete(number);
      event.submitter?.removeAttribute("aria-busy");
      show();
    }
    await send();
  });
  root.addEventListener("input", ({ target }) => {
    const stop = /** @type {HTMLElement | null} */ (/** @type {Element} */ (target).closest("[data-refused]"));
    if (stop) void queue.forgive(stop.dataset.key ?? "");
  });

  /**
   * The step of a form, on the phone.
   * @param {HTMLFormElement} form
   * @param {string} number
   */
  async function kept(form, number) {
    const fields = [...new FormData(form)].filter(([, value]) => value !== "");
    const step = /** @type {any} */ (Object.fromEntries(fields));
    try {
      const entry = await queue.add(number, step);
      if (step.estado === "en-camino") root.dispatchEvent(new Event("setout"));
      navigator.vibrate?.(50);
      return entry;
    } catch {
      // A phone that keeps nothing: as without this module.
      return void form.submit();
    }
  }

  function stops() {
    return /** @type {HTMLElement[]} */ ([...root.querySelectorAll("[data-state][data-key]")]);
  }

  function show() {
    const all = stops();
    const states = new Map(all.map((stop) => [stop, stateOf(stop)]));
    for (const [stop, state] of states) showStop(stop, state);
    // What was refused while somebody went on does not take the bar from under a thumb.
    const inHand = all.filter(({ dataset: { key = "" } }) => key === lastTurn || !queue.refusal(key));
    const next = [inHand, all].flatMap((some) => NEXT.map((state) => some.find((stop) => states.get(stop) === state))).find(Boolean);
    for (const stop of all) stop.classList.toggle("current", stop === next);
    unfold(next);
    const count = document.querySelector("[data-queue-status]");
    if (count) count.textContent = queue.waiting.length ? t("js-steps-waiting", { count: queue.waiting.length }) : "";
    showRefused();
    endTelling();
    awake.set([...states.values()].includes("en-camino"));
  }

  /**
   * The state of a stop with all that was done here.
   * @param {HTMLElement} stop
   */
  function stateOf(stop) {
    const number = stop.dataset.key ?? "";
    return (held.has(number) ? null : queue.expected(number)) ?? ahead(stop) ?? stop.dataset.state ?? "";
  }

  /**
   * A stop as it is with all that was done here.
   * @param {HTMLElement} stop
   * @param {string} state
   */
  function showStop(stop, state) {
    /** @type {NodeListOf<HTMLElement>} */
    const parts = stop.querySelectorAll("[data-when]");
    for (const part of parts) part.hidden = !part.dataset.when?.split(" ").includes(state);
    const number = stop.dataset.key ?? "";
    const waiting = held.has(number) ? undefined : queue.waiting.findLast((entry) => entry.number === number);
    const refused = queue.refusal(number);
    tellRefusal(stop, refused, refused ? refusedText(refused) : "", () => refused && queue.dismiss(refused.id));
    const over = !OPEN.includes(state);
    const note = /** @type {HTMLElement} */ (stop.querySelector("[data-waiting]"));
    note.hidden = !waiting && !over;
    if (waiting) note.textContent = t("js-step-waiting", { state: word(waiting.step.estado), time: time(waiting) });
    else note.textContent = over ? t("js-stop-over", { state: word(state) }) : "";
    stop.classList.toggle("waiting", Boolean(waiting));
    stop.classList.toggle("over", over);
    // What the driver gives back is not news, also while the board has not said yes.
    stop.toggleAttribute("data-giving", !OPEN.includes(queue.expected(number) ?? state));
    const badge = /** @type {HTMLElement | null} */ (stop.querySelector("[data-badge]"));
    if (!badge || state === (badge.dataset.shown ?? stop.dataset.state)) return;
    // A step that was refused goes back to what the page was rendered with.
    badge.dataset.first ??= badge.textContent ?? "";
    badge.dataset.shown = state;
    badge.className = `badge state-${state}`;
    badge.textContent = state === stop.dataset.state ? badge.dataset.first : word(state);
  }

  /**
   * Whose turn it is now is worth reading; what somebody opened or closed since stays.
   * @param {HTMLElement | undefined} stop
   */
  function unfold(stop) {
    const turn = stop?.dataset.key ?? "";
    if (turn === lastTurn) return;
    lastTurn = turn;
    const more = stop?.querySelector("details");
    if (more) more.open = true;
  }

  /**
   * The state of a stop that the board has already and the page was rendered before.
   * @param {HTMLElement} stop
   */
  function ahead(stop) {
    const known = told.get(stop.dataset.key ?? "");
    return known && known.version > Number(stop.dataset.version) ? known.state : null;
  }

  function showRefused() {
    const list = /** @type {HTMLElement} */ (document.querySelector("[data-refused]"));
    const here = new Set(stops().map(({ dataset }) => dataset.key));
    // What has its stop on the page is told there.
    const refused = queue.entries.filter((entry) => entry.refused !== null && !here.has(entry.number));
    list.hidden = refused.length === 0;
    list.replaceChildren(
      ...refused.map((entry) => {
        const item = document.createElement("li");
        item.className = "notice failed";
        item.append(`${refusedText(entry)} `);
        const button = document.createElement("button");
        button.textContent = t("js-understood");
        button.addEventListener("click", () => queue.dismiss(entry.id));
        item.append(button);
        return item;
      }),
    );
  }

  /** @param {boolean} first */
  function offers(first) {
    const now = new Set(stops().filter((stop) => stop.dataset.state === "asignado").map((stop) => stop.dataset.key ?? ""));
    const fresh = [...now].filter((number) => !offered.has(number));
    if (!first && fresh.length) {
      navigator.vibrate?.([300, 150, 300]);
      const card = stops().find((stop) => stop.dataset.key === fresh[0]);
      // It is the first in the list, which may be far from where one is reading.
      const end = toast(t("js-offered"), { action: t("js-offer-see"), run: () => card?.scrollIntoView({ block: "start" }) });
      telling = { numbers: [...telling.numbers, ...fresh], end };
    }
    offered.clear();
    for (const number of now) offered.add(number);
  }

  /** An offer that was answered here, that is gone, or whose time is over is nothing to look at any more. */
  function endTelling() {
    const all = new Map(stops().map((stop) => [stop.dataset.key, stop]));
    const numbers = telling.numbers.filter((number) => {
      const stop = all.get(number);
      return stop && stateOf(stop) === "asignado" && !(until(stop) <= serverNow());
    });
    if (numbers.length === 0) telling.end();
    telling = { numbers, end: telling.end };
  }

  function countDown() {
    /** @type {NodeListOf<HTMLElement>} */
    const clocks = root.querySelectorAll("[data-offer-until]");
    for (const clock of clocks) {
      const seconds = Math.ceil((Date.parse(clock.dataset.offerUntil ?? "") - serverNow()) / 1000);
      const left = seconds > 90 ? t("js-offer-left-minutes", { minutes: Math.round(seconds / 60) }) : t("js-offer-left", { seconds });
      clock.textContent = seconds > 0 ? left : t("js-offer-over");
    }
  }

  root.addEventListener("refreshed", () => {
    offers(false);
    countDown();
    show();
  });
  root.addEventListener("live", send);
  window.addEventListener("online", send);
  window.addEventListener("pageshow", send);
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && send());
  setInterval(() => queue.waiting.length && send(), AGAIN_MS);
  setInterval(() => {
    countDown();
    endTelling();
  }, 1000);
  offers(true);
  countDown();
  store.told().then((all) => {
    for (const { number, state, version } of all) if (!told.has(number)) told.set(number, { state, version });
    show();
    // What waited while the app was closed.
    return send();
  }, () => show());
}

/**
 * Until when a stop is offered; NaN where it is no offer.
 * @param {HTMLElement} stop
 */
function until(stop) {
  return Date.parse(/** @type {HTMLElement | null} */ (stop.querySelector("[data-offer-until]"))?.dataset.offerUntil ?? "");
}

/** @param {import("./steps.js").Entry} entry */
function refusedText(entry) {
  return t("js-step-refused", { number: entry.number, state: word(entry.step.estado), time: time(entry), reason: entry.refused ?? "" });
}

/** @param {string} state */
function word(state) {
  /** @type {Record<string, string>} */
  const words = {
    aceptado: t("js-did-accept"),
    "en-camino": t("js-did-start"),
    entregado: t("js-did-deliver"),
    fallido: t("js-did-fail"),
    pendiente: t("js-did-reject"),
  };
  return words[state] ?? state;
}

/** @param {import("./steps.js").Entry} entry */
function time(entry) {
  return clockTime(Date.parse(entry.step.ocurrido));
}

/**
 * The position, while on shift, with a sign that says so.
 * @param {HTMLElement} root
 */
function share(root) {
  const told = /** @type {HTMLElement | null} */ (document.querySelector("[data-position-status]"));
  const feed = live;
  if (!feed || !("geolocation" in navigator)) return;
  const sharer = new PositionSharer(navigator.geolocation, (frame) => feed.send(frame));
  const update = () => {
    const onShift = root.querySelector("[data-shift]")?.getAttribute("data-shift") === "on";
    say(onShift ? "on" : "off");
    sharer.set(onShift, () => say("refused"));
  };
  /** @param {"on" | "off" | "refused"} state */
  const say = (state) => {
    if (!told || (state === "on" && told.dataset.state === "refused")) return;
    told.dataset.state = state;
    told.textContent = { on: t("js-position-shared"), off: "", refused: t("js-position-refused") }[state];
  };
  root.addEventListener("refreshed", update);
  root.addEventListener("live", () => sharer.retry());
  root.addEventListener("setout", () => sharer.setOut());
  update();
}
