import assert from "node:assert/strict";
import { test } from "node:test";

import { Awake } from "./awake.js";

function phone() {
  const asked = [];
  const document = new EventTarget();
  document.visibilityState = "visible";
  const request = async () => {
    const lock = { released: false, release: async () => void (lock.released = true) };
    asked.push(lock);
    return lock;
  };
  return { asked, document, navigator: { wakeLock: { request } } };
}

test("the screen stays on while it is wanted, and comes back on with the page", async () => {
  const page = phone();
  const awake = new Awake(page);
  await awake.set(true);
  await awake.set(true);
  assert.equal(page.asked.length, 1);
  page.document.visibilityState = "hidden";
  page.asked[0].released = true;
  page.document.dispatchEvent(new Event("visibilitychange"));
  await awake.set(true);
  assert.equal(page.asked.length, 1, "nobody looks");
  page.document.visibilityState = "visible";
  page.document.dispatchEvent(new Event("visibilitychange"));
  await awake.set(true);
  assert.equal(page.asked.length, 2);
  await awake.set(false);
  assert.ok(page.asked[1].released);
});

test("a phone that refuses or does not know how goes on without", async () => {
  const refusing = { request: async () => Promise.reject(new Error("battery")) };
  for (const navigator of [{}, { wakeLock: refusing }]) {
    await new Awake({ ...phone(), navigator }).set(true);
  }
});
