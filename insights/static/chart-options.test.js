import assert from "node:assert/strict";
import { test } from "node:test";

import { brief, inkOn, optionsOf, short } from "./chart-options.js";

const colours = { series: ["#010101", "#020202"], text: "#111111", muted: "#222222", line: "#333333", paper: "#ffffff", wash: "#eeeeee", strong: "#444444", font: "x" };
const setting = { language: "es-AR", narrow: false, moves: false, name: "Ventas" };
const column = (name, unit, values, rest = {}) => ({
  name, unit, shape: "", stack: "", currency: "", right: false, ...rest,
  cells: values.map((value) => ({ text: value === null ? "–" : `<${value}>`, value: value === null ? "" : String(value) })),
});
const days = column("Fecha", "day", ["2026-11-20", "2026-11-21"]);

test("a chart is told aloud, says what its cells say, and holds still where nothing may move", () => {
  const options = optionsOf("axis", [days, column("Netas", "amount", [5, null], { shape: "area" })], colours, setting);
  assert.equal(options.aria.label.description, "Ventas");
  assert.equal(options.tooltip.renderMode, "richText");
  assert.equal(options.animation, false);
  assert.deepEqual(options.xAxis.data, ["20/11", "21/11"]);
  assert.equal(options.tooltip.formatter([{ dataIndex: 0 }]), "<2026-11-20>\nNetas: <5>");
  assert.deepEqual(options.series[0].data, [5, null], "what is not known is no zero");
});

test("columns without a shape are in the table alone, and some have the axis of the right", () => {
  const columns = [days, column("A", "amount", [1, 2], { shape: "bar" }), column("B", "count", [3, 4]), column("C", "percent", [5, 6], { shape: "line", right: true })];
  const options = optionsOf("axis", columns, colours, setting);
  assert.deepEqual(options.series.map(({ name, type, yAxisIndex }) => [name, type, yAxisIndex]), [["A", "bar", 0], ["C", "line", 1]]);
  assert.deepEqual(options.legend.data, ["A", "C"]);
  assert.match(options.tooltip.formatter([{ dataIndex: 1 }]), /B: <4>/);
  assert.equal(short(columns[3], "es-AR")(12.34), "12,3 %");
});

test("a band stands on its lower edge", () => {
  const band = [column("de", "amount", [10, 20], { shape: "low", stack: "80" }), column("a", "amount", [15, 40], { shape: "high", stack: "80" })];
  const { series, legend } = optionsOf("axis", [days, ...band], colours, setting);
  assert.deepEqual([series[0].data, series[1].data], [[10, 20], [5, 20]]);
  assert.ok(series[0].stack === series[1].stack && series[1].areaStyle && !series[0].areaStyle && !legend);
  const foretold = optionsOf("axis", [days, column("Netas", "amount", [1, null], { shape: "area" }), column("Pronóstico", "amount", [null, 2], { shape: "dashed" }), ...band], colours, setting);
  assert.deepEqual(foretold.series.map(({ itemStyle }) => itemStyle.color), ["#010101", "#020202", "#020202", "#020202"], "a band has the colour of its line");
  assert.equal(foretold.tooltip.formatter([{ dataIndex: 0 }]), "<2026-11-20>\nNetas: <1>\nde: <10>\na: <15>", "a day that is over has no forecast");
});

test("bars with long names lie down, the first on top", () => {
  const options = optionsOf("bars", [column("Medio", "label", ["efectivo", "tarjeta"]), column("Ventas", "amount", [2, 1], { shape: "bar" })], colours, setting);
  assert.deepEqual([options.yAxis.data, options.yAxis.inverse, options.series[0].data], [["<efectivo>", "<tarjeta>"], true, [2, 1]]);
});

test("a heat map is a table of both its axes", () => {
  const options = optionsOf("heat", [column("Hora", "label", ["9 h", "10 h"]), column("Lunes", "count", [1, 2]), column("Martes", "count", [null, 4])], colours, setting);
  assert.deepEqual(options.series[0].data, [[0, 0, 1], [0, 1, 2], [1, 1, 4]]);
  assert.equal(options.visualMap.max, 4);
  assert.equal(options.tooltip.formatter({ value: [1, 1, 4] }), "<10 h>, Martes\n<4>");
});

test("a tree has the label columns as its levels", () => {
  const options = optionsOf("tree", [column("País", "label", ["AR", "AR", "UY"]), column("Ciudad", "label", ["BA", "LP", "MV"]), column("Ventas", "amount", [3, 2, 1])], colours, setting);
  const [{ data }] = options.series;
  assert.deepEqual(data.map(({ name, value }) => [name, value]), [["<AR>", 5], ["<UY>", 1]]);
  assert.deepEqual(data[0].children.map(({ name, said }) => [name, said]), [["<BA>", "<3>"], ["<LP>", "<2>"]]);
});

test("names of a tree are read on whatever they stand on, in both themes", () => {
  const columns = [column("País", "label", ["AR", "UY"]), column("Ciudad", "label", ["BA", "MV"]), column("Ventas", "amount", [3, 1])];
  for (const [paper, text, series] of [["rgb(255, 255, 255)", "rgb(20, 20, 20)", ["rgb(0, 80, 160)", "rgb(150, 80, 0)"]], ["rgb(20, 24, 30)", "rgb(240, 240, 240)", ["rgb(130, 190, 255)", "rgb(250, 200, 90)"]]]) {
    const themed = { ...colours, paper, text, series };
    const [{ data, upperLabel, breadcrumb, name }] = optionsOf("tree", columns, themed, setting).series;
    assert.deepEqual(data.map(({ children: [leaf] }) => leaf.itemStyle.color), series);
    assert.deepEqual(data.map(({ children: [leaf] }) => leaf.label.color), series.map((fill) => inkOn(fill, "")));
    assert.deepEqual([upperLabel.color, breadcrumb.itemStyle.color, breadcrumb.itemStyle.textStyle.color, name], [text, colours.wash, text, "Ventas"]);
  }
  assert.deepEqual(["rgb(0, 80, 160)", "rgb(130, 190, 255)", "#ffffff", "x"].map((fill) => inkOn(fill, "otherwise")), ["#fff", "#000", "#000", "otherwise"]);
});

test("a phone has short names that still tell columns apart, and no label over another", () => {
  assert.deepEqual(brief(["lunes", "martes", "miércoles"]), ["lun", "mar", "mié"]);
  assert.deepEqual(brief(["Mes 0", "Mes 1", "Mes 12"]), ["0", "1", "12"]);
  assert.deepEqual(brief(["Month 1", "Monday"]), ["Month 1", "Monday"]);
  const months = ["Mes 0", "Mes 1"].map((name) => column(name, "percent", [1]));
  const phone = { ...setting, narrow: true };
  assert.deepEqual(optionsOf("heat", [column("Cohorte", "label", ["06/2026"]), ...months], colours, phone).xAxis.data, ["0", "1"]);
  const bars = optionsOf("bars", [column("Medio", "label", ["efectivo"]), column("Ventas", "amount", [2], { shape: "bar" })], colours, phone);
  assert.ok(bars.xAxis.every(({ axisLabel }) => axisLabel.hideOverlap));
});

test("a point says its whole row, and is as large as its third number", () => {
  const columns = [column("P", "label", ["a", "b"]), column("x", "percent", [1, 2]), column("y", "percent", [3, 4]), column("z", "amount", [1, 100])];
  const [{ data, symbolSize }] = optionsOf("scatter", columns, colours, setting).series;
  assert.deepEqual(data, [[1, 3, 0], [2, 4, 1]]);
  assert.ok(symbolSize(data[1]) > symbolSize(data[0]));
  assert.equal(optionsOf("pie", columns.slice(0, 2), colours, setting).series[0].data[1].value, 2);
});

test("points of groups are told apart by colour and by shape", () => {
  const columns = [column("Cliente", "label", ["a", "b", "c"]), column("x", "count", [1, 2, 3]), column("y", "count", [3, 4, 5]), column("Grupo", "label", ["2", "10", "2"])];
  const { legend, series, tooltip } = optionsOf("groups", columns, colours, setting);
  assert.deepEqual(legend.data, ["<2>", "<10>"], "by their numbers");
  assert.deepEqual(series.map(({ data }) => data), [[[1, 3, 0], [3, 5, 2]], [[2, 4, 1]]]);
  assert.notEqual(series[0].symbol, series[1].symbol);
  assert.equal(tooltip.formatter({ value: [2, 4, 1] }), "<b>\nx: <2>\ny: <4>\nGrupo: <10>");
});
