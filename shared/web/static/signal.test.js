import assert from "node:assert/strict";
import { test } from "node:test";

import { Freshness } from "./signal.js";

test("a page that comes from the phone is as old as when it was seen", () => {
  const at = Date.parse("2026-03-01T12:00:00Z");
  const freshness = new Freshness("2026-03-01T12:00:00Z", () => at + 60_000);
  assert.deepEqual([freshness.since, freshness.remembered], [at, true]);
  freshness.status("live");
  assert.equal(freshness.since, at, "connected, and still showing what it remembers");
  freshness.refreshed();
  assert.deepEqual([freshness.since, freshness.remembered], [null, false]);
});

test("an open page is as old as its last answer once the line is cut", () => {
  const world = { at: 1000 };
  const freshness = new Freshness(undefined, () => world.at);
  assert.equal(freshness.since, null);
  freshness.status("live");
  world.at = 5000;
  freshness.status("waiting");
  assert.equal(freshness.since, 5000);
  world.at = 9000;
  freshness.status("polling");
  assert.equal(freshness.since, 5000, "trying is not hearing");
  freshness.refreshed();
  assert.equal(freshness.since, 9000);
  freshness.status("live");
  assert.equal(freshness.since, null);
});
