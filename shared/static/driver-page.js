// The driver's page: fresh like any other, and it works in a lift. A step is kept on the phone first and sent when it can be
// (steps.js); until then the page shows what the driver did, and what the board did not want.

import { Awake } from "./awake.js";
import { PositionSharer } from "./driver.js";
import { live } from "./page.js";
import { attach } from "./proof.js";
import { StepStore } from "./step-store.js";
import { StepQueue, tell } from "./steps.js";
import { t } from "./texts.js";

const AGAIN_MS = 20_000;

const root = document.querySelector("[data-live]");
if (root instanceof HTMLElement) {
  attach(root);
  root.addEventListener("refreshed", () => attach(root));
  deliver(root);
  share(root);
}

/**
 * Steps: kept, shown, sent.
 * @param {HTMLElement} root
 */
function deliver(root) {
  const who = root.dataset.driver ?? "";
  const queue = new StepQueue(new StepStore(who), tellAndRemember, show);
  const awake = new Awake();
  /**
   * What the board has, and this page perhaps not yet.
   * @type {Map<string, { state: string, version: number }>}
   */
  const told = new Map();
  const offered = new Set();

  /** @param {import("./steps.js").Entry} entry */
  async function tellAndRemember(entry) {
    const outcome = await tell(entry, who);
    if (outcome.kind === "done") {
      told.set(entry.number, { state: entry.step.estado, version: outcome.version });
      root.dispatchEvent(new Event("stale"));
    }
    return outcome;
  }

  const send = () => queue.flush();

  root.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || !form.matches("[data-step]")) return;
    event.preventDefault();
    if (form.dataset.busy) return;
    form.dataset.busy = "yes";
    const fields = [...new FormData(form)].filter(([, value]) => value !== "");
    const stop = /** @type {HTMLElement} */ (form.closest("[data-key]"));
    try {
      await queue.add(stop.dataset.key ?? "", /** @type {any} */ (Object.fromEntries(fields)));
      navigator.vibrate?.(50);
    } catch {
      // A phone that keeps nothing: as without this module.
      return form.submit();
    } finally {
      delete form.dataset.busy;
    }
    await send();
  });

  function stops() {
    return /** @type {HTMLElement[]} */ ([...root.querySelectorAll("[data-state][data-key]")]);
  }

  function show() {
    let underWay = false;
    for (const stop of stops()) {
      const number = stop.dataset.key ?? "";
      const state = queue.expected(number) ?? ahead(stop) ?? stop.dataset.state ?? "";
      underWay ||= state === "en-camino";
      /** @type {NodeListOf<HTMLElement>} */
      const parts = stop.querySelectorAll("[data-when]");
      for (const part of parts) part.hidden = !part.dataset.when?.split(" ").includes(state);
      const waiting = queue.waiting.findLast((entry) => entry.number === number);
      const note = /** @type {HTMLElement} */ (stop.querySelector("[data-waiting]"));
      note.hidden = !waiting;
      note.textContent = waiting ? t("js-step-waiting", { state: word(waiting), time: time(waiting) }) : "";
      stop.classList.toggle("waiting", Boolean(waiting));
    }
    const count = document.querySelector("[data-queue-status]");
    if (count) count.textContent = queue.waiting.length ? t("js-steps-waiting", { count: queue.waiting.length }) : "";
    showRefused();
    awake.set(underWay);
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
    const refused = queue.entries.filter((entry) => entry.refused !== null);
    list.hidden = refused.length === 0;
    list.replaceChildren(
      ...refused.map((entry) => {
        const item = document.createElement("li");
        item.className = "notice failed";
        const text = { number: entry.number, state: word(entry), time: time(entry), reason: entry.refused ?? "" };
        item.append(`${t("js-step-refused", text)} `);
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
    const now = new Set(stops().filter((stop) => stop.dataset.state === "asignado").map((stop) => stop.dataset.key));
    if (!first && [...now].some((number) => !offered.has(number))) navigator.vibrate?.([300, 150, 300]);
    offered.clear();
    for (const number of now) offered.add(number);
  }

  function countDown() {
    /** @type {NodeListOf<HTMLElement>} */
    const clocks = root.querySelectorAll("[data-offer-until]");
    for (const clock of clocks) {
      const seconds = Math.ceil((Date.parse(clock.dataset.offerUntil ?? "") - Date.now()) / 1000);
      clock.textContent = seconds > 0 ? t("js-offer-left", { seconds }) : t("js-offer-over");
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
  setInterval(countDown, 1000);
  offers(true);
  countDown();
}

/** @param {import("./steps.js").Entry} entry */
function word(entry) {
  /** @type {Record<string, string>} */
  const words = {
    aceptado: t("js-did-accept"),
    "en-camino": t("js-did-start"),
    entregado: t("js-did-deliver"),
    fallido: t("js-did-fail"),
    pendiente: t("js-did-reject"),
  };
  return words[entry.step.estado] ?? entry.step.estado;
}

/** @param {import("./steps.js").Entry} entry */
function time(entry) {
  return new Date(entry.step.ocurrido).toLocaleTimeString(document.documentElement.lang, { timeStyle: "short" });
}

/**
 * The position, while on shift, with a sign that says so.
 * @param {HTMLElement} root
 */
function share(root) {
  const told = document.querySelector("[data-position-status]");
  const feed = live;
  if (!feed || !("geolocation" in navigator)) return;
  const sharer = new PositionSharer(navigator.geolocation, (frame) => feed.send(frame));
  const update = () => {
    const onShift = root.querySelector("[data-shift]")?.getAttribute("data-shift") === "on";
    if (told) told.textContent = onShift ? t("js-position-shared") : "";
    sharer.set(onShift, () => {
      if (told) told.textContent = t("js-position-refused");
    });
  };
  root.addEventListener("refreshed", update);
  root.addEventListener("live", () => sharer.retry());
  update();
}
