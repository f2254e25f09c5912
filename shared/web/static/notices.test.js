import assert from "node:assert/strict";
import { test } from "node:test";

import { Notices, bytes } from "./notices.js";

const KEY = "BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8";

/** A phone whose user answers `leave`, and a server that keeps what it is told. */
function phone({ leave = "granted", permission = "default", standing = {}, remembered } = {}) {
  const calls = [];
  const memory = new Map(remembered ? [["belgrano-avisos", remembered]] : []);
  const world = {
    calls,
    memory,
    subscription: null,
    standing: { clave: KEY, cuenta: 7, activo: false, ...standing },
    subscribedWith: [],
  };
  const make = ({ applicationServerKey }) => {
    world.subscribedWith.push(applicationServerKey);
    const number = world.subscribedWith.length;
    world.subscription = {
      endpoint: `https://push.example/${number}`,
      options: { applicationServerKey: applicationServerKey.buffer },
      toJSON: () => ({ endpoint: `https://push.example/${number}`, keys: {} }),
      unsubscribe: async () => void (world.subscription = null),
    };
    return world.subscription;
  };
  world.notices = new Notices({
    workers: { ready: Promise.resolve({ pushManager: { getSubscription: async () => world.subscription, subscribe: async (options) => make(options) } }) },
    permission: () => permission,
    ask: async () => (permission = leave),
    async call(method, path, body) {
      calls.push([method, path, ...(body ? [body.endpoint] : [])]);
      if (method === "GET") return world.standing;
      world.standing.activo = method === "POST";
      return null;
    },
    memory: { getItem: (key) => memory.get(key) ?? null, setItem: (key, value) => memory.set(key, value), removeItem: (key) => memory.delete(key) },
    installable: false,
  });
  world.subscribe = (key = KEY) => make({ applicationServerKey: bytes(key) });
  return world;
}

test("nobody is subscribed who did not ask", async () => {
  const { notices, calls, subscribedWith } = phone({ permission: "granted" });
  assert.equal(await notices.look(), "off");
  assert.deepEqual([calls, subscribedWith], [[["GET", "/api/avisos/clave"]], []]);
});

test("who asks is subscribed with the server's key, and may take it back", async () => {
  const world = phone();
  await world.notices.look();
  assert.equal(await world.notices.on(), "on");
  assert.deepEqual(world.subscribedWith, [bytes(KEY)]);
  assert.equal(world.subscribedWith[0].length, 65);
  assert.deepEqual(world.calls.at(-1), ["POST", "/api/avisos", "https://push.example/1"]);
  assert.equal(await world.notices.look(), "on");
  assert.equal(world.calls.filter(([method]) => method === "POST").length, 1, "the server has it already");
  assert.equal(await world.notices.off(), "off");
  assert.deepEqual(world.calls.at(-1), ["DELETE", "/api/avisos", "https://push.example/1"]);
  assert.equal(world.subscription, null);
  assert.equal(await world.notices.look(), "off");
});

test("the next log-in of the same account subscribes again, and another's does not", async () => {
  const world = phone({ permission: "granted", remembered: "7" });
  world.subscribe();
  assert.equal(await world.notices.look(), "on");
  assert.deepEqual(world.calls.at(-1), ["POST", "/api/avisos", "https://push.example/1"]);
  const other = phone({ permission: "granted", remembered: "7", standing: { cuenta: 8 } });
  other.subscribe();
  assert.equal(await other.notices.look(), "off");
  assert.equal(other.calls.length, 1);
});

test("another key of the server means another subscription", async () => {
  const world = phone({ permission: "granted", remembered: "7", standing: { activo: true } });
  world.subscribe(KEY.replace("BP4z", "BP5z"));
  assert.equal(await world.notices.look(), "on");
  assert.deepEqual(world.subscribedWith.at(-1), bytes(KEY));
  assert.deepEqual(world.calls.at(-1), ["POST", "/api/avisos", "https://push.example/2"]);
});

test("a refusal is taken at its word", async () => {
  const world = phone({ leave: "denied" });
  await world.notices.look();
  assert.equal(await world.notices.on(), "blocked");
  assert.equal(await world.notices.look(), "blocked");
  assert.deepEqual(world.subscribedWith, []);
  const closed = phone({ leave: "default" });
  await closed.notices.look();
  assert.equal(await closed.notices.on(), "off");
});

test("where notices cannot work nothing is offered", async () => {
  for (const standing of [{ clave: null }, { cuenta: null }]) assert.equal(await phone({ standing }).notices.look(), "impossible");
  const old = phone().notices;
  old.device.workers = undefined;
  assert.equal(await old.look(), "impossible");
  old.device.installable = true;
  assert.equal(await old.look(), "install");
});
