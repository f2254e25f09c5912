// A driver's phone without a signal: what is tapped there happens, once, at the time of the tap.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { ADMIN, PATIENCE, PHONE, isClean, logIn, start, visitor } from "./harness.mjs";

const DRIVER = { nombre: "Rosa Quiroga", email: "rosa@belgrano.test", password: "clave-de-rosa-1" };
const OTHER = { nombre: "Beto Luna", email: "beto@belgrano.test", password: "clave-de-beto-1" };
let belgrano, browser, stop, admin, driver;

before(async () => {
  ({ belgrano, browser, stop } = await start({ INTAKE: "open" }));
  admin = await logIn(belgrano.board, ADMIN);
  const made = await admin("POST", "/api/usuarios", { ...DRIVER, rol: "flota" });
  await admin("POST", "/api/usuarios", { ...OTHER, rol: "flota" });
  driver = await visitor(browser, PHONE);
  driver.id = made.id;
  await enters(driver.page, DRIVER);
}, PATIENCE);

after(() => stop?.());

async function enters(page, { email, password }) {
  await page.goto(`${belgrano.board}/ingresar`);
  await page.getByLabel("Correo").fill(email);
  await page.getByLabel("Contraseña").fill(password);
  await page.getByRole("button", { name: "Ingresar" }).click();
  await page.waitForURL("**/reparto");
}

/** A ticket that was given to the driver. */
async function given(number) {
  const lines = [{ nombre: "Yerba", cantidad: 1, precio: 1500 }];
  const message = { numero: number, cliente_nombre: "Ana", cliente_direccion: "Av. Cabildo 2040", productos: lines, total: 1500 };
  await admin("POST", "/api/tickets", message);
  await admin("POST", `/api/tickets/${number}/asignar`, { repartidor_id: driver.id });
  const stop = driver.page.locator(`[data-key="${number}"]`);
  await stop.waitFor();
  return stop;
}

const ticket = (number) => admin("GET", `/api/tickets/${number}`);

/** The board's own view, awaited. */
async function becomes(number, state) {
  for (;;) {
    const found = await ticket(number);
    if (found.estado === state) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

test("three steps without a signal arrive in order when it is back", PATIENCE, async () => {
  const stop = await given("BA-SIN-SENAL");
  await driver.context.setOffline(true);
  await stop.getByRole("button", { name: "Aceptar" }).click();
  await stop.getByText(/Aceptado a las .* Se envía cuando haya señal/).waitFor();
  await stop.getByRole("button", { name: "Salgo en camino" }).click();
  await stop.getByRole("button", { name: "Entregado" }).click();
  await driver.page.getByText("Sin enviar: 3").waitFor();
  assert.equal((await ticket("BA-SIN-SENAL")).estado, "asignado");
  const tapped = Date.now();
  await driver.context.setOffline(false);
  const delivered = await becomes("BA-SIN-SENAL", "entregado");
  assert.ok(Date.parse(delivered.fecha_entrega) <= tapped, "the time of the tap, not of the sending");
  assert.equal(delivered.version, 5, "made, given, accepted, started, delivered: each once");
  await stop.waitFor({ state: "detached" });
  driver.complaints.length = 0; // The browser notes every request that an offline phone could not make.
  await isClean(driver);
});

test("a step that the board refuses says why and goes away once it was read", PATIENCE, async () => {
  const stop = await given("BA-CANCELADO");
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
  const stop = await given("BA-SOBREVIVE");
  // The board is out of reach, the page is not: the app dies before anything could be sent.
  await driver.page.route("**/api/tickets/*/estado", (route) => route.abort());
  await stop.getByRole("button", { name: "Aceptar" }).click();
  await driver.page.getByText("Sin enviar: 1").waitFor();
  await driver.page.close();
  driver.page = await driver.context.newPage();
  await driver.page.goto(`${belgrano.board}/reparto`);
  await becomes("BA-SOBREVIVE", "aceptado");
});

test("what one driver tapped is not told in the name of another on the same phone", PATIENCE, async () => {
  const { context, page } = driver;
  const stop = await given("BA-DE-MANO-EN-MANO");
  await page.route("**/api/tickets/*/estado", (route) => route.abort());
  await stop.getByRole("button", { name: "Aceptar" }).click();
  await page.getByText("Sin enviar: 1").waitFor();
  // The page stays open, in the background, while the browser gets another session.
  await context.clearCookies();
  const second = await context.newPage();
  await enters(second, OTHER);
  await page.unroute("**/api/tickets/*/estado");
  const refused = page.waitForResponse((response) => response.url().endsWith("/estado"));
  await page.evaluate(() => dispatchEvent(new Event("online")));
  assert.equal((await refused).status(), 401);
  assert.equal((await ticket("BA-DE-MANO-EN-MANO")).estado, "asignado");
  await second.close();
  await context.clearCookies();
  await enters(page, DRIVER);
  await becomes("BA-DE-MANO-EN-MANO", "aceptado");
});
