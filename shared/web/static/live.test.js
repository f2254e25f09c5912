import assert from "node:assert/strict";
import { test } from "node:test";
import { Live, backoffMs } from "./live.js";

/** A browser whose time moves when told, with sockets that say what the test says. */
function world({ random = () => 0.5 } = {}) {
  const timers = new Map();
  let next = 1;
  const it = {
    sockets: [],
    isHidden: false,
    now: 0,
    get socket() {
      return it.sockets.at(-1);
    },
    open: (url) => {
      const socket = {
        url,
        readyState: 1,
        sent: [],
        send: (text) => socket.sent.push(JSON.parse(text)),
        close: () => (socket.readyState = 3),
        says: (frame) => socket.onmessage({ data: JSON.stringify(frame) }),
        drops: (code = 1006) => {
          socket.readyState = 3;
          socket.onclose({ code });
        },
      };
      it.sockets.push(socket);
      return socket;
    },
    setTimeout: (run, ms) => (timers.set(next, { run, at: it.now + ms }), next++),
    clearTimeout: (timer) => timers.delete(timer),
    random,
    hidden: () => it.isHidden,
    onWake: (wake) => (it.wake = wake),
    advance: (ms) => {
      it.now += ms;
      for (const [id, timer] of [...timers]) {
        if (timer.at <= it.now && timers.delete(id)) timer.run();
      }
    },
  };
  return it;
}

function start(options = {}) {
  const it = world(options);
  const seen = { changed: [], status: [], denied: [], polls: 0 };
  const handlers = {
    changed: (frame) => seen.changed.push(frame.seq),
    status: (word) => seen.status.push(word),
    poll: () => (seen.polls += 1),
    denied: (code) => seen.denied.push(code),
  };
  const live = new Live("ws://here/ws", handlers, { world: it, cursor: options.cursor });
  return { it, seen, live };
}

const welcome = (epoch = "a") => ({ type: "welcome", epoch, seq: 9, heartbeat_s: 25 });
const event = (seq) => ({ type: "event", seq, kind: "ticket.status", ticket: {} });

test("subscribes, then resumes after the last event it has", () => {
  const { it, seen } = start();
  it.socket.says(welcome());
  assert.deepEqual(it.socket.sent, [{ type: "subscribe" }]);
  it.socket.says({ type: "snapshot", seq: 9, tickets: [] });
  it.socket.says(event(10));
  it.socket.drops();
  it.advance(250);
  it.socket.says(welcome());
  assert.deepEqual(it.socket.sent, [{ type: "subscribe", epoch: "a", after: 10 }]);
  assert.deepEqual(seen.status, ["connecting", "live", "waiting", "connecting", "live"]);
});

test("starts from where the page was rendered", () => {
  const { it } = start({ cursor: { epoch: "a", after: 7 } });
  it.socket.says(welcome());
  assert.deepEqual(it.socket.sent, [{ type: "subscribe", epoch: "a", after: 7 }]);
});

test("hands on an event once", () => {
  const { it, seen } = start();
  it.socket.says(welcome());
  for (const seq of [1, 2, 2, 1, 3]) it.socket.says(event(seq));
  assert.deepEqual(seen.changed, [1, 2, 3]);
});

test("another life of the database counts anew", () => {
  const { it, seen } = start();
  it.socket.says(welcome());
  it.socket.says(event(10));
  it.socket.drops();
  it.advance(1000);
  it.socket.says(welcome("b"));
  it.socket.says({ type: "snapshot", seq: 2, tickets: [] });
  it.socket.says(event(3));
  assert.deepEqual(seen.changed, [10, 2, 3]);
});

test("answers a ping and survives nonsense", () => {
  const { it } = start();
  it.socket.onmessage({ data: "{" });
  it.socket.says({ type: "ping" });
  it.socket.says({ type: "from-the-future" });
  assert.deepEqual(it.socket.sent, [{ type: "pong" }]);
});

test("waits as long as bye says, once", () => {
  const { it } = start();
  it.socket.says(welcome());
  it.socket.says({ type: "bye", reason: "reinicio", retry_after_ms: 2300 });
  it.socket.drops(1012);
  it.advance(2299);
  assert.equal(it.sockets.length, 1);
  it.advance(1);
  assert.equal(it.sockets.length, 2);
  it.socket.drops();
  it.advance(2000);
  assert.equal(it.sockets.length, 3, "the next wait is its own");
});

test("a hidden page does not knock; seen or online again it does at once", () => {
  const { it } = start();
  it.isHidden = true;
  it.socket.drops();
  it.advance(60_000);
  assert.equal(it.sockets.length, 1);
  it.wake();
  assert.equal(it.sockets.length, 1, "still hidden");
  it.isHidden = false;
  it.wake();
  assert.equal(it.sockets.length, 2);
  it.wake();
  assert.equal(it.sockets.length, 2, "one connection is enough");
});

test("waking cuts a wait short, and the wait does not open a second connection", () => {
  const { it } = start({ random: () => 1 });
  it.socket.drops();
  it.wake();
  assert.equal(it.sockets.length, 2);
  it.advance(30_000);
  assert.equal(it.sockets.filter((socket) => socket.readyState === 1).length, 1);
});

test("waits longer and longer with full jitter, up to a cap", () => {
  assert.equal(backoffMs(0, () => 1), 500);
  assert.equal(backoffMs(3, () => 1), 4000);
  assert.equal(backoffMs(50, () => 1), 30_000);
  assert.equal(backoffMs(50, () => 0), 0);
});

test("a page that cannot be reached by a socket is asked to look for itself, and no more once it can", () => {
  const { it, seen } = start({ random: () => 1 });
  for (const ms of [500, 1000]) {
    it.socket.drops();
    it.advance(ms);
  }
  assert.equal(seen.polls, 0);
  it.socket.drops();
  assert.equal(seen.status.at(-1), "polling");
  it.advance(2000);
  assert.equal(seen.polls, 1);
  it.socket.drops();
  it.isHidden = true;
  it.advance(4000);
  assert.equal(seen.polls, 1, "nobody looks");
  it.isHidden = false;
  it.wake();
  it.socket.says(welcome());
  it.socket.drops();
  it.advance(500);
  assert.deepEqual([seen.polls, seen.status.slice(-3)], [1, ["live", "waiting", "connecting"]]);
});

test("gives up on a silent connection", () => {
  const { it } = start();
  it.socket.says(welcome());
  const silent = it.socket;
  it.advance(59_999);
  silent.says({ type: "ping" });
  it.advance(59_999);
  assert.equal(silent.readyState, 1);
  it.advance(1);
  assert.equal(silent.readyState, 3);
  it.advance(500);
  assert.equal(it.sockets.length, 2);
  silent.onclose({ code: 1006 });
  it.advance(1000);
  assert.equal(it.sockets.length, 2, "the old one's last word changes nothing");
});

test("stays away when told to", () => {
  const { it, seen } = start();
  it.socket.drops(4401);
  it.advance(60_000);
  it.wake();
  assert.deepEqual([it.sockets.length, seen.denied, seen.status.at(-1)], [1, [4401], "over"]);
});

test("an order that is over ends its feed without complaint", () => {
  const { it, seen } = start();
  it.socket.says({ type: "pedido", pedido: {} });
  it.socket.drops(1000);
  it.advance(60_000);
  assert.deepEqual([it.sockets.length, seen.changed.length, seen.denied, seen.status.at(-1)], [1, 1, [], "over"]);
});

test("says nothing to a closed socket", () => {
  const { it, live } = start();
  assert.equal(live.send({ type: "pong" }), true);
  it.socket.readyState = 0;
  assert.equal(live.send({ type: "pong" }), false);
  live.stop();
  it.advance(60_000);
  assert.equal(it.sockets.length, 1);
});
