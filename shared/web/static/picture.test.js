import assert from "node:assert/strict";
import { test } from "node:test";
import { fit } from "./picture.js";

test("a photo is made small, never large", () => {
  assert.deepEqual(fit(4000, 3000, 1280), [1280, 960]);
  assert.deepEqual(fit(3000, 4000, 1280), [960, 1280]);
  assert.deepEqual(fit(640, 480, 1280), [640, 480]);
  assert.deepEqual(fit(10_000, 1, 1280), [1280, 1]);
});
