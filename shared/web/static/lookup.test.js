import assert from "node:assert/strict";
import { test } from "node:test";
import { Lookup } from "./lookup.js";

/** Questions that are answered when the test says so. */
function world() {
  const questions = [];
  const timers = new Map();
  const found = [];
  let next = 1;
  const ask = (text, signal) => new Promise((resolve, reject) => questions.push({ text, signal, resolve, reject }));
  const lookup = new Lookup(ask, (list, text) => found.push([text, ...list]), {
    setTimeout: (run) => (timers.set(next, run), next++),
    clearTimeout: (timer) => timers.delete(timer),
  });
  const pause = () => {
    for (const [id, run] of [...timers]) if (timers.delete(id)) run();
  };
  return { lookup, questions, found, pause };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

test("asks once somebody pauses, and not for one letter", () => {
  const { lookup, questions, pause } = world();
  for (const typed of ["y", "ye", "yer", " yerba "]) lookup.type(typed);
  pause();
  lookup.type("yerba");
  pause();
  assert.deepEqual(questions.map(({ text }) => text), ["yerba"]);
});

test("an answer that comes late does not replace a newer one", async () => {
  const { lookup, questions, found, pause } = world();
  lookup.type("que");
  pause();
  lookup.type("queso");
  pause();
  const [early, late] = questions;
  assert.ok(early.signal.aborted && !late.signal.aborted);
  late.resolve(["Queso cremoso"]);
  await settled();
  early.resolve(["Quemador"]);
  await settled();
  assert.deepEqual(found, [["queso", "Queso cremoso"]]);
});

test("a question that fails finds nothing, and one that was dropped says nothing", async () => {
  const { lookup, questions, found, pause } = world();
  lookup.type("pan");
  pause();
  questions[0].reject(new Error("offline"));
  await settled();
  lookup.type("pan rallado");
  pause();
  lookup.stop();
  questions[1].resolve(["Pan rallado"]);
  await settled();
  assert.deepEqual(found, [["pan"]]);
  lookup.type("");
  assert.deepEqual(found.at(-1), ["pan"], "what was stopped begins anew");
});
