import assert from "node:assert/strict";
import { test } from "node:test";

import { takenBack } from "./taken-back.js";

const NOW = 1_000_000;
const stop = (number, state, more = {}) => ({ number, state, until: Number.NaN, over: false, ...more });
const left = (numero) => ({ type: "event", kind: "ticket.left", ticket: { numero } });
const status = (numero, estado) => ({ type: "event", kind: "ticket.status", ticket: { numero, estado } });

test("a stop that left or was cancelled is told, by its own name", () => {
  const stops = [stop("A", "aceptado"), stop("B", "en-camino")];
  assert.deepEqual(takenBack(stops, left("A"), NOW), [{ number: "A", cancelled: false }]);
  assert.deepEqual(takenBack(stops, status("B", "cancelado"), NOW), [{ number: "B", cancelled: true }]);
});

test("what is no stop of the driver's, or only moved on, is not", () => {
  const stops = [stop("A", "aceptado"), stop("B", "entregado")];
  for (const frame of [left("C"), left("B"), status("A", "en-camino"), status("B", "cancelado"), { type: "ping" }]) {
    assert.deepEqual(takenBack(stops, frame, NOW), [], JSON.stringify(frame));
  }
});

test("nobody is told of what they gave back themselves, or of an offer that ran out", () => {
  assert.deepEqual(takenBack([stop("A", "aceptado", { over: true })], left("A"), NOW), []);
  assert.deepEqual(takenBack([stop("A", "asignado", { until: NOW })], left("A"), NOW), []);
  assert.deepEqual(takenBack([stop("A", "asignado", { until: NOW + 1 })], left("A"), NOW), [{ number: "A", cancelled: false }]);
});

test("after a long cut the snapshot says what went meanwhile", () => {
  const stops = [stop("A", "aceptado"), stop("B", "en-camino"), stop("C", "asignado")];
  const frame = { type: "snapshot", tickets: [{ numero: "B", estado: "cancelado" }, { numero: "C", estado: "asignado" }] };
  assert.deepEqual(takenBack(stops, frame, NOW), [{ number: "A", cancelled: false }, { number: "B", cancelled: true }]);
});
