import assert from "node:assert/strict";
import { test } from "node:test";
import { touched, typedSince } from "./manage-products.js";

const text = (value, defaultValue) => ({ type: "text", value, defaultValue, checked: false, defaultChecked: false });
const box = (checked, defaultChecked) => ({ type: "checkbox", value: "1", defaultValue: "1", checked, defaultChecked });

test("a row is touched when it holds something else than the server wrote", () => {
  assert.equal(touched([text("1450", "1450"), text("", ""), box(true, true)]), false);
  assert.equal(touched([text("1450", "1450"), text("", "12"), box(true, true)]), true);
  assert.equal(touched([text("1450", "1450"), box(false, true)]), true);
});

test("what is typed while a row is saved is kept, a box that was cleared as well", () => {
  const sent = [["precio", "1450"], ["stock", "12"], ["activo", "1"]];
  assert.deepEqual(typedSince(sent, sent), []);
  assert.deepEqual(typedSince(sent, [["precio", "1450"], ["stock", "13"]]), [["stock", "13"], ["activo", ""]]);
  assert.deepEqual(typedSince([["precio", "1"]], [["precio", "1"], ["activo", "1"]]), [["activo", "1"]]);
});
