// What people paste has words of any length: no page grows beyond the screen for them.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { ADMIN, PATIENCE, PHONE, enters, logIn, start, visitor } from "./harness.mjs";

const LINK = "https://maps.google.com/maps?q=-34.5614,-58.4563&entry=gps&shorturl=1&g_st=iw&hl=es-419";
const DRIVER = { email: "rosa@belgrano.test", password: "clave-de-reparto" };
let belgrano, browser, stop, api;

before(async () => {
  ({ belgrano, browser, stop } = await start({ INTAKE: "open" }));
  api = await logIn(belgrano.board, ADMIN);
  const { id } = await api("POST", "/api/repartidores", { nombre: "Rosa", ...DRIVER, telefono: "+54 11 5555 0101", capacidad: 5 });
  await api("PATCH", `/api/repartidores/${id}`, { en_turno: true });
  for (const number of ["BA-LARGO-1", "BA-LARGO-2"]) {
    const lines = [{ nombre: "x".repeat(60), cantidad: 2, precio: 1500, subtotal: 3000 }];
    await api("POST", "/api/tickets", { numero: number, cliente_nombre: "w".repeat(80), cliente_direccion: "y".repeat(120), barrio: "z".repeat(60), indicaciones: LINK, productos: lines, total: 3000 });
    await api("POST", `/api/tickets/${number}/asignar`, { repartidor_id: id });
  }
  const rosa = await logIn(belgrano.board, DRIVER);
  for (const estado of ["aceptado", "en-camino"]) await rosa("POST", "/api/tickets/BA-LARGO-1/estado", { estado });
  await rosa("POST", "/api/tickets/BA-LARGO-1/estado", { estado: "fallido", motivo: "m".repeat(440) });
}, PATIENCE);

after(() => stop?.());

async function fit(account, pages) {
  const { context, page } = await visitor(browser, PHONE);
  await enters(page, belgrano.board, account);
  for (const path of pages) {
    await page.goto(belgrano.board + path);
    const [wide, screen] = await page.evaluate(() => [document.scrollingElement.scrollWidth, innerWidth]);
    assert.ok(wide <= screen && screen === PHONE.viewport.width, `${path} is ${wide} wide on ${screen}`);
  }
  await context.close();
}

test("at the board", PATIENCE, () => fit(ADMIN, ["/tablero", "/tablero?vista=estados", "/tickets", "/tickets/BA-LARGO-1", "/tickets/BA-LARGO-2", "/reportes", "/flota"]));

test("on the driver's phone", PATIENCE, () => fit(DRIVER, ["/reparto"]));
