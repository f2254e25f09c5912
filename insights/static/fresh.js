// Keeps the figures of a page (`<div data-fresh="version">`) as fresh as the data: where `/api/version` tells of another state, it asks
// for the same address again and puts what changed in place child by child. What somebody opened stays open, where the
// focus was it stays, and charts are drawn again rather than anew. Without this module the page is as fresh as its last load.

import { drawFigures, redraw } from "./chart.js";
import { clockTime, serverNow } from "./clock.js";
import { reconcile, remember } from "./fragment.js";
import { t } from "./texts.js";

/** No page asks more often than this, nor spends more than a third of its time on being worked out. */
const LEAST_MS = 4000;
const AFTER_FAILURE_MS = 10_000;
/** To who hears the page, a change is said no more often than this. */
const SAID_MS = 60_000;

const root = /** @type {HTMLElement | null} */ (document.querySelector("[data-fresh]"));
const sleep = (/** @type {number} */ ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Waits until somebody looks at the page. */
async function seen() {
  while (document.visibilityState === "hidden") {
    await new Promise((resolve) => document.addEventListener("visibilitychange", resolve, { once: true }));
  }
}

/**
 * Whether somebody is writing there.
 * @param {Element} child
 */
function busy(child) {
  const { activeElement } = document;
  return child.contains(activeElement) && (activeElement?.matches("input, select, textarea") ?? false);
}

/**
 * Where the focus is, as something that can be found again.
 * @param {HTMLElement} root
 */
function focusOf(root) {
  const { activeElement } = document;
  const child = [...root.children].find((one) => one.contains(activeElement));
  if (!child || !activeElement) return () => {};
  const { key } = /** @type {HTMLElement} */ (child).dataset;
  const controls = (/** @type {Element} */ within) => [...within.querySelectorAll("a[href], button, summary, [tabindex]")];
  const place = controls(child).indexOf(activeElement);
  return () => {
    if (activeElement.isConnected || place < 0) return;
    const now = root.querySelector(`[data-key="${CSS.escape(key ?? "")}"]`);
    const control = now && controls(now)[place];
    if (control instanceof HTMLElement || control instanceof SVGElement) control.focus({ preventScroll: true });
  };
}

/**
 * A figure that is drawn keeps its chart: its table is exchanged, and it is drawn from that.
 * @param {Element} old
 * @param {Element} wanted
 */
function exchange(old, wanted) {
  const [table, fresh] = [old.querySelector("table"), wanted.querySelector("table")];
  if (!table || !fresh) return false;
  const notes = [old, wanted].map((figure) => figure.querySelector("figcaption"));
  if (notes[0] && notes[1] && notes[0].outerHTML !== notes[1].outerHTML) notes[0].replaceWith(notes[1]);
  if (table.outerHTML !== fresh.outerHTML) {
    table.replaceWith(fresh);
    redraw(/** @type {HTMLElement} */ (old));
  }
  return true;
}

/**
 * Puts what came in place.
 * @param {HTMLElement} root
 * @param {HTMLElement} fresh
 */
export function swap(root, fresh) {
  const refocus = focusOf(root);
  const kept = new Set();
  for (const wanted of fresh.querySelectorAll("figure[data-chart]")) {
    const old = root.querySelector(`#${CSS.escape(wanted.id)}`);
    if (old instanceof HTMLElement && "taken" in old.dataset && exchange(old, wanted)) kept.add(old);
  }
  // Of those that stand beside each other none may be left for another.
  for (const pair of root.querySelectorAll(":scope > .pair")) if ([...pair.children].every((figure) => kept.has(figure))) kept.add(pair);
  reconcile(root, fresh, (child) => kept.has(child) || busy(child));
  root.dataset.fresh = fresh.dataset.fresh;
  drawFigures(root);
  refocus();
}

/**
 * Whether its figures are still being worked out.
 * @param {Element | null} root
 */
const isWorking = (root) => !!root?.querySelector("[data-working]");

/** @param {HTMLElement} root */
async function load(root) {
  const response = await fetch(location.href, { headers: { Accept: "text/html" } });
  if (response.redirected) return location.reload();
  const fresh = new DOMParser().parseFromString(await response.text(), "text/html").querySelector("[data-fresh]");
  if (isWorking(root) && isWorking(fresh)) return;
  if (!(fresh instanceof HTMLElement) || !response.ok) throw new Error(String(response.status));
  swap(root, fresh);
}

/** @param {HTMLElement} root */
async function follow(root) {
  remember(root);
  const status = document.createElement("p");
  status.className = "visually-hidden";
  status.setAttribute("role", "status");
  const behind = document.createElement("p");
  behind.className = "notice warn";
  behind.setAttribute("role", "status");
  behind.hidden = true;
  root.before(behind, status);
  let [good, said] = [serverNow(), serverNow()];
  await sleep(LEAST_MS);
  for (;;) {
    await seen();
    try {
      const answer = await fetch("/api/version");
      if (answer.status === 401) return location.reload();
      if (!answer.ok) throw new Error(String(answer.status));
      const { version } = await answer.json();
      const begun = performance.now();
      // A prediction that is still being learned is there soon, in the same state of the data.
      const learning = root.querySelector("[data-learning]") !== null;
      const changed = String(version) !== root.dataset.fresh;
      if (changed || learning || isWorking(root)) {
        await seen();
        await load(root);
        if (changed && serverNow() - said > SAID_MS) {
          said = serverNow();
          status.textContent = t("js-insights-fresh", { at: clockTime(said) });
        }
      }
      good = serverNow();
      behind.hidden = true;
      await sleep(Math.max(LEAST_MS, 2 * (performance.now() - begun)));
    } catch {
      behind.textContent = t("js-insights-behind", { at: clockTime(good) });
      behind.hidden = false;
      await sleep(AFTER_FAILURE_MS);
    }
  }
}

/** Where periods stand in one line that scrolls, the chosen one is in sight. */
function inSight() {
  for (const chosen of document.querySelectorAll(".looking nav .chips [aria-current]")) {
    const line = chosen.closest("ul");
    if (!(line instanceof HTMLElement) || !(chosen instanceof HTMLElement)) continue;
    const [{ left, width }, { left: from, width: room }] = [chosen.getBoundingClientRect(), line.getBoundingClientRect()];
    line.scrollLeft += left - from - (room - width) / 2;
  }
}

/** What was chosen is worked out while the page still shows the rest. */
function working() {
  document.addEventListener("submit", ({ target }) => {
    if (!(target instanceof HTMLFormElement) || !target.matches("[data-filters]")) return;
    // Nothing is asked by leaving it empty.
    for (const control of target.elements) {
      if ((control instanceof HTMLInputElement || control instanceof HTMLSelectElement) && !control.value) control.disabled = true;
    }
  });
  document.addEventListener("click", ({ target, ctrlKey, metaKey, shiftKey }) => {
    const chosen = target instanceof Element && target.closest(".looking a[href], [data-filters] button");
    if (chosen && !ctrlKey && !metaKey && !shiftKey) root?.setAttribute("aria-busy", "true");
  });
  addEventListener("pageshow", () => {
    root?.removeAttribute("aria-busy");
    for (const control of document.querySelectorAll("[data-filters] :disabled")) control.removeAttribute("disabled");
  });
}

inSight();
if (root) {
  working();
  // What is not understood has no other answer later.
  if (!document.querySelector(".state .refused")) void follow(root);
}
