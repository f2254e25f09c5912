import assert from "node:assert/strict";
import { test } from "node:test";
import { asks, price } from "./products.js";

test("a price reads as the pages write it", () => {
  const plain = (text) => text.replaceAll("\u00a0", " ");
  assert.deepEqual([4200, 3450.5].map((pesos) => plain(price(pesos, "es-AR"))), ["$ 4.200", "$ 3.450,50"]);
  assert.equal(plain(price(3450.5, "en")), "ARS 3,450.50");
});

test("asks for a few, and says when there was no answer", async () => {
  const asked = [];
  globalThis.fetch = async (address) => {
    asked.push(address);
    return { ok: asked.length < 2, status: 503, json: async () => ({ productos: [{ id: 1 }] }) };
  };
  const ask = asks("/api/productos");
  assert.deepEqual(await ask("dulce & leche"), [{ id: 1 }]);
  assert.equal(asked[0], "/api/productos?q=dulce+%26+leche&limit=6");
  await assert.rejects(ask("x"));
});
