import assert from "node:assert/strict";
import { test } from "node:test";

import { Actions } from "./board-actions.js";
import { Board } from "./board.js";

/** @typedef {import("./board.js").Ticket} Ticket */

/** @param {Partial<Ticket> & { numero: string }} more @returns {Ticket} */
const ticket = (more) => /** @type {Ticket} */ ({
  cliente_nombre: "Ana", estado: "pendiente", prioridad: "normal", version: 1, fecha_creacion: "2026-11-21T15:00:00-03:00", repartidor_id: null,
  repartidor_nombre: null, total: 1, ...more,
});

/**
 * A board with these tickets, and a server that gives these answers, one after the other.
 * @param {Ticket[]} tickets
 * @param {(import("./board-actions.js").Row[] | Response | null)[]} answers
 */
function stage(tickets, answers) {
  const board = new Board(3_600_000);
  for (const one of tickets) board.put(one);
  /** @type {Record<string, string | string[]>[]} */
  const sent = [];
  /** @type {{ text: string, undo?: () => void }[]} */
  const told = [];
  /** @type {string[]} */
  const shown = [];
  let denied = 0;
  const actions = new Actions(board, {
    touch: () => {},
    toast: (text, { run } = {}) => told.push({ text, undo: run }),
    results: (title) => shown.push(title),
    denied: () => (denied += 1),
    fetch: /** @type {typeof fetch} */ (async (_path, options) => {
      const body = /** @type {URLSearchParams} */ (options?.body);
      sent.push({ ...Object.fromEntries(body), numeros: body.getAll("numeros") });
      const answer = answers.shift();
      if (!answer) throw new TypeError("no network");
      return answer instanceof Response ? answer : Response.json({ hechos: 0, resultados: answer });
    }),
  });
  return { board, actions, sent, told, shown, denied: () => denied };
}

const WITH_ANA = { estado: "aceptado", repartidor_id: 1, repartidor_nombre: "Ana", version: 3 };
const WITH_BRUNO = { estado: "asignado", repartidor_id: 2, repartidor_nombre: "Bruno", version: 4 };

test("from one driver to another is one request, and its undo another", async () => {
  const moved = ticket({ numero: "A-1", ...WITH_BRUNO });
  const back = ticket({ numero: "A-1", ...WITH_ANA, version: 5 });
  const { actions, board, sent, told } = stage([ticket({ numero: "A-1", ...WITH_ANA })], [
    [{ numero: "A-1", exito: true, ticket: moved }],
    [{ numero: "A-1", exito: true, ticket: back }],
  ]);
  await actions.move(["A-1"], 2);
  assert.deepEqual(sent, [{ accion: "asignar", repartidor_id: "2", numeros: ["A-1"], "version-A-1": "3" }]);
  assert.equal(board.ticket("A-1")?.repartidor_id, 2);
  told[0]?.undo?.();
  await new Promise(setImmediate);
  assert.deepEqual(sent[1], { accion: "deshacer", numeros: ["A-1"], "version-A-1": "4" });
  assert.deepEqual([board.ticket("A-1")?.estado, board.ticket("A-1")?.version], ["aceptado", 5]);
  assert.equal(told[1]?.undo, undefined, "what was taken back has nothing to take back");
});

test("many: only what changed is taken back, and what lies there already is left alone", async () => {
  const given = [ticket({ numero: "A-1", ...WITH_ANA }), ticket({ numero: "A-2" }), ticket({ numero: "A-3", ...WITH_BRUNO }), ticket({ numero: "A-4", version: 7 })];
  const { actions, sent, told, shown } = stage(given, [
    [
      { numero: "A-1", exito: true, ticket: ticket({ numero: "A-1", ...WITH_BRUNO }) },
      { numero: "A-2", exito: false, error: "Marta lo cambió antes" },
      { numero: "A-4", exito: true, ticket: ticket({ numero: "A-4", version: 7 }) },
    ],
    [{ numero: "A-1", exito: true, ticket: ticket({ numero: "A-1", ...WITH_ANA, version: 5 }) }],
  ]);
  await actions.move(["A-1", "A-2", "A-3", "A-4"], 2);
  assert.deepEqual(sent[0]?.numeros, ["A-1", "A-2", "A-4"]);
  assert.equal(shown.length, 1);
  told[0]?.undo?.();
  await new Promise(setImmediate);
  assert.deepEqual(sent[1]?.numeros, ["A-1"]);
});

test("what lies there asks for nothing", async () => {
  const { actions, sent, told } = stage([ticket({ numero: "A-2" })], []);
  await actions.move(["A-2"], "pool");
  await actions.prioritise(["A-2"], "normal");
  assert.deepEqual([sent, told.length], [[], 0]);
});

test("what a driver set out with is taken back only by saying so", async () => {
  const away = ticket({ numero: "A-1", ...WITH_ANA, estado: "en-camino" });
  const { actions, sent } = stage([away, ticket({ numero: "A-2" })], [[{ numero: "A-1", exito: true, ticket: { ...away, ...WITH_BRUNO, estado: "asignado", version: 2 } }]]);
  assert.equal(actions.goods(["A-2"], 2).text, "");
  assert.equal(actions.goods(["A-1"], away.repartidor_id ?? 0).text, "", "who has it keeps it");
  assert.notEqual(actions.goods(["A-1", "A-2"], 2).text, "");
  assert.deepEqual(actions.goods(["A-1", "A-2"], 2).rest, ["A-2"]);
  assert.notEqual(actions.goods(["A-1"], "pool").text, "");
  await actions.move(["A-1"], 2, actions.look(["A-1"]), true);
  assert.equal(sent[0]?.en_camino, "1");
});

test("what is done is meant for the version that was looked at", async () => {
  const first = ticket({ numero: "A-1" });
  const { actions, board, sent } = stage([first], [[{ numero: "A-1", exito: false, error: "Marta lo cambió antes" }], [{ numero: "A-1", exito: false }], [{ numero: "A-1", exito: false }]]);
  const seen = actions.look(["A-1"]);
  board.put({ ...first, ...WITH_ANA, version: 2 });
  await actions.move(["A-1"], 2, seen);
  await actions.prioritise(["A-1"], "alta", seen);
  await actions.cancel(["A-1"], "se arrepintió", seen);
  assert.deepEqual(sent.map((body) => body["version-A-1"]), ["1", "1", "1"]);
});

test("a cancellation is for good, and nobody's answer is told", async () => {
  const { actions, board, told, denied } = stage([ticket({ numero: "A-1" })], [
    [{ numero: "A-1", exito: true, ticket: ticket({ numero: "A-1", estado: "cancelado", version: 2 }) }],
    null,
    Response.json({ detail: "No." }, { status: 422 }),
    Response.json({}, { status: 401 }),
  ]);
  await actions.cancel(["A-1"], "se arrepintió");
  assert.equal(told[0]?.undo, undefined);
  board.put(ticket({ numero: "A-2" }));
  for (const times of [0, 0, 1]) {
    await actions.move(["A-2"], 2);
    assert.equal(denied(), times);
  }
  assert.deepEqual(told.map(({ text }) => text).slice(1, 3), ["board-js-network", "No."]);
  assert.equal(board.ticket("A-2")?.estado, "pendiente", "and lies where it was");
});

test("of several the one that is under way is left out and told, and what nobody answered stays chosen", async () => {
  const done = (/** @type {string} */ numero) => ({ numero, exito: true, ticket: ticket({ numero, ...WITH_BRUNO, version: 2 }) });
  const { actions, sent, told } = stage([ticket({ numero: "A-1" }), ticket({ numero: "A-2" })], [[done("A-1")], [done("A-2")], null]);
  const [first, both, again] = [actions.move(["A-1"], 2), actions.move(["A-1", "A-2"], 2), actions.move(["A-1"], 2)];
  assert.deepEqual(await Promise.all([first, both, again]), [true, false, false]);
  assert.deepEqual(sent.map(({ numeros }) => numeros), [["A-1"], ["A-2"]]);
  assert.equal(told[0]?.text, "board-js-busy");
  assert.equal(await actions.prioritise(["A-1"], "alta"), false, "no network");
  assert.equal(await actions.move(["A-1"], 2), true, "there already");
});

test("somebody off shift or full is given more only when that is said once more", async () => {
  const tickets = [ticket({ numero: "A-1", ...WITH_ANA }), ticket({ numero: "A-2" }), ticket({ numero: "A-3" }), ticket({ numero: "A-4", ...WITH_BRUNO, estado: "en-camino" })];
  const { actions, board } = stage(tickets, []);
  const driver = { activo: true, en_turno: true, barrio: null, lat: null, lng: null, posicion_fecha: null };
  board.setDrivers([{ ...driver, id: 1, nombre: "Ana", capacidad: 2 }, { ...driver, id: 2, nombre: "Bruno", capacidad: 1 }, { ...driver, id: 3, nombre: "Ciro", capacidad: 9, en_turno: false }]);
  assert.equal(actions.doubt(["A-2"], 1), "", "there is room for one");
  assert.equal(actions.doubt(["A-2", "A-3"], 1), "board-js-not-given-many");
  assert.equal(actions.doubt(["A-1", "A-2"], 1), "", "one of them is there already");
  for (const target of [2, 3]) assert.equal(actions.doubt(["A-2"], target), "board-js-not-given");
  assert.deepEqual(board.doubt(2, 1), { driver: "Bruno", load: 1, capacity: 1, room: 0, offShift: false });
  assert.deepEqual(board.doubt(3, 1), { driver: "Ciro", load: 0, capacity: 9, room: 9, offShift: true });
  assert.equal(actions.doubt(["A-4"], 3), "board-js-not-given", "on its way it is said as well, once it was said who has the goods");
  for (const target of /** @type {const} */ (["auto", "pool"])) assert.equal(actions.doubt(["A-2"], target), "");
});
