import assert from "node:assert/strict";
import { test } from "node:test";

import { StepQueue, tell } from "./steps.js";

const done = { kind: "done", version: 3 };
const later = { kind: "later" };

/** A phone: what is in `kept` survives, everything else is gone with the app. */
function phone(answers = []) {
  const kept = new Map();
  const sent = [];
  let keys = 0;
  const store = {
    // By key, which says nothing about order.
    all: async () => [...kept.values()].reverse().map((entry) => structuredClone(entry)),
    put: async (entry) => void kept.set(entry.id, structuredClone(entry)),
    remove: async (id) => void kept.delete(id),
  };
  const world = { at: Date.parse("2026-03-01T12:00:00Z"), now: () => world.at, key: () => `k${++keys}` };
  const send = async (entry) => {
    sent.push(`${entry.id} ${entry.number} ${entry.step.estado}`);
    return answers.shift() ?? done;
  };
  const start = () => new StepQueue(store, send, () => {}, world);
  return { kept, sent, world, start, answers };
}

test("steps are kept with the time of the tap and sent in its order", async () => {
  const { kept, sent, world, start } = phone();
  const queue = start();
  await queue.add("A", { estado: "aceptado" });
  world.at += 60_000;
  await queue.add("B", { estado: "aceptado" });
  await queue.add("A", { estado: "en-camino" });
  assert.equal(kept.get("k2").step.ocurrido, "2026-03-01T12:01:00.000Z");
  assert.deepEqual([queue.expected("A"), queue.expected("B"), queue.expected("C")], ["en-camino", "aceptado", null]);
  await queue.flush();
  assert.deepEqual(sent, ["k1 A aceptado", "k2 B aceptado", "k3 A en-camino"]);
  assert.equal(kept.size, 0);
});

test("without a signal nothing is lost and nothing overtakes", async () => {
  const { sent, start, answers } = phone([later, done, later]);
  const queue = start();
  await queue.add("A", { estado: "aceptado" });
  await queue.add("A", { estado: "en-camino" });
  await queue.flush();
  assert.equal(queue.waiting.length, 2);
  await queue.flush();
  assert.equal(queue.waiting.length, 1);
  assert.equal(answers.length, 0);
  await queue.flush();
  assert.deepEqual(sent.slice(-2), ["k2 A en-camino", "k2 A en-camino"], "the same key every time");
});

test("it survives the app, also when the answer got lost", async () => {
  const { kept, sent, start } = phone([later]);
  const first = start();
  await first.add("A", { estado: "entregado", pin: "1234" });
  await first.flush();
  const second = start();
  await second.flush();
  assert.deepEqual(sent, ["k1 A entregado", "k1 A entregado"]);
  assert.equal(kept.size, 0);
});

test("a step that was stored before another app started comes first", async () => {
  const { sent, start } = phone([later]);
  await start().add("A", { estado: "aceptado" });
  const queue = start();
  await queue.add("A", { estado: "en-camino" });
  await queue.flush();
  await queue.flush();
  assert.deepEqual(sent, ["k1 A aceptado", "k1 A aceptado", "k2 A en-camino"]);
});

test("what the board refuses stays until it is read, and holds nothing back", async () => {
  const { kept, start } = phone([{ kind: "refused", reason: "ya fue cancelado" }]);
  const queue = start();
  await queue.add("A", { estado: "entregado", pin: "1234", foto: "data:image/jpeg;base64,AA" });
  await queue.add("B", { estado: "aceptado" });
  await queue.flush();
  assert.deepEqual([queue.waiting.length, queue.expected("A")], [0, null]);
  assert.deepEqual([...kept.values()].map((entry) => entry.refused), ["ya fue cancelado"]);
  assert.deepEqual(Object.keys(kept.get("k1").step), ["estado", "ocurrido"], "and no proof of it");
  await start().dismiss("k1");
  assert.equal(kept.size, 0);
});

test("taps in one moment keep their order over a restart", async () => {
  const { sent, start } = phone();
  const queue = start();
  await Promise.all(["A", "B", "C"].map((number) => queue.add(number, { estado: "aceptado" })));
  await start().flush();
  assert.deepEqual(sent, ["k1 A aceptado", "k2 B aceptado", "k3 C aceptado"]);
});

test("a phone that keeps nothing says so to whoever adds, and sends nothing", async () => {
  const store = { all: () => Promise.reject(new Error("private window")), put: async () => {}, remove: async () => {} };
  const queue = new StepQueue(store, () => assert.fail("nothing to send"), () => {});
  await queue.flush();
  await assert.rejects(queue.add("A", { estado: "aceptado" }), /private window/);
});

test("a ticket that the board cannot take now holds up no other", async () => {
  const { kept, sent, start } = phone([{ kind: "busy" }]);
  const queue = start();
  await queue.add("A", { estado: "entregado", pin: "1234" });
  await queue.add("B", { estado: "aceptado" });
  await queue.add("A", { estado: "fallido" });
  await queue.add("B", { estado: "en-camino" });
  await queue.flush();
  assert.deepEqual(sent, ["k1 A entregado", "k2 B aceptado", "k4 B en-camino"]);
  await queue.flush();
  assert.deepEqual([sent.slice(3), kept.size], [["k1 A entregado", "k3 A fallido"], 0]);
});

test("two calls at once are one", async () => {
  const { sent, start } = phone();
  const queue = start();
  await queue.add("A", { estado: "aceptado" });
  await Promise.all([queue.flush(), queue.flush()]);
  assert.equal(sent.length, 1);
});

test("a signal that comes back while an attempt fails is not missed", async () => {
  const { sent, start, answers } = phone([later]);
  const queue = start();
  await queue.add("A", { estado: "aceptado" });
  const first = queue.flush();
  // The browser says that it is online while the answer of before is still on its way.
  const second = queue.flush();
  await Promise.all([first, second]);
  assert.deepEqual([sent.length, queue.waiting.length, answers.length], [2, 0, 0]);
});

test("the board's answer decides what becomes of a step", async () => {
  const entry = { id: "k1", order: 1, number: "BA-1/2", step: { estado: "aceptado", ocurrido: "x" }, refused: null };
  const answer = (status, body) => async (url, options) => {
    assert.equal(url, "/api/tickets/BA-1%2F2/estado");
    assert.equal(options.headers["Idempotency-Key"], "k1");
    assert.equal(options.headers["X-Belgrano-Usuario"], "7");
    assert.equal(options.headers["X-Belgrano-Enviado"], "1970-01-01T00:00:01.000Z");
    assert.equal(options.body, JSON.stringify(entry.step), "the same on every try");
    return new Response(body, { status });
  };
  const cases = [
    [answer(200, '{"numero":"BA-1/2","version":3}'), done],
    [answer(200, '{"numero":"BA-1/2","ver'), later],
    [answer(503, ""), { kind: "busy" }],
    [answer(429, ""), { kind: "busy" }],
    [answer(408, ""), { kind: "busy" }],
    [answer(401, ""), later],
    [answer(409, '{"detail":"El ticket ya está entregado."}'), { kind: "refused", reason: "El ticket ya está entregado.", field: null }],
    [answer(422, '{"detail":"x","errors":[{"field":"pin","message":"no es"}]}'), { kind: "refused", reason: "no es", field: "pin" }],
    [answer(429, '{"detail":"x","errors":[{"field":"pin","message":"demasiados"}]}'), { kind: "refused", reason: "demasiados", field: "pin" }],
    [answer(404, "<html>"), { kind: "refused", reason: "404", field: null }],
    [async () => Promise.reject(new TypeError("offline")), later],
  ];
  for (const [fetch, expected] of cases) assert.deepEqual(await tell(entry, "7", fetch, () => 1000), expected);
});

test("steps keep the order of the taps when the phone's clock is set back between them", async () => {
  const { sent, start, world } = phone();
  const queue = start();
  await queue.add("A", { estado: "aceptado" });
  world.at -= 3_600_000;
  await queue.add("A", { estado: "en-camino" });
  world.at -= 365 * 24 * 3_600_000;
  await queue.add("A", { estado: "entregado" });
  const again = start();
  await again.flush();
  assert.deepEqual(sent, ["k1 A aceptado", "k2 A en-camino", "k3 A entregado"]);
});
