// Draws what the tables of figures say (`<figure data-chart>`): once it is about to be seen, again when its table or the theme
// changed. Without this module, or where the library does not come, there is the table.

import { coloursIn } from "./chart-colours.js";
import { optionsOf } from "./chart-options.js";
import { columnsOf } from "./chart-table.js";

/** @typedef {{ setOption(options: object, replace: boolean): void, resize(): void, dispose(): void }} Chart */

/** @type {Promise<{ init(box: HTMLElement, theme: null, options: object): Chart }> | undefined} */
let library;
/** @type {Map<HTMLElement, Chart>} */
const drawn = new Map();
const still = matchMedia("(prefers-reduced-motion: reduce)");

/**
 * What has a line for each row is as high as they need; anything else as the sheet says.
 * @param {string | undefined} kind
 * @param {number} rows
 */
function heightOf(kind, rows) {
  if (kind === "bars") return `${Math.min(40, 4 + 2.25 * rows)}rem`;
  return kind === "heat" ? `${Math.min(48, 4 + 1.75 * rows)}rem` : "";
}

/**
 * Draws a figure from its table, or again.
 * @param {HTMLElement} figure
 * @param {boolean} [moves] whether it may move on its way there
 */
async function draw(figure, moves = !still.matches) {
  const box = /** @type {HTMLElement | null} */ (figure.querySelector(".canvas"));
  const table = figure.querySelector("table");
  if (!box || !table) return;
  try {
    library ??= import(new URL("./vendor/echarts.mjs", import.meta.url).href);
    const { init } = await library;
    if (!figure.isConnected) return;
    box.hidden = false;
    figure.dataset.drawn = "";
    let chart = drawn.get(figure);
    if (!chart) {
      chart = init(box, null, { renderer: "canvas" });
      drawn.set(figure, chart);
      box.setAttribute("role", "img");
    }
    const height = heightOf(figure.dataset.chart, table.tBodies[0]?.rows.length ?? 0);
    if (height && box.style.height !== height) {
      box.style.height = height;
      chart.resize();
    }
    const name = figure.querySelector("figcaption h2")?.textContent?.trim() ?? "";
    const setting = { language: document.documentElement.lang, narrow: box.clientWidth < 480, moves, name };
    chart.setOption(optionsOf(figure.dataset.chart ?? "", columnsOf(table), coloursIn(figure), setting), true);
  } catch (error) {
    // The table says everything.
    box.hidden = true;
    figure.dataset.failed = "";
    const fold = figure.querySelector("details");
    if (fold) fold.open = true;
    console.warn("a chart could not be drawn", error);
  }
}

const sizes = new ResizeObserver((entries) => {
  for (const { target } of entries) drawn.get(/** @type {HTMLElement} */ (target.parentElement))?.resize();
});
const seen = new IntersectionObserver(
  (entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      seen.unobserve(target);
      void draw(/** @type {HTMLElement} */ (target));
    }
  },
  { rootMargin: "400px" },
);

/**
 * Takes over a figure that came with the page: folds its table, and draws it when it is about to be seen.
 * @param {HTMLElement} figure
 */
function take(figure) {
  const box = figure.querySelector(".canvas");
  const fold = figure.querySelector("details");
  if (!box || !fold || "taken" in figure.dataset) return;
  figure.dataset.taken = "";
  fold.open = false;
  sizes.observe(box);
  seen.observe(figure);
}

/**
 * Takes over every figure within `root`, and lets go of those that are no more there.
 * @param {ParentNode} root
 */
export function drawFigures(root) {
  for (const [figure, chart] of drawn) {
    if (figure.isConnected) continue;
    chart.dispose();
    drawn.delete(figure);
  }
  for (const figure of root.querySelectorAll("figure[data-chart]")) take(/** @type {HTMLElement} */ (figure));
}

/**
 * Draws a figure again whose table has changed.
 * @param {HTMLElement} figure
 */
export function redraw(figure) {
  if (drawn.has(figure)) void draw(figure);
}

const again = () => {
  for (const figure of drawn.keys()) void draw(figure, false);
};
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", again);
// Paper is light.
addEventListener("beforeprint", () => {
  document.documentElement.style.colorScheme = "light";
  again();
});
addEventListener("afterprint", () => {
  document.documentElement.style.colorScheme = "";
  again();
});
drawFigures(document);
