import assert from "node:assert/strict";
import { test } from "node:test";
import { Coalesced, reconcile, remember } from "./fragment.js";

/** As much of an element as a list needs. */
class Item {
  children = [];
  parent = null;
  details = [];
  querySelectorAll() {
    return this.details;
  }
  constructor(key, text = "") {
    this.dataset = { key };
    this.text = text;
  }
  get nextElementSibling() {
    return this.parent.children[this.parent.children.indexOf(this) + 1] ?? null;
  }
  get outerHTML() {
    return `${this.dataset.key}=${this.text}`;
  }
  remove() {
    if (this.parent) this.parent.children.splice(this.parent.children.indexOf(this), 1);
    this.parent = null;
  }
  insertBefore(child, before) {
    child.remove();
    const at = before ? this.children.indexOf(before) : this.children.length;
    assert.notEqual(at, -1);
    this.children.splice(at, 0, child);
    child.parent = this;
  }
  replaceChild(fresh, old) {
    this.insertBefore(fresh, old);
    old.remove();
  }
}

function list(words) {
  const it = new Item("list");
  for (const word of words.split(" ").filter(Boolean)) it.insertBefore(new Item(...word.split("=")), null);
  return it;
}

const shown = (it) => it.children.map((child) => `${child.dataset.key}=${child.text}`).join(" ");

test("what somebody opened stays open in what takes its place, and what the server opens is open", () => {
  const it = list("a=1");
  const [a] = it.children;
  a.details = [{ open: false }, { open: false }];
  remember(it);
  a.details[0].open = true;
  const fresh = list("a=2");
  fresh.children[0].details = [{ open: false }, { open: true }];
  reconcile(it, fresh);
  assert.deepEqual(it.children[0].details, [{ open: true }, { open: true }]);
});

test("any list becomes any other", () => {
  const lists = ["", "a=1", "a=2", "a=1 b=1", "b=1 a=1", "c=1 a=2 b=1", "b=2 d=1", "a=1 b=1 c=1 d=1", "d=1 c=1 b=1 a=1"];
  for (const from of lists) {
    for (const to of lists) {
      const it = list(from);
      reconcile(it, list(to));
      assert.equal(shown(it), to, `${from} -> ${to}`);
    }
  }
});

test("what did not change is the same element", () => {
  const it = list("a=1 b=1");
  remember(it);
  const [a, b] = it.children;
  b.text = "opened by hand";
  reconcile(it, list("b=1 a=2"));
  assert.equal(it.children[0], b);
  assert.notEqual(it.children[1], a);
  const fresh = it.children[1];
  reconcile(it, list("a=2 b=2"));
  assert.equal(it.children[0], fresh, "what came later is remembered, too");
  assert.notEqual(it.children[1], b);
});

test("what somebody uses is left alone", () => {
  const it = list("a=1 b=1");
  remember(it);
  const [a] = it.children;
  reconcile(it, list("b=1 a=2"), (child) => child === a);
  assert.equal(shown(it), "b=1 a=1");
});

test("many askers, one load; one more for those who asked meanwhile", async () => {
  const timers = [];
  const world = { setTimeout: (run) => timers.push(run), random: () => 0 };
  const loads = [];
  const refresh = new Coalesced(() => new Promise((resolve, reject) => loads.push({ resolve, reject })), world);
  for (let i = 0; i < 5; i++) refresh.ask();
  assert.equal(timers.length, 1);
  const first = timers.shift()();
  refresh.ask();
  refresh.ask();
  assert.deepEqual([loads.length, timers.length], [1, 0]);
  loads[0].reject(new Error("away"));
  await first;
  assert.equal(timers.length, 1);
  timers.shift()();
  assert.equal(loads.length, 2);
});
