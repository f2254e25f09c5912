import assert from "node:assert/strict";
import { test } from "node:test";

import { fold } from "./board-search.js";
import { Board } from "./board.js";
import { diff } from "./list-diff.js";

const NOW = Date.parse("2026-11-21T18:00:00Z");
const ALL = { estado: "", prioridad: "", barrio: "", repartidor: "", demorados: false, q: "" };
let id = 0;

const ticket = (numero, more = {}) => ({
  numero, ticket_id: ++id, cliente_nombre: "Ana Díaz", cliente_direccion: "Av. Cabildo 2040", cliente_telefono: null, barrio: "Núñez",
  total: 10, estado: "pendiente", prioridad: "normal", fecha_creacion: "2026-11-21T17:50:00Z", repartidor_id: null,
  repartidor_nombre: null, motivo: null, oferta_vence: null, fecha_asignacion: null, lat: null, lng: null, version: 1, ...more,
});
const driver = (id, nombre, more = {}) => ({ id, nombre, capacidad: 4, activo: true, en_turno: true, barrio: null, lat: null, lng: null, posicion_fecha: null, ...more });

function board(...tickets) {
  const board = new Board(3600_000);
  board.setDrivers([driver(2, "Beto"), driver(1, "Caro"), driver(3, "Dora", { en_turno: false })]);
  board.apply({ type: "snapshot", seq: 1, tickets });
  return board;
}

const lists = (board, view = "repartidores", filter = ALL) => Object.fromEntries(board.arrange(view, filter, NOW).map(({ key, numbers }) => [key, numbers]));

test("each ticket lies in the column of who carries it", () => {
  const it = board(
    ticket("A"), ticket("B", { estado: "asignado", repartidor_id: 1 }), ticket("C", { estado: "fallido", repartidor_id: 1 }),
    ticket("D", { estado: "en-camino", repartidor_id: 9 }), ticket("E", { estado: "entregado", repartidor_id: 1 }),
  );
  assert.deepEqual(lists(it), { pool: ["A"], failed: ["C"], elsewhere: ["D"], "driver-2": [], "driver-1": ["B"] });
  assert.deepEqual(Object.keys(lists(it)), ["failed", "pool", "elsewhere", "driver-2", "driver-1"], "by name; who is off shift with nothing is not there");
  assert.deepEqual(lists(it, "estados")["state-asignado"], ["B"]);
  it.put(ticket("F", { estado: "aceptado", repartidor_id: 3 }));
  assert.deepEqual(lists(it)["driver-3"], ["F"], "off shift, but it still carries something");
  assert.deepEqual([...it.loads()], [[1, 1], [9, 1], [3, 1]]);
});

test("what is further on its way comes first, then the urgent, then the oldest", () => {
  const it = board(
    ticket("young"), ticket("old", { fecha_creacion: "2026-11-21T17:00:00Z" }), ticket("urgent", { prioridad: "urgente" }),
    ticket("going", { estado: "en-camino", repartidor_id: 1 }), ticket("taken", { estado: "aceptado", repartidor_id: 1, prioridad: "urgente" }),
  );
  assert.deepEqual(lists(it).pool, ["urgent", "old", "young"]);
  assert.deepEqual(lists(it)["driver-1"], ["going", "taken"]);
});

test("a database that was restored is believed, and a list that was asked for is not taken for one", () => {
  const it = board(ticket("A", { version: 5 }), ticket("B"));
  it.epoch = "first";
  it.put(ticket("C", { estado: "entregado", version: 4 }));
  assert.deepEqual(it.apply({ type: "snapshot", tickets: [ticket("A", { version: 3 })] }), ["B"], "asked for: an older A, and B is over");
  const restored = { type: "snapshot", epoch: "second", tickets: [ticket("A", { version: 3 }), ticket("C", { version: 2 })] };
  assert.deepEqual(it.apply(restored).sort(), ["A", "C"]);
  assert.equal(it.ticket("A").version, 3);
  assert.deepEqual(it.apply({ ...restored, tickets: [] }).sort(), ["A", "C"]);
});

test("an event is a change once, and never takes a later one back", () => {
  const it = board(ticket("A"));
  const event = (version, more) => ({ type: "event", seq: 2, ticket: ticket("A", { version, ...more }) });
  assert.deepEqual(it.apply(event(3, { estado: "asignado", repartidor_id: 1 })), ["A"]);
  assert.deepEqual(it.apply(event(3)), []);
  assert.deepEqual(it.apply(event(2)), []);
  assert.equal(it.ticket("A").estado, "asignado");
  assert.deepEqual(it.apply(event(4, { estado: "entregado" })), ["A"]);
  assert.equal(it.ticket("A"), undefined);
  assert.ok(!it.put(ticket("A", { version: 3 })), "an answer that comes after the end");
  assert.deepEqual(it.apply({ type: "event", seq: 9, ticket: ticket("B", { estado: "cancelado", version: 7 }) }), []);
});

test("a snapshot replaces everything and tells only what changed", () => {
  const it = board(ticket("A"), ticket("B"));
  const again = it.apply({ type: "snapshot", seq: 5, tickets: [ticket("A"), ticket("C"), ticket("D", { estado: "devuelto" })] });
  assert.deepEqual(again, ["C", "B"]);
  assert.deepEqual(lists(it).pool.sort(), ["A", "C"]);
});

test("filters say the same as the server's search", () => {
  const it = board(ticket("BA-1"), ticket("BA-2", { barrio: "Belgrano", prioridad: "alta", fecha_creacion: "2026-11-21T16:00:00Z" }));
  const shown = (filter) => lists(it, "repartidores", { ...ALL, ...filter }).pool;
  assert.deepEqual(shown({ barrio: " NUÑEZ" }), ["BA-1"]);
  assert.deepEqual(shown({ q: "diaz" }).length, 2);
  assert.deepEqual(shown({ q: "ba-2" }), ["BA-2"]);
  assert.deepEqual(shown({ q: "b\u200ba-2" }), ["BA-2"]);
  for (const nothing of ["%", "_", "🔥", "..."]) assert.deepEqual(shown({ q: nothing }), [], nothing);
  assert.deepEqual(shown({ q: "BELGRANO díaz" }), ["BA-2"], "each word, wherever it stands, the barrio too");
  assert.deepEqual(shown({ q: "díaz nadie" }).length, 2, "nobody has both");
  assert.deepEqual(shown({ q: "nadie nunca" }), []);
  assert.deepEqual(shown({ q: "…" }), [], "marks ask for nothing");
  assert.deepEqual(shown({ prioridad: "alta" }), ["BA-2"]);
  assert.deepEqual(shown({ demorados: true }), ["BA-2"]);
  assert.deepEqual(shown({ repartidor: "1" }), []);
  assert.deepEqual(it.late(NOW), ["BA-2"]);
  assert.equal(fold("  Ñandú, «Café»: 3º-B "), "nandu cafe 3o b");
});

test("what was just put somewhere is shown there until the board has answered", () => {
  const it = board(ticket("A"));
  it.expect("A", 2);
  assert.deepEqual(lists(it)["driver-2"], ["A"]);
  assert.deepEqual(lists(it, "estados")["state-asignado"], ["A"]);
  it.expect("A", undefined);
  assert.deepEqual(lists(it).pool, ["A"]);
});

test("late is what was promised, and else the limit", () => {
  const at = (minutes) => new Date(NOW + minutes * 60_000).toISOString();
  const it = board(
    ticket("soon", { prometido: at(5) }), ticket("broken", { prometido: at(-1) }), ticket("long", { fecha_creacion: at(-80), prometido: at(10) }),
    ticket("none", { fecha_creacion: at(-61), prometido: null }),
  );
  assert.deepEqual(it.late(NOW), ["broken", "none"]);
  assert.equal(it.due("long"), NOW + 10 * 60_000);
});

test("a list of drivers does not take a later position back", () => {
  const it = board();
  assert.ok(it.move({ type: "position", repartidor_id: 1, lat: 1, lng: 2, at: "2026-11-21T17:59:00Z" }));
  assert.ok(!it.move({ type: "position", repartidor_id: 77, lat: 1, lng: 2, at: "2026-11-21T17:59:00Z" }));
  it.setDrivers([driver(1, "Caro", { lat: 9, lng: 9, posicion_fecha: "2026-11-21T17:00:00Z" })]);
  assert.equal(it.drivers.get(1).lat, 1);
});

/** What a page does with a diff. */
function applied(before, { gone, puts }) {
  const list = before.filter((key) => !gone.includes(key));
  for (const { key, next } of puts) {
    if (list.includes(key)) list.splice(list.indexOf(key), 1);
    list.splice(next === null ? list.length : list.indexOf(next), 0, key);
  }
  return list;
}

test("a diff leads from any list to any other, and moves no more than it has to", () => {
  assert.deepEqual(diff(["a", "b", "c"], ["a", "b", "c"]), { gone: [], puts: [] });
  assert.deepEqual(diff(["a", "b", "c", "d"], ["d", "a", "b", "c"]).puts, [{ key: "d", next: "a" }]);
  let seed = 7;
  const random = () => (seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647;
  for (let round = 0; round < 500; round++) {
    const some = () => [..."abcdefghij"].filter(() => random() < 0.6).sort(() => random() - 0.5);
    const [before, after] = [some(), some()];
    assert.deepEqual(applied(before, diff(before, after)), after, `${before} -> ${after}`);
  }
});
