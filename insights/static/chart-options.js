// From a table to the options of ECharts. Pure: what a chart shows of its table is tested without a browser.
//
// Tooltips say what the cells say, so that a figure reads the same wherever it is read.

import { numberOf } from "./chart-table.js";

/** @typedef {import("./chart-table.js").Column} Column */
/** @typedef {import("./chart-colours.js").Colours} Colours */
/** @typedef {{ language: string, narrow: boolean, moves: boolean, name: string }} Setting */

/**
 * An axis has room for few letters: `1,2 M`, `40 %`.
 * @param {Column} column
 * @param {string} language
 * @returns {(value: number) => string}
 */
export function short({ unit }, language) {
  const format = new Intl.NumberFormat(language, { notation: "compact", maximumFractionDigits: 1 });
  return (value) => (unit === "percent" ? `${format.format(value)} %` : format.format(value));
}

/**
 * What an axis writes for a day: `21/11`.
 * @param {Column} column
 */
function categories({ unit, cells }) {
  if (unit !== "day") return cells.map(({ text }) => text);
  return cells.map(({ value }) => `${value.slice(8, 10)}/${value.slice(5, 7)}`);
}

/**
 * What every chart has.
 * @param {Colours} colours
 * @param {Setting} setting
 */
function common(colours, { moves, name }) {
  return {
    animation: moves,
    animationDuration: 400,
    aria: { enabled: true, label: { enabled: true, description: name } },
    color: colours.series,
    textStyle: { fontFamily: colours.font, color: colours.text },
    tooltip: {
      renderMode: "richText", confine: true, backgroundColor: colours.paper, borderColor: colours.line,
      textStyle: { color: colours.text, fontSize: 13 },
    },
  };
}

/**
 * @param {Colours} colours
 * @param {Column | undefined} column
 * @param {Setting} setting
 */
function valueAxis(colours, column, { language }) {
  return {
    type: "value",
    axisLabel: { color: colours.muted, hideOverlap: true, formatter: column && short(column, language) },
    splitLine: { lineStyle: { color: colours.line } },
  };
}

/**
 * @param {Colours} colours
 * @param {string[]} data
 */
function categoryAxis(colours, data) {
  return {
    type: "category", data, axisTick: { show: false },
    axisLine: { lineStyle: { color: colours.line } }, axisLabel: { color: colours.muted, hideOverlap: true },
  };
}

/** @param {Column} column */
const isEdge = ({ shape }) => shape === "low" || shape === "high";

/**
 * The series of a column over an axis. The edges of a band have the colour of the column that they are of: the one before them.
 * @param {Column} column
 * @param {number} index
 * @param {Column[]} columns
 * @param {Colours} colours
 */
function seriesOf(column, index, columns, colours) {
  const { name, shape, stack } = column;
  const data = column.cells.map(numberOf);
  const place = Math.max(0, columns.slice(0, index + 1).filter((other) => !isEdge(other)).length - 1);
  const colour = colours.series[place % colours.series.length];
  const base = { name, yAxisIndex: column.right ? 1 : 0, ...(stack && { stack }) };
  if (shape === "bar") return { ...base, type: "bar", data, itemStyle: { color: colour }, barMaxWidth: 32 };
  if (isEdge(column)) {
    // The edge below is an invisible line, the band stands on it.
    const low = columns.find((other) => other.shape === "low" && other.stack === stack);
    const height = data.map((value, at) => (value === null ? null : value - (numberOf(low?.cells[at]) ?? 0)));
    const area = shape === "high" && { areaStyle: { color: colour, opacity: 0.16 } };
    return { ...base, type: "line", data: shape === "low" ? data : height, symbol: "none", lineStyle: { opacity: 0 }, itemStyle: { color: colour }, silent: true, ...area };
  }
  const area = shape === "area" && { areaStyle: { color: colour, opacity: 0.14 } };
  const lone = data.filter((value) => value !== null).length < 2;
  return {
    ...base, type: "line", data, symbol: "circle", showSymbol: lone, symbolSize: 6, connectNulls: false,
    itemStyle: { color: colour }, lineStyle: { width: 2, color: colour, ...(shape === "dashed" && { type: "dashed" }) }, ...area,
  };
}

/**
 * Columns over an axis of categories; `lying` for categories with long names.
 * @param {Column[]} columns
 * @param {Colours} colours
 * @param {Setting} setting
 * @param {boolean} lying
 */
function overAxis(columns, colours, setting, lying) {
  const [axis] = columns;
  const shown = columns.slice(1).filter(({ shape }) => shape);
  const right = shown.find((column) => column.right);
  const category = { ...categoryAxis(colours, axis ? categories(axis) : []), ...(lying && { inverse: true }) };
  // On a phone a long name takes a second line; what is still cut is whole in the table.
  const room = setting.narrow ? { width: 116, overflow: "break", fontSize: 11, lineHeight: 13 } : { width: 220, overflow: "truncate" };
  if (lying) category.axisLabel = { ...category.axisLabel, ...room, ...{ hideOverlap: false } };
  const values = [valueAxis(colours, shown.find((column) => !column.right), setting)];
  if (right) values.push({ ...valueAxis(colours, right, setting), splitLine: { lineStyle: { color: "transparent" } } });
  /** @param {{ dataIndex: number }[]} marks */
  const said = (marks) => {
    const at = marks[0]?.dataIndex ?? 0;
    // What is not known there says nothing: a day that is over has no forecast, and one to come no orders.
    const known = columns.slice(1).filter(({ cells }) => cells[at]?.value);
    return [axis?.cells[at]?.text, ...known.map(({ name, cells }) => `${name}: ${cells[at]?.text ?? ""}`)].join("\n");
  };
  const shared = common(colours, setting);
  const legend = shown.filter(({ shape }) => shape !== "low").map(({ name }) => name);
  return {
    ...shared,
    tooltip: { ...shared.tooltip, trigger: "axis", axisPointer: { type: lying ? "shadow" : "line", lineStyle: { color: colours.muted } }, formatter: said },
    ...(legend.length > 1 && { legend: { data: legend, textStyle: { color: colours.text }, top: 0, left: 0, type: "scroll" } }),
    grid: { left: 4, right: 8, top: legend.length > 1 ? 40 : 12, bottom: 4, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
    ...(lying ? { xAxis: values, yAxis: category } : { xAxis: category, yAxis: values }),
    series: shown.map((column, index) => seriesOf(column, index, shown, colours)).map(({ yAxisIndex, ...series }) => (lying ? series : { ...series, yAxisIndex })),
  };
}

/**
 * Names as a phone has room for: three letters, or what is left of them without the words that all begin with (`Mes 1`, `Mes 2`).
 * @param {string[]} names
 */
export function brief(names) {
  const cut = names.map((name) => name.slice(0, 3));
  if (new Set(cut).size === names.length) return cut;
  const [first = ""] = names;
  const words = first.split(" ").length - 1;
  const begin = Array.from({ length: words }, (_, at) => first.split(" ").slice(0, words - at).join(" ") + " ");
  const common = begin.find((begins) => names.every((name) => name.startsWith(begins))) ?? "";
  return names.map((name) => name.slice(common.length));
}

/**
 * Black or white, whichever is read better on `fill`: 4.5:1 or more on any colour. Another one where it is no `rgb(…)`.
 * @param {string} fill
 * @param {string} otherwise
 */
export function inkOn(fill, otherwise) {
  const parts = fill.match(/^rgba?\(([\d.]+)[, ]+([\d.]+)[, ]+([\d.]+)/)?.slice(1) ?? [];
  const hex = fill.match(/^#(..)(..)(..)$/)?.slice(1).map((part) => String(parseInt(part, 16))) ?? parts;
  if (hex.length < 3) return otherwise;
  const [r = 0, g = 0, b = 0] = hex.map((part) => {
    const share = Number(part) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.179 ? "#000" : "#fff";
}

/**
 * Rows by columns, the darker the more.
 * @param {Column[]} columns
 * @param {Colours} colours
 * @param {Setting} setting
 */
function heat(columns, colours, setting) {
  const [rows, ...across] = columns;
  const data = across.flatMap(({ cells }, x) => cells.map((cell, y) => [x, y, numberOf(cell)]));
  const most = Math.max(0, ...data.map(([, , value]) => value ?? 0));
  const shared = common(colours, setting);
  /** @param {{ value: [number, number, number | null] }} mark */
  const said = ({ value: [x, y] }) => `${rows?.cells[y]?.text ?? ""}, ${across[x]?.name ?? ""}\n${across[x]?.cells[y]?.text ?? ""}`;
  const whole = across.map(({ name }) => name);
  const names = setting.narrow ? brief(whole) : whole;
  return {
    ...shared,
    tooltip: { ...shared.tooltip, formatter: said },
    grid: { left: 4, right: 8, top: 8, bottom: 4, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
    xAxis: categoryAxis(colours, names),
    yAxis: { ...categoryAxis(colours, rows?.cells.map(({ text }) => text) ?? []), inverse: true },
    visualMap: { show: false, min: 0, max: most || 1, inRange: { color: [colours.wash, colours.strong] } },
    series: [{ type: "heatmap", data: data.filter(([, , value]) => value !== null), itemStyle: { borderColor: colours.paper, borderWidth: 1 } }],
  };
}

/**
 * Parts of a whole as areas: the label columns are its levels, the first number is the size.
 * @param {Column[]} columns
 * @param {Colours} colours
 * @param {Setting} setting
 */
function tree(columns, colours, setting) {
  const levels = columns.filter(({ unit }) => unit === "label");
  const size = columns.find(({ unit }) => unit !== "label");
  /** @typedef {{ name: string, value: number, said?: string, children: Node[], itemStyle?: object, label?: object }} Node */
  /** @type {Node[]} */
  const roots = [];
  for (const [at, cell] of (size?.cells ?? []).entries()) {
    let here = roots;
    for (const [depth, level] of levels.entries()) {
      const name = level.cells[at]?.text ?? "";
      let node = here.find((other) => other.name === name);
      if (!node) here.push((node = { name, value: 0, children: [] }));
      node.value += Math.max(0, numberOf(cell) ?? 0);
      if (depth === levels.length - 1) node.said = cell.text;
      here = node.children;
    }
  }
  /** @type {(nodes: Node[], fill: string) => void} */
  const paint = (nodes, fill) => {
    for (const node of nodes) {
      Object.assign(node, { itemStyle: { color: fill }, label: { color: inkOn(fill, colours.paper) } });
      paint(node.children, fill);
    }
  };
  for (const [at, root] of roots.entries()) paint([root], colours.series[at % colours.series.length] ?? colours.strong);
  const shared = common(colours, setting);
  /** @param {{ name: string, value: number, data?: { said?: string } }} mark */
  const said = ({ name, value, data }) => `${name}\n${data?.said ?? new Intl.NumberFormat(setting.language).format(value)}`;
  return {
    ...shared,
    tooltip: { ...shared.tooltip, formatter: said },
    series: [{
      type: "treemap", name: setting.name, data: roots, roam: false, nodeClick: levels.length > 1 ? "zoomToNode" : false,
      breadcrumb: {
        show: levels.length > 1, bottom: 0, itemStyle: { color: colours.wash, borderColor: colours.line, textStyle: { color: colours.text } },
        emphasis: { itemStyle: { color: colours.wash, textStyle: { color: colours.text } } },
      },
      left: 0, right: 0, top: 0, bottom: levels.length > 1 ? 28 : 0, itemStyle: { borderColor: colours.paper, gapWidth: 2 },
      // The name of a place stands on the edge of its area, which is as the paper is.
      label: { fontSize: 13 }, upperLabel: { show: levels.length > 1, height: 24, color: colours.text },
    }],
  };
}

/**
 * @param {Column[]} columns
 * @param {Colours} colours
 * @param {Setting} setting
 */
function pie(columns, colours, setting) {
  const [names, size] = columns;
  const data = (names?.cells ?? []).map(({ text }, at) => ({ name: text, value: numberOf(size?.cells[at]) ?? 0, said: size?.cells[at]?.text }));
  const shared = common(colours, setting);
  /** @param {{ name: string, percent: number, data: { said?: string } }} mark */
  const said = ({ name, percent, data: { said: text } }) => `${name}\n${text ?? ""} (${new Intl.NumberFormat(setting.language, { maximumFractionDigits: 1 }).format(percent)} %)`;
  return {
    ...shared,
    aria: { ...shared.aria, decal: { show: true } },
    tooltip: { ...shared.tooltip, formatter: said },
    legend: { textStyle: { color: colours.text }, type: "scroll", bottom: 0 },
    series: [{ type: "pie", radius: ["45%", "72%"], center: ["50%", "44%"], data, label: { show: false }, itemStyle: { borderColor: colours.paper, borderWidth: 2 } }],
  };
}

/**
 * Two amounts against each other; the first column names the points, a third number is their size.
 * @param {Column[]} columns
 * @param {Colours} colours
 * @param {Setting} setting
 */
function scatter(columns, colours, setting) {
  const [names, across, up, size] = columns;
  const sizes = (size?.cells ?? []).map((cell) => numberOf(cell) ?? 0);
  const most = Math.max(1, ...sizes);
  const data = (names?.cells ?? []).map((_, at) => [numberOf(across?.cells[at]), numberOf(up?.cells[at]), at]);
  const shared = common(colours, setting);
  /** @param {{ value: number[] }} mark */
  const said = ({ value }) => columns.map(({ name, cells }, index) => (index ? `${name}: ` : "") + (cells[value[2] ?? 0]?.text ?? "")).join("\n");
  const named = (/** @type {Column | undefined} */ column) => ({ ...valueAxis(colours, column, setting), name: column?.name, nameLocation: "middle", nameGap: 28, nameTextStyle: { color: colours.muted }, scale: true });
  return {
    ...shared,
    tooltip: { ...shared.tooltip, formatter: said },
    grid: { left: 28, right: 16, top: 12, bottom: 28, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
    xAxis: named(across),
    yAxis: { ...named(up), nameGap: 44 },
    series: [{
      type: "scatter", data, itemStyle: { color: colours.series[0], opacity: 0.65 },
      symbolSize: (/** @type {number[]} */ value) => (sizes.length ? 8 + 24 * Math.sqrt((sizes[value[2] ?? 0] ?? 0) / most) : 10),
    }],
  };
}

/** Groups are told apart without their colours, too. */
const SYMBOLS = ["circle", "triangle", "rect", "diamond", "roundRect", "arrow"];

/**
 * Points that belong to groups, which the fourth column names.
 * @param {Column[]} columns
 * @param {Colours} colours
 * @param {Setting} setting
 */
function groups(columns, colours, setting) {
  const [, , , group] = columns;
  const options = scatter(columns.slice(0, 3), colours, setting);
  const names = [...new Set(group?.cells.map(({ text }) => text))].sort((one, other) => one.localeCompare(other, setting.language, { numeric: true }));
  const data = options.series[0]?.data ?? [];
  /** @param {{ value: number[] }} mark */
  const said = ({ value }) => columns.map(({ name, cells }, index) => (index ? `${name}: ` : "") + (cells[value[2] ?? 0]?.text ?? "")).join("\n");
  return {
    ...options,
    tooltip: { ...options.tooltip, formatter: said },
    legend: { data: names, textStyle: { color: colours.text }, top: 0, left: 0, type: "scroll" },
    grid: { ...options.grid, top: 40 },
    series: names.map((name, index) => ({
      name, type: "scatter", symbol: SYMBOLS[index % SYMBOLS.length], symbolSize: 9,
      data: data.filter((point) => group?.cells[point[2] ?? 0]?.text === name),
      itemStyle: { color: colours.series[index % colours.series.length], opacity: 0.7 },
    })),
  };
}

/**
 * The options for a kind of chart (`data-chart` of its figure).
 * @param {string} kind
 * @param {Column[]} columns
 * @param {Colours} colours
 * @param {Setting} setting
 * @returns {object}
 */
export function optionsOf(kind, columns, colours, setting) {
  switch (kind) {
    case "heat": return heat(columns, colours, setting);
    case "tree": return tree(columns, colours, setting);
    case "pie": return pie(columns, colours, setting);
    case "groups": return groups(columns, colours, setting);
    case "scatter": return scatter(columns, colours, setting);
    default: return overAxis(columns, colours, setting, kind === "bars");
  }
}
