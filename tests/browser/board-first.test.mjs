// Who comes second is told who was first: what is done on the board is meant for what somebody saw when they began. And what a
// driver has set out with is moved by who says that the goods are with that driver.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { DESKTOP, PATIENCE, logIn, visitor, enters, isClean, ADMIN } from "./harness.mjs";
import { SECOND, card, column, openBoard, toast } from "./board.mjs";

let board, stop;

before(async () => {
  board = await openBoard();
  ({ stop } = board);
}, PATIENCE);
after(() => stop?.());

/** Somebody else gives it to Rosa. */
async function marta(number) {
  const api = await logIn(board.belgrano.board, SECOND);
  await api("POST", `/api/tickets/${number}/asignar`, { repartidor_id: board.drivers.Rosa });
  await board.dispatcher.page.locator(`[data-column="driver-${board.drivers.Rosa}"] [data-key="${number}"]`).waitFor();
}

const told = (number) => new RegExp(`${number}: Marta Sosa lo cambió antes: .*Rosa Quiroga`);

test("a menu that was opened before somebody else acted overrides nothing", PATIENCE, async () => {
  const { page } = board.dispatcher;
  await board.order("BA-MENU");
  await card(page, "BA-MENU").locator(".more").click();
  await marta("BA-MENU");
  await page.locator("#mover [data-target]", { hasText: "Beto Luna" }).click();
  await toast(page, told("BA-MENU")).waitFor();
  assert.equal((await board.ticket("BA-MENU")).repartidor_nombre, "Rosa Quiroga");
});

test("what was chosen before somebody else acted is left alone, and can be done once that was read", PATIENCE, async () => {
  const { page } = board.dispatcher;
  await board.order("BA-LOTE");
  await card(page, "BA-LOTE").locator("input[name=numeros]").check();
  await marta("BA-LOTE");
  await page.locator("[data-bulk] [value=desasignar]").click();
  await toast(page, told("BA-LOTE")).waitFor();
  assert.equal((await board.ticket("BA-LOTE")).repartidor_nombre, "Rosa Quiroga");
  await card(page, "BA-LOTE").locator("input[name=numeros]").check();
  await page.locator("[data-bulk] [value=desasignar]").click();
  await board.becomes("BA-LOTE", { estado: "pendiente" });
});

test("a plain form says it too", PATIENCE, async () => {
  const { page, context } = await visitor(board.browser, { ...DESKTOP, javaScriptEnabled: false });
  await enters(page, board.belgrano.board, ADMIN);
  await board.order("BA-LISO");
  await page.goto(`${board.belgrano.board}/tablero?q=BA-LISO`);
  await card(page, "BA-LISO").locator("input[name=numeros]").check();
  await marta("BA-LISO");
  await page.locator("[data-bulk] [value=desasignar]").click();
  await page.locator(".notice.failed", { hasText: told("BA-LISO") }).waitFor();
  await page.goto(`${board.belgrano.board}/tickets/BA-LISO`);
  const api = await logIn(board.belgrano.board, SECOND);
  await api("POST", "/api/tickets/BA-LISO/asignar", { repartidor_id: board.drivers.Beto });
  await page.locator('form[action$="/desasignar"] button').click();
  await page.locator(".notice.failed", { hasText: /Marta Sosa lo cambió antes: .*Beto Luna/ }).waitFor();
  assert.equal((await board.ticket("BA-LISO")).repartidor_nombre, "Beto Luna");
  await context.close();
});

test("what a driver set out with is moved by who says that the goods are with the driver", PATIENCE, async () => {
  const { page } = board.dispatcher;
  for (const number of ["BA-LEJOS-1", "BA-LEJOS-2"]) {
    await board.order(number);
    await board.api("POST", `/api/tickets/${number}/asignar`, { repartidor_id: board.drivers.Rosa });
    for (const estado of ["aceptado", "en-camino"]) await board.api("POST", `/api/tickets/${number}/estado`, { estado });
    await card(page, number).and(page.locator("[data-state=en-camino]")).waitFor();
    await card(page, number).locator("input[name=numeros]").check();
  }
  await page.locator("[data-bulk-move]").click();
  await page.locator("#mover [data-target]", { hasText: "Beto Luna" }).click();
  const asked = page.locator("#con-mercaderia");
  await asked.getByText(/2 tickets van en camino: la mercadería la tiene Rosa Quiroga/).waitFor();
  assert.equal((await board.ticket("BA-LEJOS-1")).estado, "en-camino", "nothing before it was read");
  await asked.locator("[data-goods-yes]").click();
  for (const number of ["BA-LEJOS-1", "BA-LEJOS-2"]) await board.becomes(number, { estado: "asignado", repartidor_nombre: "Beto Luna" });
});

test("of several only those that nobody set out with can be moved", PATIENCE, async () => {
  const { page } = board.dispatcher;
  for (const number of ["BA-CERCA-1", "BA-CERCA-2"]) await board.order(number);
  await board.api("POST", "/api/tickets/BA-CERCA-1/asignar", { repartidor_id: board.drivers.Rosa });
  for (const estado of ["aceptado", "en-camino"]) await board.api("POST", "/api/tickets/BA-CERCA-1/estado", { estado });
  await card(page, "BA-CERCA-1").and(page.locator("[data-state=en-camino]")).waitFor();
  for (const number of ["BA-CERCA-1", "BA-CERCA-2"]) await card(page, number).locator("input[name=numeros]").check();
  await page.locator("[data-bulk-move]").click();
  await page.locator("#mover [data-target]", { hasText: "Beto Luna" }).click();
  await isClean(board.dispatcher);
  await page.getByRole("button", { name: "Sólo los demás" }).click();
  await board.becomes("BA-CERCA-2", { estado: "asignado", repartidor_nombre: "Beto Luna" });
  assert.equal((await board.ticket("BA-CERCA-1")).estado, "en-camino");
  assert.ok(await card(page, "BA-CERCA-1").locator("input[name=numeros]").isChecked(), "stays chosen");
  await card(page, "BA-CERCA-1").locator("input[name=numeros]").uncheck();
});

test("a shift that ends with stops left raises its voice, and its stops are moved from there", PATIENCE, async () => {
  const { page } = board.dispatcher;
  await board.order("BA-QUEDA");
  await board.api("POST", "/api/tickets/BA-QUEDA/asignar", { repartidor_id: board.drivers.Beto });
  await column(page, `driver-${board.drivers.Beto}`).locator('[data-key="BA-QUEDA"]').waitFor();
  await board.api("PATCH", `/api/repartidores/${board.drivers.Beto}`, { en_turno: false });
  await page.reload();
  const chip = page.locator("[data-worry-chip]");
  await chip.waitFor();
  await chip.click();
  await page.locator("[data-worries] li", { hasText: /Beto Luna terminó el turno y le quedan? (una|\d+) paradas?/ }).getByRole("button").click();
  await page.locator("#mover").getByText("Rosa Quiroga").waitFor();
});
