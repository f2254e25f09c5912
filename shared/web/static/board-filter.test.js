import assert from "node:assert/strict";
import { test } from "node:test";

import { SavedViews, count, read, written } from "./board-filter.js";

test("an address says what is shown, and back", () => {
  const { view, filter } = read("?vista=estados&estado=asignado&barrio=N%C3%BA%C3%B1ez&q=+ana+&demorados=1&otro=x");
  assert.deepEqual([view, filter.barrio, filter.q, filter.demorados, filter.prioridad], ["estados", "Núñez", "ana", true, ""]);
  assert.equal(written(view, filter), "vista=estados&estado=asignado&barrio=N%C3%BA%C3%B1ez&q=ana&demorados=1");
  assert.equal(count(filter), 3, "the search is not in the panel");
  const nothing = read("");
  assert.equal(written(nothing.view, nothing.filter), "");
});

test("views are kept by name, and what is broken is nothing", () => {
  const kept = new Map();
  const storage = { getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => kept.set(key, value) };
  const views = new SavedViews(storage, "1");
  views.keep("Norte", "barrio=Belgrano");
  views.keep("Norte", "barrio=Saavedra");
  views.keep("Urgentes", "prioridad=urgente");
  assert.deepEqual(views.all(), [{ name: "Norte", query: "barrio=Saavedra" }, { name: "Urgentes", query: "prioridad=urgente" }]);
  assert.deepEqual(new SavedViews(storage, "2").all(), [], "each person's own");
  views.drop("Norte");
  assert.equal(views.all().length, 1);
  kept.set("belgrano-vistas-1", '{"no":"list"}');
  assert.deepEqual(views.all(), []);
  kept.set("belgrano-vistas-1", "{");
  assert.deepEqual(views.all(), []);
  const full = { getItem: () => null, setItem: () => { throw new Error("full"); } };
  new SavedViews(full, "1").keep("x", "");
});
