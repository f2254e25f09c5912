import assert from "node:assert/strict";
import { test } from "node:test";

import { filters } from "./export.js";

test("a link's parameters are the body's filters: nothing for what is empty", () => {
  const query = new URLSearchParams("start_date=2026-11-01&barrio=&min_price=12.5&category=Almac%C3%A9n");
  assert.deepEqual(filters(query), { start_date: "2026-11-01", min_price: "12.5", category: "Almacén" });
  const several = new URLSearchParams("country=UK&country=&country=Korea%2C+Republic+of&city=");
  assert.deepEqual(filters(several), { country: ["UK", "Korea, Republic of"] });
});
