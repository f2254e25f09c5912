import assert from "node:assert/strict";
import { test } from "node:test";

import { brought } from "./recover.js";

test("a link brings the address and the code, and nothing else", () => {
  assert.deepEqual(brought("#email=ana%2Bcasa%40example.com&codigo=ABCDE-12345&password=x"), { email: "ana+casa@example.com", codigo: "ABCDE-12345" });
  assert.deepEqual(brought("#codigo=ABCDE-12345"), { codigo: "ABCDE-12345" });
  assert.deepEqual([brought(""), brought("#x")], [{}, {}]);
});
