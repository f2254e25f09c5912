import assert from "node:assert/strict";
import { test } from "node:test";
import { paced } from "./paced.js";

test("at once, then no oftener than so often, and what was asked for in between is not forgotten", () => {
  let done = 0;
  /** @type {[() => void, number][]} */
  const waiting = [];
  const pass = () => waiting.shift()?.[0]();
  const ask = paced(() => (done += 1), 1000, (run, ms) => waiting.push([run, ms]));
  for (let n = 0; n < 3; n++) ask();
  assert.deepEqual([done, waiting.length, waiting[0]?.[1]], [1, 1, 1000]);
  pass();
  assert.equal(done, 2, "those that came too early, once");
  pass();
  assert.deepEqual([done, waiting.length], [2, 0], "nobody asked again");
  ask();
  assert.equal(done, 3);
});
