// Somebody takes their data along and has the account erased; the order stays with its figures, here and on the board.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";

import { ADMIN, DESKTOP, PATIENCE, PHONE, enters, isClean, logIn, start, until, visitor } from "./harness.mjs";
import { CUSTOMER, DRIVER, arrived, carry, orders, reaches, register } from "./world.mjs";

let belgrano, browser, stop, admin, number;

before(async () => {
  ({ belgrano, browser, stop } = await start());
  admin = await logIn(belgrano.board, ADMIN);
  const { id } = await admin("POST", "/api/usuarios", { ...DRIVER, rol: "flota" });
  const phone = await logIn(belgrano.board, DRIVER);
  await register(belgrano, CUSTOMER);
  const customer = await logIn(belgrano.shop, CUSTOMER);
  number = await orders(customer, {}, [[1, 1]]);
  await arrived(admin, [number]);
  await carry(admin, { id, phone }, number, ["aceptado", "en_camino", "entregado"]);
  await reaches(customer, number, "entregado");
}, PATIENCE);

after(() => stop?.());

test("an account is erased by two questions, and the board forgets whose the order was", PATIENCE, async () => {
  const somebody = await visitor(browser, PHONE);
  const { page } = somebody;
  await enters(page, belgrano.shop, CUSTOMER);
  await page.goto(`${belgrano.shop}/perfil`);
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "Descargar mis datos" }).click()]);
  const data = JSON.parse(await readFile(await download.path(), "utf8"));
  assert.deepEqual([data.cuenta.email, data.pedidos[0].numero], [CUSTOMER.email, number]);

  await page.getByRole("link", { name: "Borrar mi cuenta" }).click();
  await page.getByRole("heading", { name: "Queda, sin vos" }).waitFor();
  await isClean(somebody);
  await page.getByRole("link", { name: "Quiero borrarla" }).click();
  await page.getByLabel("Tu contraseña").fill(CUSTOMER.password);
  await page.getByLabel("Sí, borrar mi cuenta para siempre.").check();
  await page.getByRole("button", { name: "Borrar mi cuenta" }).click();
  await page.getByText("Tu cuenta se borró.").waitFor();
  await isClean(somebody);

  await until("the board has forgotten", async () => (await admin("GET", `/api/tickets/${number}`)).cliente_nombre === "");
  const board = await visitor(browser, DESKTOP);
  await enters(board.page, belgrano.board, ADMIN);
  await board.page.goto(`${belgrano.board}/tickets/${number}`);
  await board.page.getByRole("heading", { name: "Cuenta borrada" }).waitFor();
  assert.ok(!(await board.page.content()).includes(CUSTOMER.direccion));
  await isClean(board);
});
