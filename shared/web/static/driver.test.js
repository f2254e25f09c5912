import assert from "node:assert/strict";
import { test } from "node:test";
import { PositionSharer } from "./driver.js";

function phone() {
  const it = { watching: 0, ended: 0 };
  it.geolocation = {
    watchPosition: (seen, failed) => {
      it.watching += 1;
      it.at = (timestamp) => seen({ coords: { latitude: -34.56, longitude: -58.45 }, timestamp });
      it.failed = failed;
      return it.watching;
    },
    clearWatch: () => (it.ended += 1),
  };
  return it;
}

test("shares only while on shift", () => {
  const it = phone();
  const sharer = new PositionSharer(it.geolocation, () => true);
  sharer.set(false);
  assert.deepEqual([it.watching, it.ended], [0, 0]);
  sharer.set(true);
  sharer.set(true);
  sharer.set(false);
  sharer.set(false);
  assert.deepEqual([it.watching, it.ended], [1, 1]);
});

test("tells at most every ten seconds, and again when it was not heard", () => {
  const it = phone();
  const said = [];
  const start = 1_795_284_245_000;
  let now = start;
  let open = false;
  const send = (frame) => open && Boolean(said.push(frame));
  new PositionSharer(it.geolocation, send, () => now).set(true);
  it.at(start);
  open = true;
  for (const passed of [1000, 2000, 10_999, 11_000]) {
    now = start + passed;
    it.at(now);
  }
  assert.deepEqual(
    said.map((frame) => frame.ocurrido),
    ["2026-11-21T18:04:06.000Z", "2026-11-21T18:04:16.000Z"],
  );
  assert.deepEqual([said[0].type, said[0].lat, said[0].lng], ["position", -34.56, -58.45]);
});

test("a phone that lies still is told once somebody listens", () => {
  const it = phone();
  const said = [];
  let open = false;
  const sharer = new PositionSharer(it.geolocation, (frame) => open && Boolean(said.push(frame)), () => 1_795_284_245_000);
  sharer.set(true);
  it.at(1_795_284_245_000);
  open = true;
  sharer.retry();
  sharer.retry();
  assert.equal(said.length, 1);
  sharer.set(false);
  sharer.retry();
  assert.equal(said.length, 1);
});

test("says so when it may not", () => {
  const it = phone();
  let refused = 0;
  new PositionSharer(it.geolocation, () => true).set(true, () => (refused += 1));
  it.failed({ code: 3 });
  it.failed({ code: 1 });
  assert.equal(refused, 1);
});

test("who sets out says once more where it is, with the time of that, while it is recent", () => {
  const it = phone();
  const said = [];
  const at = 1_795_284_245_000;
  let now = at;
  const sharer = new PositionSharer(it.geolocation, (frame) => Boolean(said.push(frame.ocurrido)), () => now);
  sharer.setOut();
  sharer.set(true);
  sharer.setOut();
  assert.deepEqual(said, [], "nothing is known yet");
  it.at(at);
  now = at + 1000;
  sharer.setOut();
  assert.deepEqual(said, ["2026-11-21T18:04:05.000Z", "2026-11-21T18:04:05.000Z"]);
  now = at + 120_001;
  sharer.setOut();
  it.at(at + 120_000);
  sharer.set(false);
  sharer.setOut();
  sharer.set(true);
  sharer.setOut();
  assert.equal(said.length, 3, "neither what is old, nor off shift, nor what an earlier shift knew");
});

test("a phone whose clock is off says what it says, and a fix that knows better is placed by when it was heard", () => {
  const it = phone();
  const said = [];
  let now = Date.parse("1970-01-01T00:10:00Z");
  new PositionSharer(it.geolocation, (frame) => Boolean(said.push([frame.ocurrido, frame.enviado])), () => now).set(true);
  it.at(now - 3000);
  now += 20_000;
  it.at(1_795_284_245_000);
  assert.deepEqual(said, [
    ["1970-01-01T00:09:57.000Z", "1970-01-01T00:10:00.000Z"],
    ["1970-01-01T00:10:20.000Z", "1970-01-01T00:10:20.000Z"],
  ]);
});

test("a clock that is set back silences nobody", () => {
  const it = phone();
  const said = [];
  let now = 1_795_284_245_000;
  new PositionSharer(it.geolocation, (frame) => Boolean(said.push(frame)), () => now).set(true);
  it.at(now);
  now -= 3_600_000;
  it.at(now);
  it.at(now + 1);
  assert.equal(said.length, 2);
});
