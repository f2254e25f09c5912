// A driver's phone that has no signal when the page is opened: reloaded, or started from the home screen after the app was
// killed. The line is cut for real, between the browser and the board, as the browser's own switch leaves workers alone.

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, test } from "node:test";

import { ADMIN, PATIENCE, PHONE, enters, isClean, launchOn, logIn, start, untilIn } from "./harness.mjs";
import { COLLEAGUE, DRIVER, becomes, given } from "./world.mjs";

const SECRET = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";
let belgrano, stop, line, admin, folder, rosa;
const opened = [];

/** A line between the phone and the board: `cut()`, `stall()` (it takes what is said and answers nothing), `mend()`. */
async function aLine() {
  const sockets = new Set();
  let state = "up";
  let port = 0;
  const server = createServer((near) => {
    sockets.add(near.on("error", () => {}).on("close", () => sockets.delete(near)));
    if (state === "cut") return near.destroy();
    if (state === "stalled") return near.resume();
    const far = connect(port, "127.0.0.1").on("error", () => near.destroy());
    near.on("close", () => far.destroy());
    far.on("close", () => near.destroy());
    near.pipe(far).pipe(near);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const become = (now) => {
    state = now;
    for (const socket of sockets) socket.destroy();
  };
  return {
    origin: `http://127.0.0.1:${server.address().port}`,
    to: (url) => (port = new URL(url).port),
    cut: () => become("cut"),
    stall: () => become("stalled"),
    mend: () => become("up"),
    close: () => (become("cut"), server.close()),
  };
}

before(async () => {
  line = await aLine();
  const env = { INTAKE: "open", PROOF: "pin", TICKETS_PUBLIC_URL: line.origin, INTEGRATION_SECRET: `whsec_${SECRET}` };
  ({ belgrano, stop } = await start(env));
  line.to(belgrano.board);
  folder = await mkdtemp(join(tmpdir(), "belgrano-phone-"));
  admin = await logIn(belgrano.board, ADMIN, line.origin);
  rosa = await admin("POST", "/api/usuarios", { ...DRIVER, rol: "flota" });
  await admin("POST", "/api/usuarios", { ...COLLEAGUE, rol: "flota" });
}, PATIENCE);

// A profile is one browser's at a time, and the next test has a signal.
afterEach(async () => {
  for (const context of opened.splice(0)) await context.close();
  line.mend();
});

after(async () => {
  await stop?.();
  line?.close();
  if (folder) await rm(folder, { recursive: true });
});

/** The phone, with all that its browser remembers. */
async function phone() {
  const context = await launchOn(folder, { locale: "es-AR", timezoneId: "America/Argentina/Buenos_Aires", ...PHONE });
  opened.push(context);
  const page = context.pages()[0] ?? (await context.newPage());
  return { context, page, open: () => page.goto(`${line.origin}/reparto`) };
}

function pin(number) {
  const digest = createHmac("sha256", Buffer.from(SECRET, "base64")).update(`pin:${number}`).digest();
  return String(digest.readUInt32BE() % 10_000).padStart(4, "0");
}

/** Until the phone has what the page needs, and the page with this text on it. */
const keeps = (page, text) =>
  untilIn(page, `a kept page with «${text}»`, async (text) => {
    const page = await (await caches.open("belgrano-page")).match("/reparto");
    const shell = await caches.keys();
    return shell.some((name) => name !== "belgrano-page") && ((await page?.text()) ?? "").includes(text);
  }, text);

const keepsNothing = (page) => untilIn(page, "the end of the kept page", async () => !(await (await caches.open("belgrano-page")).match("/reparto")));

test("killed and opened without a signal, it shows the stops, takes the steps, and tells them once", PATIENCE, async () => {
  const first = await phone();
  await enters(first.page, line.origin, DRIVER);
  await given(admin, rosa.id, "BA-SOTANO");
  await first.page.locator('[data-key="BA-SOTANO"]').waitFor();
  await keeps(first.page, "Cabildo BA-SOTANO");
  line.cut();
  await first.page.reload();
  await first.page.locator('[data-key="BA-SOTANO"]').waitFor();
  await first.context.close();

  const second = await phone();
  await second.open();
  await second.page.getByText(/Sin señal\. Esto es de las \d+:\d\d/).waitFor();
  const stop = second.page.locator('[data-key="BA-SOTANO"]');
  await stop.getByRole("button", { name: "Aceptar" }).click();
  await stop.getByRole("button", { name: "Salgo en camino" }).click();
  await stop.getByLabel("PIN del cliente").fill(pin("BA-SOTANO"));
  await stop.getByRole("button", { name: "Entregado" }).click();
  await second.page.getByText("Sin enviar: 3").waitFor();
  await isClean({ page: second.page, complaints: [] });
  await second.context.close();
  const tapped = Date.now();

  const third = await phone();
  await third.open();
  await third.page.getByText("Sin enviar: 3").waitFor();
  await third.page.locator('[data-key="BA-SOTANO"]').getByText(/Entregado a las .* Se envía cuando haya señal/).waitFor();
  assert.equal((await admin("GET", "/api/tickets/BA-SOTANO")).estado, "asignado");
  line.mend();
  await third.page.evaluate(() => dispatchEvent(new Event("online")));
  await third.page.locator('[data-key="BA-SOTANO"]').waitFor({ state: "detached" });
  await third.page.locator("[data-signal]").waitFor({ state: "hidden" });
  const ticket = await admin("GET", "/api/tickets/BA-SOTANO");
  assert.equal(ticket.estado, "entregado");
  assert.ok(Date.parse(ticket.fecha_entrega) <= tapped, "the time of the tap, not of the sending");
  assert.equal(ticket.version, 5, "made, given, accepted, started, delivered: each once");
});

test("what the board took is not shown as open by a page that is older", PATIENCE, async () => {
  const { page, context } = await phone();
  await given(admin, rosa.id, "BA-VIEJA");
  await context.clearCookies();
  await enters(page, line.origin, DRIVER);
  const stop = page.locator('[data-key="BA-VIEJA"]');
  await keeps(page, "Cabildo BA-VIEJA");
  // From here on the page is not renewed, and steps still get through.
  await page.route("**/reparto", (route) => route.abort());
  await stop.getByRole("button", { name: "Aceptar" }).click();
  await becomes(admin, "BA-VIEJA", { estado: "aceptado" });
  const old = await page.evaluate(async () => (await (await caches.open("belgrano-page")).match("/reparto")).text());
  line.cut();
  await page.evaluate(async (old) => {
    const cache = await caches.open("belgrano-page");
    const { headers } = await cache.match("/reparto");
    await cache.put("/reparto", new Response(old, { headers }));
  }, old);
  await page.unroute("**/reparto");
  await page.reload();
  await stop.getByRole("button", { name: "Salgo en camino" }).waitFor();
  assert.ok(await stop.getByRole("button", { name: "Aceptar" }).isHidden());
});

test("a line that takes everything and answers nothing is no better than none", PATIENCE, async () => {
  const { page, context, open } = await phone();
  await given(admin, rosa.id, "BA-LENTA");
  await context.clearCookies();
  await enters(page, line.origin, DRIVER);
  await keeps(page, "BA-LENTA");
  line.stall();
  await open();
  await page.locator('[data-key="BA-LENTA"]').waitFor();
  await page.getByText(/Sin señal\. Esto es de las/).waitFor();
});

test("who logs out takes the page along, and nobody else sees it", PATIENCE, async () => {
  const { page, context, open } = await phone();
  await given(admin, rosa.id, "BA-SUYA");
  await context.clearCookies();
  await enters(page, line.origin, DRIVER);
  await keeps(page, "BA-SUYA");
  await page.getByRole("button", { name: "Salir" }).click();
  await page.waitForURL(/\/ingresar/);
  await keepsNothing(page);
  line.cut();
  await open();
  await page.getByText("Sin conexión").first().waitFor();
  assert.ok(!(await page.content()).includes("BA-SUYA"));
  line.mend();

  // Another driver logs in where the first one forgot to log out.
  await enters(page, line.origin, DRIVER);
  await keeps(page, "BA-SUYA");
  await context.clearCookies();
  await enters(page, line.origin, COLLEAGUE);
  await keeps(page, "No tenés paradas");
  line.cut();
  await open();
  await page.getByText("No tenés paradas").waitFor();
  assert.ok(!(await page.content()).includes("BA-SUYA"));
});

test("who logs out without a signal is logged out, on the phone at once and at the board with the signal", PATIENCE, async () => {
  const { page, context, open } = await phone();
  await context.clearCookies();
  await given(admin, rosa.id, "BA-LEJOS");
  await enters(page, line.origin, DRIVER);
  await keeps(page, "BA-LEJOS");
  const cookie = (await context.cookies()).map(({ name, value }) => `${name}=${value}`).join("; ");
  const me = async () => (await fetch(`${belgrano.board}/api/me`, { headers: { cookie } })).status;
  assert.equal(await me(), 200);
  line.cut();
  await page.getByRole("button", { name: "Salir" }).click();
  await page.getByText("Saliste en este dispositivo").waitFor();
  await isClean({ page, complaints: [] });
  await open();
  await page.getByText("Saliste en este dispositivo").waitFor();
  assert.ok(!(await page.content()).includes("BA-LEJOS"));
  assert.equal(await me(), 200, "the board has not heard of it");
  line.mend();
  await open();
  await page.waitForURL(/\/ingresar/);
  assert.equal(await me(), 401, "whoever has the cookie has nothing");
});

test("a session that is over takes the page along when the board says so", PATIENCE, async () => {
  const { page, context, open } = await phone();
  await context.clearCookies();
  await given(admin, rosa.id, "BA-PASADA");
  await enters(page, line.origin, DRIVER);
  await keeps(page, "BA-PASADA");
  await context.clearCookies();
  await open();
  await page.waitForURL("**/ingresar*");
  await keepsNothing(page);
});

test("a page that did not come through the service worker is kept all the same", PATIENCE, async () => {
  const { page, context } = await phone();
  await context.clearCookies();
  await given(admin, rosa.id, "BA-DIRECTA");
  await enters(page, line.origin, DRIVER);
  await keeps(page, "BA-DIRECTA");
  await page.evaluate(() => caches.delete("belgrano-page"));
  // As when the worker starts while the page is on its way: it is there, and this page is not its.
  const browser = await context.newCDPSession(page);
  let scripted;
  const held = new Promise((resolve) => (scripted = resolve));
  await page.route("**/driver-page.js", async (route) => (await held, route.continue()));
  await browser.send("Network.enable");
  await browser.send("Network.setBypassServiceWorker", { bypass: true });
  await page.goto(`${line.origin}/reparto`, { waitUntil: "commit" });
  assert.equal(await page.evaluate(() => navigator.serviceWorker.controller), null);
  await browser.send("Network.setBypassServiceWorker", { bypass: false });
  scripted();
  await keeps(page, "BA-DIRECTA");
});
