import assert from "node:assert/strict";
import { test } from "node:test";

import { Draft } from "./draft.js";

function storage() {
  /** @type {Map<string, string>} */
  const kept = new Map();
  return { getItem: (/** @type {string} */ name) => kept.get(name) ?? null, setItem: kept.set.bind(kept), removeItem: kept.delete.bind(kept) };
}

/** @param {Record<string, string>} fields */
function form(fields) {
  const data = new FormData();
  for (const [name, value] of Object.entries(fields)) data.set(name, value);
  return data;
}

test("what was sent comes back once, and only what was asked for", () => {
  const draft = new Draft(/** @type {any} */ (storage()), "7", ["direccion", "notas"]);
  draft.keep(form({ direccion: "Av. Cabildo 2040", clave: "x" }));
  assert.deepEqual(draft.take(), { direccion: "Av. Cabildo 2040", notas: "" });
  assert.equal(draft.take(), null);
});

test("somebody else gets nothing, and nothing is left of it", () => {
  const kept = /** @type {any} */ (storage());
  new Draft(kept, "7", ["direccion"]).keep(form({ direccion: "Av. Cabildo 2040" }));
  assert.equal(new Draft(kept, "8", ["direccion"]).take(), null);
  assert.equal(new Draft(kept, "7", ["direccion"]).take(), null);
});

test("where nothing can be kept the form works all the same", () => {
  const full = /** @type {any} */ ({ getItem: () => "{", setItem: () => { throw new Error("full"); }, removeItem: () => {} });
  const draft = new Draft(full, "7", ["direccion"]);
  draft.keep(form({}));
  assert.equal(draft.take(), null);
});
