// A driver's phone without a signal: what is tapped there happens, once, at the time of the tap.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { ADMIN, PATIENCE, PHONE, enters, isClean, logIn, start, until, visitor } from "./harness.mjs";
import { COLLEAGUE, DRIVER, becomes, given } from "./world.mjs";

let belgrano, browser, stop, admin, driver;

before(async () => {
  ({ belgrano, browser, stop } = await start({ INTAKE: "open" }));
  admin = await logIn(belgrano.board, ADMIN);
  const made = await admin("POST", "/api/usuarios", { ...DRIVER, rol: "flota" });
  await admin("POST", "/api/usuarios", { ...COLLEAGUE, rol: "flota" });
  driver = await visitor(browser, PHONE);
  driver.id = made.id;
  await enters(driver.page, belgrano.board, DRIVER);
}, PATIENCE);

after(() => stop?.());

/** A ticket that was given to the driver, on the driver's page. */
async function shown(number) {
  await given(admin, driver.id, number);
  const stop = driver.page.locator(`[data-key="${number}"]`);
  await stop.waitFor();
  return stop;
}

const ticket = (number) => admin("GET", `/api/tickets/${number}`);

test("three steps without a signal arrive in order when it is back", PATIENCE, async () => {
  const stop = await shown("BA-SIN-SENAL");
  await driver.context.setOffline(true);
  await stop.getByRole("button", { name: "Aceptar" }).click();
  await stop.getByText(/Aceptado a las .* Se envía cuando haya señal/).waitFor();
  await stop.getByRole("button", { name: "Salgo en camino" }).click();
  await stop.getByRole("button", { name: "Entregado" }).click();
  await driver.page.getByText("Sin enviar: 3").waitFor();
  assert.equal((await ticket("BA-SIN-SENAL")).estado, "asignado");
  const tapped = Date.now();
  await driver.context.setOffline(false);
  const delivered = await becomes(admin, "BA-SIN-SENAL", { estado: "entregado" });
  assert.ok(Date.parse(delivered.fecha_entrega) <= tapped, "the time of the tap, not of the sending");
  assert.equal(delivered.version, 5, "made, given, accepted, started, delivered: each once");
  await stop.waitFor({ state: "detached" });
  driver.complaints.length = 0; // The browser notes every request that an offline phone could not make.
  await isClean(driver);
});

test("a step that the board refuses says why and goes away once it was read", PATIENCE, async () => {
  const stop = await shown("BA-CANCELADO");
  await driver.context.setOffline(true);
  await stop.getByRole("button", { name: "Aceptar" }).click();
  await driver.page.getByText("Sin enviar: 1").waitFor();
  await admin("POST", "/api/tickets/BA-CANCELADO/estado", { estado: "cancelado", motivo: "Se arrepintió" });
  await driver.context.setOffline(false);
  const refused = driver.page.locator("[data-refused] li");
  await refused.getByText(/BA-CANCELADO: «Aceptado» de las .* no se pudo registrar/).waitFor();
  driver.complaints.length = 0;
  await isClean(driver);
  await refused.getByRole("button", { name: "Entendido" }).click();
  await refused.waitFor({ state: "detached" });
  assert.equal((await ticket("BA-CANCELADO")).estado, "cancelado");
});

test("what is on the phone survives the app", PATIENCE, async () => {
  const stop = await shown("BA-SOBREVIVE");
  // The board is out of reach, the page is not: the app dies before anything could be sent.
  await driver.page.route("**/api/tickets/*/estado", (route) => route.abort());
  await stop.getByRole("button", { name: "Aceptar" }).click();
  await driver.page.getByText("Sin enviar: 1").waitFor();
  await driver.page.close();
  driver.page = await driver.context.newPage();
  await driver.page.goto(`${belgrano.board}/reparto`);
  await becomes(admin, "BA-SOBREVIVE", { estado: "aceptado" });
});

test("what one driver tapped is not told in the name of another on the same phone", PATIENCE, async () => {
  const { context, page } = driver;
  const stop = await shown("BA-DE-MANO-EN-MANO");
  await page.route("**/api/tickets/*/estado", (route) => route.abort());
  await stop.getByRole("button", { name: "Aceptar" }).click();
  await page.getByText("Sin enviar: 1").waitFor();
  // The page stays open, in the background, while the browser gets another session.
  await context.clearCookies();
  const second = await context.newPage();
  await enters(second, belgrano.board, COLLEAGUE);
  // Before the way is free: the phone tries again by itself too.
  const refused = page.waitForResponse((response) => response.url().endsWith("/estado"));
  await page.unroute("**/api/tickets/*/estado");
  await page.evaluate(() => dispatchEvent(new Event("online")));
  assert.equal((await refused).status(), 401);
  assert.equal((await ticket("BA-DE-MANO-EN-MANO")).estado, "asignado");
  await second.close();
  await context.clearCookies();
  await enters(page, belgrano.board, DRIVER);
  await becomes(admin, "BA-DE-MANO-EN-MANO", { estado: "aceptado" });
});

test("what is told of an offer goes when it was answered here, taken back, or answered elsewhere", PATIENCE, async () => {
  const { page } = driver;
  const told = page.locator(".toast", { hasText: "Te ofrecen una parada" });
  const stop = await shown("BA-OFERTA-1");
  await told.waitFor();
  await stop.getByRole("button", { name: "Aceptar" }).click();
  await stop.getByRole("button", { name: "Salgo en camino" }).waitFor();
  assert.equal(await told.count(), 0, "answered here");
  const second = await shown("BA-OFERTA-2");
  await told.waitFor();
  await admin("POST", "/api/tickets/BA-OFERTA-2/desasignar");
  await second.waitFor({ state: "detached" });
  assert.equal(await told.count(), 0, "taken back");
  await shown("BA-OFERTA-3");
  await told.waitFor();
  await admin("POST", "/api/tickets/BA-OFERTA-3/estado", { estado: "aceptado" });
  await page.locator('[data-key="BA-OFERTA-3"][data-state="aceptado"]').waitFor();
  assert.equal(await told.count(), 0, "answered elsewhere");
});

test("who sets out with a phone that lies still says where it is, at once", PATIENCE, async () => {
  const { page, context } = driver;
  await context.grantPermissions(["geolocation"]);
  await context.setGeolocation({ latitude: -34.5612, longitude: -58.4561 });
  // Each socket's frames, from its first one on.
  const said = [];
  page.on("websocket", (socket) => socket.on("framesent", ({ payload }) => payload.includes('"position"') && said.push(JSON.parse(payload))));
  const says = (count) => until(`${count} positions`, () => said.length >= count);
  await page.getByRole("button", { name: "Empezar el turno" }).click();
  await says(1);
  await page.locator(".stop.current").getByRole("button", { name: "Salgo en camino" }).click();
  await says(2);
  assert.deepEqual({ ...said[1], enviado: said[0].enviado }, said[0], "with the time of then");
  assert.ok(said[1].enviado >= said[0].enviado, "and what the clock says now");
});
