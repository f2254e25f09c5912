// The program is updated while a driver's phone has no signal: what the phone kept goes on working with its own assets, what
// was tapped arrives, and the page of the new program takes over only when all of it is there. The update is played by a proxy
// before the board, which gives every asset another hash and one of them another content, as another build does.

import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, request } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, test } from "node:test";

import { ADMIN, PATIENCE, PHONE, enters, launchOn, logIn, start, untilIn } from "./harness.mjs";
import { DRIVER, becomes, given } from "./world.mjs";

const NEW = "feedfeedfeedfeed";
let belgrano, stop, site, admin, rosa, folder, OLD, context;

/** The board, as it is or updated (`update()`), with a line that can be cut. `without(path)` lets this one not through. */
async function aSite() {
  let [updated, cut, port, missing] = [false, false, 0, null];
  const sockets = new Set();
  const server = createServer((near, answer) => {
    if (cut || near.url === missing) return near.socket.destroy();
    const foreign = near.url.includes(updated ? OLD : NEW);
    const headers = { ...near.headers, "accept-encoding": "identity" };
    const path = updated ? near.url.replace(NEW, OLD) : near.url;
    const far = request({ port, host: "127.0.0.1", method: near.method, path, headers, agent: false }, async (from) => {
      const parts = [];
      for await (const part of from) parts.push(part);
      let body = Buffer.concat(parts);
      const told = { ...from.headers };
      for (const name of ["content-length", "transfer-encoding", "etag"]) delete told[name];
      if (updated && /^(text|application\/(json|manifest))/.test(told["content-type"] ?? "")) {
        const mark = path.endsWith("/driver-page.js") ? 'document.documentElement.dataset.program = "new";\n' : "";
        body = Buffer.from(mark + body.toString().replaceAll(OLD, NEW));
      }
      // What has the hash of another build may not be kept (assets.rs).
      if (path.startsWith("/static/") && foreign) told["cache-control"] = "no-store";
      answer.writeHead(from.statusCode, told).end(body);
    });
    far.on("error", () => answer.destroy());
    near.pipe(far);
  });
  server.on("upgrade", (near, socket, head) => {
    if (cut) return socket.destroy();
    const far = connect(port, "127.0.0.1", () => {
      const lines = near.rawHeaders.reduce((text, part, place) => text + part + (place % 2 ? "\r\n" : ": "), "");
      far.write(`${near.method} ${near.url} HTTP/1.1\r\n${lines}\r\n`);
      far.write(head);
      far.pipe(socket).pipe(far);
    });
    far.on("error", () => socket.destroy());
    socket.on("error", () => far.destroy());
    socket.on("close", () => far.destroy());
    far.on("close", () => socket.destroy());
  });
  server.on("connection", (socket) => sockets.add(socket.on("close", () => sockets.delete(socket))));
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const hangUp = () => sockets.forEach((socket) => socket.destroy());
  return {
    origin: `http://127.0.0.1:${server.address().port}`,
    to: (url) => (port = new URL(url).port),
    update: (now = true) => (updated = now),
    without: (path) => (missing = path),
    cut: () => ((cut = true), hangUp()),
    mend: () => (cut = false),
    close: () => (hangUp(), server.close()),
  };
}

before(async () => {
  site = await aSite();
  ({ belgrano, stop } = await start({ INTAKE: "open", TICKETS_PUBLIC_URL: site.origin }));
  site.to(belgrano.board);
  OLD = (await (await fetch(`${belgrano.board}/ingresar`)).text()).match(/\/static\/([0-9a-f]{16})\//)[1];
  admin = await logIn(belgrano.board, ADMIN, site.origin);
  rosa = await admin("POST", "/api/usuarios", { ...DRIVER, rol: "flota" });
}, PATIENCE);

afterEach(async () => {
  await context?.close();
  site.without(null);
  site.update(false);
  site.mend();
  if (folder) await rm(folder, { recursive: true, force: true });
});

after(async () => {
  await stop?.();
  site?.close();
});

/** The phone is switched on; what its browser keeps is in `folder`. */
async function phone() {
  context = await launchOn(folder, { locale: "es-AR", timezoneId: "America/Argentina/Buenos_Aires", ...PHONE });
  const page = context.pages()[0] ?? (await context.newPage());
  return page;
}

const off = async () => {
  await context.close();
  context = null;
};

/** A new phone that Rosa logs in with, and that keeps her page with this stop on it. */
async function rosaSees(number) {
  folder = await mkdtemp(join(tmpdir(), "belgrano-update-"));
  await given(admin, rosa.id, number);
  const page = await phone();
  await enters(page, site.origin, DRIVER);
  await keeps(page, OLD, number);
  return page;
}

/** Until the phone has this program's page with `text` on it, and its assets; those of another are `left` or gone. */
async function keeps(page, hash, text, left = []) {
  const wanted = [hash, ...left].map((one) => `belgrano-${one}`).sort().join();
  const there = async ([hash, text, wanted]) => {
    const kept = (await (await (await caches.open("belgrano-page")).match("/reparto"))?.text()) ?? "";
    const names = (await caches.keys()).filter((name) => name !== "belgrano-page");
    return kept.includes(hash) && kept.includes(text) && names.sort().join() === wanted;
  };
  await untilIn(page, `${text} on a kept page of ${wanted}`, there, [hash, text, wanted]);
}

const stopOf = (page, number) => page.locator(`[data-key="${number}"]`);
const program = (page) => page.evaluate(() => document.documentElement.dataset.program ?? "old");

/** Taps without a signal, and the app is killed. */
async function tapsAndDies(page, number) {
  site.cut();
  await stopOf(page, number).getByRole("button", { name: "Aceptar" }).click();
  await page.getByText("Sin enviar: 1").waitFor();
  await off();
}

test("an update while the phone was off: the old page opens, its steps arrive once, the new one opens without a signal", PATIENCE, async () => {
  await tapsAndDies(await rosaSees("BA-ANTES"), "BA-ANTES");
  site.update();

  const page = await phone();
  await page.goto(`${site.origin}/reparto`);
  await page.getByText(/Sin señal\. Esto es de las/).waitFor();
  await stopOf(page, "BA-ANTES").getByRole("button", { name: "Salgo en camino" }).click();
  await page.getByText("Sin enviar: 2").waitFor();
  assert.equal(await program(page), "old");
  site.mend();
  await page.evaluate(() => dispatchEvent(new Event("online")));
  assert.equal((await becomes(admin, "BA-ANTES", { estado: "en-camino" })).version, 4, "made, given, accepted, started: each once");

  await page.reload();
  await keeps(page, NEW, "BA-ANTES");
  await off();
  site.cut();
  const later = await phone();
  await later.goto(`${site.origin}/reparto`);
  await later.getByText(/Sin señal\. Esto es de las/).waitFor();
  assert.equal(await program(later), "new");
  await stopOf(later, "BA-ANTES").getByRole("button", { name: "Entregado" }).click();
  await later.getByText("Sin enviar: 1").waitFor();
  site.mend();
  await later.evaluate(() => dispatchEvent(new Event("online")));
  assert.equal((await becomes(admin, "BA-ANTES", { estado: "entregado" })).version, 5);
});

test("steps that an old page left are sent by the page of the new program", PATIENCE, async () => {
  await tapsAndDies(await rosaSees("BA-HEREDADA"), "BA-HEREDADA");
  site.update();
  site.mend();
  const page = await phone();
  await page.goto(`${site.origin}/reparto`);
  assert.equal((await becomes(admin, "BA-HEREDADA", { estado: "aceptado" })).version, 3);
  assert.equal(await program(page), "new");
  await stopOf(page, "BA-HEREDADA").getByRole("button", { name: "Salgo en camino" }).waitFor();
  await keeps(page, NEW, "BA-HEREDADA");
});

test("an update that got only half through leaves the old page whole", PATIENCE, async () => {
  const page = await rosaSees("BA-A-MEDIAS");
  // The worker and its assets come, the page does not.
  site.update();
  site.without("/reparto");
  await page.evaluate(async () => (await navigator.serviceWorker.getRegistration()).update());
  await untilIn(page, "the new worker", async () => {
    const { installing, waiting, active } = await navigator.serviceWorker.getRegistration();
    return !installing && !waiting && active.state === "activated";
  });
  const caches = await page.evaluate(() => globalThis.caches.keys());
  assert.deepEqual(caches.sort(), [`belgrano-${OLD}`, `belgrano-${NEW}`, "belgrano-page"].sort());
  await off();
  site.cut();
  const later = await phone();
  await later.goto(`${site.origin}/reparto`);
  await stopOf(later, "BA-A-MEDIAS").getByRole("button", { name: "Aceptar" }).click();
  await later.getByText("Sin enviar: 1").waitFor();
  assert.equal(await program(later), "old", "with its own modules");
  site.without(null);
  site.mend();
  await later.reload();
  assert.equal((await becomes(admin, "BA-A-MEDIAS", { estado: "aceptado" })).version, 3);
  // Until the next update: nobody knows which window still wants them.
  await keeps(later, NEW, "BA-A-MEDIAS", [OLD]);
});
