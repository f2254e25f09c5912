// A driver's phone without a signal: what is tapped there happens, once, at the time of the tap.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { ADMIN, PHONE, isClean, launch, logIn, startBelgrano, visitor } from "./harness.mjs";

const DRIVER = { nombre: "Rosa Quiroga", email: "rosa@belgrano.test", password: "clave-de-rosa-1" };
let belgrano, browser, admin, driver;

before(async () => {
  [belgrano, browser] = await Promise.all([startBelgrano({ INTAKE: "open" }), launch()]);
  admin = await logIn(belgrano.board, ADMIN);
  const made = await admin("POST", "/api/usuarios", { ...DRIVER, rol: "flota" });
  driver = await visitor(browser, PHONE);
  driver.id = made.repartidor_id ?? made.id;
  const { page } = driver;
  await page.goto(`${belgrano.board}/ingresar`);
  await page.getByLabel("Correo").fill(DRIVER.email);
  await page.getByLabel("Contraseña").fill(DRIVER.password);
  await page.getByRole("button", { name: "Ingresar" }).click();
  await page.waitForURL("**/reparto");
});

after(async () => {
  await browser?.close();
  await belgrano?.stop();
});

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

test("three steps without a signal arrive in order when it is back", { timeout: 60_000 }, async () => {
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

test("a step that the board refuses says why and goes away once it was read", { timeout: 60_000 }, async () => {
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

test("what is on the phone survives the app", { timeout: 60_000 }, async () => {
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
