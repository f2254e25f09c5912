// Notices from the button to the screen: a driver's phone asks for them, a push service of ours takes what the board sends, and
// the phone's service worker shows what only that phone can read.

import assert from "node:assert/strict";
import { createDecipheriv, createECDH, hkdfSync, randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import { after, before, test } from "node:test";

import { ADMIN, DESKTOP, PATIENCE, PHONE, enters, isClean, logIn, start, untilIn, visitor } from "./harness.mjs";
import { COLLEAGUE, DRIVER } from "./world.mjs";

let belgrano, browser, stop, admin, push;

before(async () => {
  push = await pushService();
  ({ belgrano, browser, stop } = await start({ INTAKE: "open", SMTP_URL: "smtp://127.0.0.1:9", PUSH_LOOPBACK: "true" }));
  admin = await logIn(belgrano.board, ADMIN);
}, PATIENCE);

after(async () => {
  await stop?.();
  push?.server.close();
});

/** A push service: hands every message to whoever waits for one. */
async function pushService() {
  const waiting = [];
  const server = createServer(async (request, response) => {
    const chunks = await request.toArray();
    response.writeHead(201).end();
    waiting.shift()?.({ headers: request.headers, body: Buffer.concat(chunks) });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const next = () => new Promise((resolve) => waiting.push(resolve));
  return { server, next, origin: `http://127.0.0.1:${server.address().port}` };
}

/** What a browser keeps of a subscription, and how it reads with it (RFC 8291). */
function receiver() {
  const key = createECDH("prime256v1");
  const [own, auth] = [key.generateKeys(), randomBytes(16)];
  const read = (body) => {
    const [salt, idLength] = [body.subarray(0, 16), body[20]];
    const [sender, record] = [body.subarray(21, 21 + idLength), body.subarray(21 + idLength)];
    const info = Buffer.concat([Buffer.from("WebPush: info\0"), own, sender]);
    const material = Buffer.from(hkdfSync("sha256", key.computeSecret(sender), auth, info, 32));
    const derive = (what, length) => Buffer.from(hkdfSync("sha256", material, salt, Buffer.from(`Content-Encoding: ${what}\0`), length));
    const decipher = createDecipheriv("aes-128-gcm", derive("aes128gcm", 16), derive("nonce", 12));
    decipher.setAuthTag(record.subarray(-16));
    const text = Buffer.concat([decipher.update(record.subarray(0, -16)), decipher.final()]);
    return text.subarray(0, text.lastIndexOf(2)).toString();
  };
  return { keys: { p256dh: own.toString("base64url"), auth: auth.toString("base64url") }, read };
}

/** A browser without a push service of its own: it subscribes with ours. */
async function withPush(context, origin, name) {
  const { keys, read } = receiver();
  await context.grantPermissions(["notifications"], { origin });
  const subscription = { endpoint: `${push.origin}/${name}`, keys };
  await context.addInitScript((subscription) => {
    const stored = () => JSON.parse(localStorage.getItem("test-push") ?? "null");
    const make = () => ({
      ...subscription,
      options: { applicationServerKey: null },
      toJSON: () => subscription,
      unsubscribe: async () => (localStorage.removeItem("test-push"), true),
    });
    PushManager.prototype.getSubscription = async () => (stored() ? make() : null);
    PushManager.prototype.subscribe = async () => (localStorage.setItem("test-push", "true"), make());
  }, subscription);
  return { read };
}

test("a driver who asks is told of an offer, and not after logging out", PATIENCE, async () => {
  const { id } = await admin("POST", "/api/usuarios", { ...DRIVER, rol: "flota" });
  const driver = await visitor(browser, PHONE);
  const phone = await withPush(driver.context, belgrano.board, "rosa");
  await enters(driver.page, belgrano.board, DRIVER);
  const section = driver.page.getByRole("region", { name: "Avisos en este dispositivo" });
  await section.getByText("¿Querés que te avisemos").waitFor();
  await isClean(driver);
  await section.getByRole("button", { name: "Avisarme" }).click();
  await section.getByRole("button", { name: "Desactivar" }).waitFor();
  await isClean(driver);

  const sent = push.next();
  const lines = [{ nombre: "Yerba", cantidad: 1, precio: 1500 }];
  const order = { numero: "BA-AVISO", cliente_nombre: "Ana", cliente_direccion: "Av. Cabildo 2040", productos: lines, total: 1500, barrio: "Núñez" };
  await admin("POST", "/api/tickets", order);
  await admin("POST", "/api/tickets/BA-AVISO/asignar", { repartidor_id: id });
  const message = await sent;
  assert.equal(message.headers["content-encoding"], "aes128gcm");
  const text = phone.read(message.body);
  assert.match(JSON.parse(text).body, /BA-AVISO, en Núñez/);

  await delivered(driver, text);
  const shown = await notifications(driver.page);
  assert.deepEqual(shown.map(({ title, url }) => [title, url]), [["Tenés un pedido para aceptar", "/reparto"]]);
  await delivered(driver, JSON.stringify({ ...JSON.parse(text), body: "Otra vez" }));
  assert.equal((await notifications(driver.page)).length, 1, "the same again replaces itself");

  // The device remembers for whom: the next log-in needs no button.
  await driver.page.getByRole("button", { name: "Salir" }).click();
  await driver.page.waitForURL("**/ingresar**");
  const { resumen } = await admin("GET", "/api/avisos/envios");
  assert.equal(resumen.navegadores, 0, "logged out");
  await enters(driver.page, belgrano.board, DRIVER);
  await section.getByRole("button", { name: "Desactivar" }).click();
  await section.getByRole("button", { name: "Avisarme" }).waitFor();
  assert.equal((await admin("GET", "/api/avisos/envios")).resumen.navegadores, 0, "no longer wanted");
  assert.deepEqual(driver.complaints, []);
  await driver.context.close();
});

/** Hands a message to the service worker as the browser's push service would. */
async function delivered({ context, page }, data) {
  const session = await context.newCDPSession(page);
  const registered = new Promise((resolve) => {
    session.on("ServiceWorker.workerRegistrationUpdated", ({ registrations }) => {
      const found = registrations.find(({ scopeURL, isDeleted }) => !isDeleted && scopeURL.startsWith(belgrano.board));
      if (found) resolve(found.registrationId);
    });
  });
  await session.send("ServiceWorker.enable");
  await session.send("ServiceWorker.deliverPushMessage", { origin: belgrano.board, registrationId: await registered, data });
  await session.detach();
  const { body } = JSON.parse(data);
  const shows = async (body) => (await (await navigator.serviceWorker.ready).getNotifications()).some((one) => one.body === body);
  await untilIn(page, `the notice «${body}»`, shows, body);
}

const notifications = (page) =>
  page.evaluate(async () => {
    const shown = await (await navigator.serviceWorker.ready).getNotifications();
    return shown.map(({ title, data }) => ({ title, url: data.url }));
  });

test("a driver who looks at the page sees why a stop is gone, until it was read", PATIENCE, async () => {
  const { id } = await admin("POST", "/api/usuarios", { ...COLLEAGUE, rol: "flota" });
  const driver = await visitor(browser, PHONE);
  await enters(driver.page, belgrano.board, COLLEAGUE);
  const lines = [{ nombre: "Yerba", cantidad: 1, precio: 1500 }];
  for (const numero of ["BA-LLAMADO", "BA-RETIRADO", "BA-PROPIO"]) {
    await admin("POST", "/api/tickets", { numero, cliente_nombre: "Ana", cliente_direccion: "Juramento 2211", productos: lines, total: 1500 });
    await admin("POST", `/api/tickets/${numero}/asignar`, { repartidor_id: id });
    const stop = driver.page.locator(`[data-key="${numero}"]`);
    await stop.getByRole("button", { name: "Aceptar" }).click();
    await stop.getByRole("button", { name: "Salgo en camino" }).waitFor();
  }
  const own = driver.page.locator('[data-key="BA-PROPIO"]');
  await own.getByText("No puedo llevarlo").click();
  await own.getByRole("button", { name: "Rechazar" }).click();
  await own.waitFor({ state: "detached" });
  await admin("POST", "/api/tickets/BA-LLAMADO/estado", { estado: "cancelado", motivo: "Se arrepintió" });
  const told = driver.page.locator("[data-taken] li");
  await told.getByText("Juramento 2211 (BA-LLAMADO) se canceló. No hace falta llevarlo.").waitFor();
  await admin("POST", "/api/tickets/BA-RETIRADO/desasignar");
  await told.getByText("Juramento 2211 (BA-RETIRADO) ya no es tuyo.").waitFor();
  assert.equal(await told.count(), 2, "nobody is told of what they did themselves");
  await isClean(driver);
  for (let left = 2; left > 0; left -= 1) await told.first().getByRole("button", { name: "Entendido" }).click();
  await driver.page.locator("[data-taken]").waitFor({ state: "hidden" });
  assert.deepEqual(driver.complaints, []);
  await driver.context.close();
});

test("a customer chooses where to be told, and who runs the shop sees what became of it", PATIENCE, async () => {
  const customer = await visitor(browser, PHONE);
  await withPush(customer.context, belgrano.shop, "ana");
  const account = { nombre: "Ana", apellido: "Díaz", email: "ana@belgrano.test", password: "clave-de-ana-1", telefono: "11 5555 0101", direccion: "Av. Cabildo 2040" };
  const registered = await customer.context.request.post(`${belgrano.shop}/api/register`, { data: account, headers: { origin: belgrano.shop } });
  assert.equal(registered.status(), 201);
  await customer.page.goto(`${belgrano.shop}/avisos`);
  await customer.page.getByRole("button", { name: "Avisarme" }).click();
  await customer.page.getByRole("button", { name: "Desactivar" }).waitFor();
  await customer.page.getByRole("button", { name: "Recibir avisos por correo" }).click();
  await customer.page.getByText("te vamos a escribir").waitFor();
  await customer.page.getByRole("button", { name: "No recibir más avisos por correo" }).waitFor();
  await isClean(customer);
  await customer.context.close();

  const owner = await visitor(browser, DESKTOP);
  await enters(owner.page, belgrano.board, ADMIN);
  await owner.page.goto(`${belgrano.board}/avisos/envios`);
  await owner.page.getByRole("cell", { name: "Mandado" }).first().waitFor();
  await isClean(owner);
  await owner.context.close();
});
