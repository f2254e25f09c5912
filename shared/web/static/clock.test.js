import assert from "node:assert/strict";
import { test } from "node:test";
import { clockTime, hear, offsetMs, serverNow } from "./clock.js";

const at = (text) => Date.parse(text);

test("the time on the wall is that of the zone, summer and winter", () => {
  const times = (zone) => ["2026-01-15T12:00:00Z", "2026-07-15T12:00:00Z"].map((text) => clockTime(at(text), zone));
  assert.deepEqual(times("America/Argentina/Buenos_Aires"), ["09:00", "09:00"]);
  assert.deepEqual(times("America/Santiago"), ["09:00", "08:00"]);
  assert.deepEqual(times("Europe/Madrid"), ["13:00", "14:00"]);
  assert.deepEqual(times("Asia/Kolkata"), ["17:30", "17:30"]);
  assert.equal(clockTime(at("2026-11-22T03:00:00Z"), "America/Argentina/Buenos_Aires"), "00:00", "and not 24:00");
  assert.match(clockTime(at("2026-11-22T03:00:00Z"), "Nowhere/Known"), /^\d\d:\d\d$/);
});

test("how far a zone is ahead changes with its clock", () => {
  const hours = (text, zone) => offsetMs(at(text), zone) / 3_600_000;
  assert.equal(hours("2026-03-29T00:59:59Z", "Europe/Madrid"), 1);
  assert.equal(hours("2026-03-29T01:00:00Z", "Europe/Madrid"), 2);
  assert.equal(hours("2026-11-21T12:00:00Z", "America/Argentina/Buenos_Aires"), -3);
  assert.equal(hours("2026-11-21T12:00:00Z", "Asia/Kolkata"), 5.5);
});

test("the server's time is heard from its answers", () => {
  const answer = (date, kept) => ({ headers: new Headers({ ...(date && { Date: date }), ...(kept && { "X-Kept-At": kept }) }) });
  const ahead = () => Math.round((serverNow() - Date.now()) / 1000);
  // Ten minutes behind the server.
  hear(answer("Sat, 21 Nov 2026 18:10:00 GMT"), at("2026-11-21T18:00:00Z"), at("2026-11-21T18:00:01Z"));
  assert.equal(ahead(), 600);
  hear(answer("Sat, 21 Nov 2026 10:00:00 GMT", "2026-11-21T10:00:00Z"), at("2026-11-21T18:00:00Z"), at("2026-11-21T18:00:00Z"));
  hear(answer(null), 0, 0);
  hear(answer("Sat, 21 Nov 2026 18:10:00 GMT"), at("2026-11-21T18:00:00Z"), at("2026-11-21T17:00:00Z"));
  assert.equal(ahead(), 600, "a page that was kept, or an answer without a time, says nothing");
  hear(answer("Sat, 21 Nov 2026 18:00:03 GMT"), at("2026-11-21T18:00:00Z"), at("2026-11-21T18:00:00Z"));
  assert.equal(ahead(), 0, "nor are seconds a difference");
});
