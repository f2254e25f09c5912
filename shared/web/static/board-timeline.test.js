import assert from "node:assert/strict";
import { test } from "node:test";

import { Board } from "./board.js";
import { rows, ticks } from "./board-timeline.js";
import { clockTime } from "./clock.js";

const MINUTE = 60_000;
const NOW = Date.parse("2026-11-21T15:00:00Z");
const FILTER = { estado: "", prioridad: "", barrio: "", repartidor: "", demorados: false, q: "" };

/** @param {[string, string, number | null, number][]} tickets number, state, driver, minutes ago */
function board(tickets) {
  const board = new Board(60 * MINUTE);
  board.setDrivers(/** @type {any} */ ([{ id: 7, nombre: "Ana", capacidad: 5, activo: true, en_turno: true }]));
  for (const [numero, estado, repartidor_id, ago] of tickets) {
    board.put(/** @type {any} */ ({ numero, ticket_id: 1, estado, repartidor_id, prioridad: "normal", version: 1, fecha_creacion: new Date(NOW - ago * MINUTE).toISOString() }));
  }
  return rows(board, board.arrange("repartidores", FILTER, NOW), NOW);
}

test("a ticket lies where it will be late, in the row of who has it", () => {
  const found = board([["A", "pendiente", null, 10], ["B", "en-camino", 7, 70]]);
  assert.deepEqual(found.map(({ key, driver }) => [key, driver]), [["pool", null], ["driver-7", 7]]);
  assert.deepEqual(found.map(({ marks }) => marks[0]), [
    { number: "A", dueMs: NOW + 50 * MINUTE, lane: 0, late: false, more: 0 },
    { number: "B", dueMs: NOW - 10 * MINUTE, lane: 0, late: true, more: 0 },
  ]);
});

test("what is too late to be shown is counted, what failed is not late, and who has nothing has no row", () => {
  const found = board([["A", "pendiente", null, 500], ["B", "pendiente", null, 115], ["C", "pendiente", null, 113], ["D", "fallido", 7, 10]]);
  assert.deepEqual(found.map(({ key, before, marks }) => [key, before, marks.map(({ number }) => number)]), [["pool", 2, ["C"]]]);
});

test("marks that would cover each other lie in lanes, in the order of time", () => {
  const [row] = board([["A", "pendiente", null, 10], ["B", "pendiente", null, 10], ["C", "pendiente", null, 11], ["D", "pendiente", null, 9], ["E", "pendiente", null, 1]]);
  assert.deepEqual(row?.marks.map(({ number, lane }) => [number, lane]), [["C", 0], ["A", 1], ["B", 2], ["D", 3], ["E", 0]]);
  const [full] = board(Array.from({ length: 9 }, (_, n) => /** @type {[string, string, null, number]} */ ([`N${n}`, "pendiente", null, 10])));
  assert.deepEqual(full?.marks.map(({ lane, more }) => [lane, more]), [[0, 0], [1, 0], [2, 0], [3, 0], [4, 0], [5, 3]], "none is hidden without a word");
});

test("the scale has round times, and never many", () => {
  assert.deepEqual(ticks(NOW - 60 * MINUTE, NOW + 60 * MINUTE), [-60, -45, -30, -15, 0, 15, 30, 45, 60].map((minute) => NOW + minute * MINUTE));
  assert.deepEqual(ticks(NOW - 4 * MINUTE, NOW + 4 * MINUTE).map((at) => (at - NOW) / MINUTE), [-4, -3, -2, -1, 0, 1, 2, 3, 4]);
  for (const hours of [0.01, 0.3, 1, 3, 12, 48, 480]) assert.ok(ticks(NOW - hours * 60 * MINUTE, NOW + hours * 60 * MINUTE).length <= 9, `${hours} h`);
});

test("round is what a clock on the wall says, in any zone and across a change of its clock", () => {
  const at = (text) => Date.parse(text);
  const told = (from, to, most, zone) => ticks(at(from), at(to), most, zone).map((ms) => clockTime(ms, zone));
  assert.deepEqual(told("2026-11-21T06:10:00Z", "2026-11-21T18:10:00Z", 4, "Asia/Kolkata"), ["12:00", "15:00", "18:00", "21:00"]);
  assert.deepEqual(told("2026-11-21T15:00:00Z", "2026-11-22T03:00:00Z", 4, "America/Argentina/Buenos_Aires"), ["12:00", "15:00", "18:00", "21:00", "00:00"]);
  // The night of 23 hours in Madrid, and that of 25 in Santiago.
  assert.deepEqual(told("2026-03-28T23:00:00Z", "2026-03-29T04:00:00Z", 8, "Europe/Madrid"), ["00:00", "01:00", "03:00", "04:00", "05:00", "06:00"]);
  const long = told("2026-04-05T01:00:00Z", "2026-04-05T06:00:00Z", 8, "America/Santiago");
  assert.ok(long.length >= 5 && long.every((time) => time.endsWith(":00")), long.join());
});
