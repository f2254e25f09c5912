import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { createContext, runInContext } from "node:vm";

const SOURCE = await readFile(new URL("./worker.js", import.meta.url), "utf8");
const HEAD = 'const APP = { version: "1", name: "Belgrano", icon: "/icon.png", offline: "/sin-conexion", shell: [] };\n';

/** The worker, with what it did. */
function worker({ windows = [], answer = () => ({ ok: true }) } = {}) {
  const did = { shown: [], opened: [], focused: [], fetched: [] };
  const listeners = {};
  const registration = {
    showNotification: async (title, options) => void did.shown.push({ title, ...options }),
    getNotifications: async ({ tag }) => did.shown.filter((one) => one.tag === tag),
    pushManager: { subscribe: async (options) => ({ endpoint: "https://push.example/2", options, toJSON: () => ({ endpoint: "https://push.example/2" }) }) },
  };
  const open = windows.map((url) => ({ url, focus: async () => void did.focused.push(url) }));
  const self = {
    addEventListener: (name, listener) => void (listeners[name] = listener),
    registration,
    location: new URL("https://belgrano.example/sw.js"),
    clients: { matchAll: async () => open, openWindow: async (url) => void did.opened.push(String(url)) },
  };
  const fetch = async (path, options) => {
    did.fetched.push([options.method, path, JSON.parse(options.body)]);
    return answer();
  };
  runInContext(HEAD + SOURCE, createContext({ self, URL, Request, Response, fetch, console }));
  const send = async (name, event) => {
    let done;
    listeners[name]({ ...event, waitUntil: (promise) => void (done = promise) });
    await done;
  };
  return { ...did, send };
}

const push = (notice) => ({ data: { json: () => JSON.parse(notice) } });
const NOTICE = { id: "1", title: "Tu pedido va en camino", body: "El pedido BA-1 ya salió.", tag: "t", url: "/pedidos/BA-1", lang: "es-AR" };

test("a push is shown, and one that comes twice makes no second noise", async () => {
  const sw = worker();
  await sw.send("push", push(JSON.stringify(NOTICE)));
  await sw.send("push", push(JSON.stringify(NOTICE)));
  await sw.send("push", push(JSON.stringify({ ...NOTICE, id: "2" })));
  assert.deepEqual(sw.shown.map(({ title, tag, renotify }) => [title, tag, renotify]), [
    [NOTICE.title, "t", true],
    [NOTICE.title, "t", false],
    [NOTICE.title, "t", true],
  ]);
  assert.deepEqual([sw.shown[0].body, sw.shown[0].lang, sw.shown[0].data.url], [NOTICE.body, "es-AR", "/pedidos/BA-1"]);
});

test("a push that says nothing is shown all the same, as browsers insist", async () => {
  for (const event of [{ data: null }, push("x")]) {
    const sw = worker();
    await sw.send("push", event);
    assert.equal(sw.shown[0].title, "Belgrano");
  }
});

test("a tap goes to the page, to the open one if there is", async () => {
  const tap = (url) => ({ notification: { close() {}, data: { url } } });
  const closed = worker({ windows: ["https://belgrano.example/carrito"] });
  await closed.send("notificationclick", tap("/pedidos/BA-1"));
  assert.deepEqual([closed.opened, closed.focused], [["https://belgrano.example/pedidos/BA-1"], []]);
  const open = worker({ windows: ["https://belgrano.example/carrito", "https://belgrano.example/pedidos/BA-1?x=1"] });
  await open.send("notificationclick", tap("/pedidos/BA-1"));
  assert.deepEqual([open.opened, open.focused], [[], ["https://belgrano.example/pedidos/BA-1?x=1"]]);
});

test("a tap leads nowhere else", async () => {
  for (const url of ["https://evil.example/x", "//evil.example/x", "javascript:alert(1)", "\\\\evil.example"]) {
    const sw = worker();
    await sw.send("notificationclick", { notification: { close() {}, data: { url } } });
    assert.ok(sw.opened.every((opened) => opened.startsWith("https://belgrano.example/")), url);
  }
});

test("a subscription that the push service exchanges is handed on", async () => {
  const sw = worker();
  const oldSubscription = { endpoint: "https://push.example/1", options: { applicationServerKey: new ArrayBuffer(65) } };
  await sw.send("pushsubscriptionchange", { oldSubscription, newSubscription: null });
  assert.deepEqual(sw.fetched, [["POST", "/api/avisos", { endpoint: "https://push.example/2", anterior: "https://push.example/1" }]]);
});

const KEPT_PAGE = await readFile(new URL("./kept-page.js", import.meta.url), "utf8");

/** What the phone keeps of a page, and what the network has. */
function keeping(text) {
  const stores = new Map();
  const caches = {
    open: async (name) => {
      if (!stores.has(name)) stores.set(name, new Map());
      const store = stores.get(name);
      return { put: async (path, response) => void store.set(path, response), match: async (path) => store.get(path)?.clone() };
    },
    delete: async (name) => stores.delete(name),
  };
  const APP = { version: "0123456789abcdef", page: "/reparto" };
  const context = createContext({ APP, caches, Response, Headers, Date, fetch: async () => new Response(text), setTimeout });
  runInContext(`${KEPT_PAGE}\nglobalThis.page = page;`, context);
  return context.page;
}

const rendered = (stops) => `<html lang="es"><link href="/static/0123456789abcdef/x.css"><ol>${stops}</ol>`;

test("what a phone keeps of the customers goes with the shift, but for what is still to be brought", async () => {
  const page = keeping(rendered("Av. Cabildo 2040"));
  await page.keep(new Response(rendered("Av. Cabildo 2040")), page.owner);
  assert.match(await (await page.kept()).text(), /Cabildo/);
  const before = page.owner;
  assert.ok(page.changesHands("/reparto/turno"), "the end of a shift forgets it");
  await page.forget();
  await page.keep(new Response(rendered("Av. Cabildo 2040")), before);
  assert.equal(await page.kept(), null, "also what was on its way then");
  await page.keep(new Response(rendered("Zapata 380")), page.owner);
  assert.match(await (await page.kept()).text(), /Zapata/, "and what follows is kept");
});

/** The worker of a phone, with a line that can be cut, and what the server was asked for. */
function phone() {
  const stores = new Map();
  const store = (name) => stores.get(name) ?? stores.set(name, new Map()).get(name);
  const caches = {
    has: async (name) => stores.has(name),
    delete: async (name) => stores.delete(name),
    open: async (name) => ({ put: async (path, response) => void store(name).set(path, response) }),
    match: async (path) => (path === "/sin-conexion" ? new Response("<p hidden data-left>Saliste</p>") : undefined),
  };
  const line = { cut: false, status: 200, asked: [], synced: [] };
  const listeners = {};
  const self = {
    addEventListener: (name, listener) => void (listeners[name] = listener),
    registration: { sync: { register: async (tag) => void line.synced.push(tag) } },
    location: new URL("https://belgrano.example/sw.js"),
  };
  const fetch = async (what, options) => {
    if (line.cut) throw new TypeError("no signal");
    const [path, method] = typeof what === "string" ? [what, options.method] : [new URL(what.url).pathname, what.method];
    line.asked.push(`${method} ${path}`);
    return new Response("", { status: line.status });
  };
  const head = HEAD.replace("shell: []", "shell: [], page: null");
  runInContext(head + SOURCE, createContext({ self, caches, URL, Request, Response, Headers, fetch, console }));
  const opens = async (method, path) => {
    let answer;
    const request = { method, mode: "navigate", url: `https://belgrano.example${path}` };
    listeners.fetch({ request, respondWith: (promise) => void (answer = promise), waitUntil() {} });
    return answer;
  };
  const sync = async (tag) => {
    let done;
    listeners.sync({ tag, waitUntil: (promise) => void (done = promise) });
    await done;
  };
  return { line, opens, sync };
}

test("who logs out without a signal is logged out at the server before anything else is asked of it", async () => {
  const { line, opens } = phone();
  await opens("POST", "/salir");
  await opens("GET", "/pedidos");
  assert.deepEqual(line.asked.splice(0), ["POST /salir", "GET /pedidos"], "with a signal it is told once");
  line.cut = true;
  assert.equal(await (await opens("POST", "/salir")).text(), "<p>Saliste</p>", "it says so");
  assert.equal(await (await opens("GET", "/pedidos")).text(), "<p>Saliste</p>");
  line.cut = false;
  line.status = 503;
  await opens("GET", "/");
  line.status = 200;
  await opens("GET", "/");
  await opens("GET", "/");
  assert.deepEqual(line.asked, ["POST /salir", "GET /", "POST /salir", "GET /", "GET /"], "until the server has taken it");
});

test("a browser that tells of the signal has the server told at once, and trying again leads home", async () => {
  const { line, opens, sync } = phone();
  line.cut = true;
  await opens("POST", "/salir");
  await assert.rejects(sync(line.synced[0]), "it is tried again later");
  line.cut = false;
  await sync(line.synced[0]);
  await sync("another");
  assert.deepEqual(line.asked, ["POST /salir"]);
  const home = await opens("GET", "/salir");
  assert.deepEqual([home.status, home.headers.get("location")], [302, "https://belgrano.example/"]);
});
