import assert from "node:assert/strict";
import { test } from "node:test";
import { clock } from "./components.js";

test("time that is left reads like a clock and does not go below nothing", () => {
  assert.deepEqual([45_000, 44_001, 723_000, 3_723_000].map(clock), ["0:45", "0:45", "12:03", "1:02:03"]);
  assert.deepEqual([0, -5000].map(clock), ["0:00", "0:00"]);
});
