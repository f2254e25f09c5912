// The whole story once: a customer buys, an administrator assigns, a driver delivers, and everybody sees it happen.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { ADMIN, DESKTOP, PATIENCE, PHONE, enters, isClean, logIn, start, visitor } from "./harness.mjs";
import { DRIVER } from "./world.mjs";

let belgrano, browser, stop;

before(async () => {
  ({ belgrano, browser, stop } = await start());
  const admin = await logIn(belgrano.board, ADMIN);
  await admin("POST", "/api/usuarios", { ...DRIVER, rol: "flota" });
}, PATIENCE);

after(() => stop?.());

test("an order goes from the cart to the door while everybody watches", PATIENCE, async () => {
  const customer = await visitor(browser, PHONE);
  const number = await buys(customer);

  const driver = await visitor(browser, PHONE);
  await enters(driver.page, belgrano.board, DRIVER);
  await isClean(driver);
  await driver.page.getByRole("button", { name: "Empezar el turno" }).click();
  await driver.page.getByText("Estás en turno").waitFor();

  const admin = await visitor(browser, DESKTOP);
  await enters(admin.page, belgrano.board, ADMIN);
  const card = admin.page.locator(`[data-key="${number}"]`);
  await card.waitFor();
  await isClean(admin);
  // By drag, back to the pool, and once more by keyboard.
  const crew = admin.page.locator("[data-column]", { hasText: DRIVER.nombre });
  const [from, to] = [await card.locator(".client").boundingBox(), await crew.locator("h2").boundingBox()];
  await admin.page.mouse.move(from.x + 20, from.y + 5);
  await admin.page.mouse.down();
  await admin.page.mouse.move(to.x + 20, to.y + 5, { steps: 10 });
  await crew.and(admin.page.locator(".over")).waitFor();
  await admin.page.mouse.up();
  await crew.locator(card).waitFor();
  await admin.page.getByRole("button", { name: "Deshacer" }).click();
  await admin.page.locator("[data-column=pool]").locator(card).waitFor();
  await card.locator("h3 a").focus();
  await admin.page.keyboard.press("m");
  await admin.page.keyboard.type(DRIVER.nombre);
  await admin.page.keyboard.press("Enter");
  await crew.locator(card).waitFor();

  // Nobody reloads from here on.
  const stop = driver.page.locator(`[data-key="${number}"]`);
  await stop.getByRole("button", { name: "Aceptar" }).click();
  await stop.getByRole("button", { name: "Salgo en camino" }).click();
  await customer.page.getByText("En camino").first().waitFor();
  await isClean(driver);
  await stop.getByRole("button", { name: "Entregado" }).click();
  await customer.page.locator(".state-entregado").waitFor();
  await isClean(customer);
  await isClean(admin);
});

async function buys(customer) {
  const { page } = customer;
  await page.goto(belgrano.shop);
  await isClean(customer);
  await page.getByRole("button", { name: /^Agregar/ }).first().click();
  await page.getByRole("link", { name: "Carrito 1" }).waitFor();
  await page.getByRole("link", { name: /carrito/i }).first().click();
  await isClean(customer);
  await page.getByRole("link", { name: "Finalizar la compra" }).click();
  await page.getByRole("link", { name: "Crear una cuenta" }).click();
  await isClean(customer);
  await page.getByLabel("Nombre").fill("Ana");
  await page.getByLabel("Correo").fill("ana@cliente.test");
  await page.getByLabel("Contraseña").fill("clave-de-ana-1");
  await page.getByLabel(/Dirección de entrega/).fill("Av. Cabildo 2040, 4° B");
  await page.getByRole("button", { name: "Crear la cuenta" }).click();
  await page.waitForURL("**/finalizar");
  await isClean(customer);
  await page.getByLabel("Teléfono").fill("11 5555 0101");
  await page.getByRole("button", { name: "Confirmar el pedido" }).click();
  await page.waitForURL("**/pedidos/*");
  await isClean(customer);
  return decodeURIComponent(new URL(page.url()).pathname.split("/").pop());
}

test("what was typed stays, and the error is beside its field", PATIENCE, async () => {
  const somebody = await visitor(browser, PHONE);
  const { page } = somebody;
  await page.goto(`${belgrano.shop}/registro`);
  await page.getByLabel("Nombre").fill("Beto");
  await page.getByLabel("Correo").fill("beto@");
  await page.getByLabel("Contraseña").fill("clave-de-beto-1");
  await page.locator("form.form").evaluate((form) => (form.noValidate = true));
  await page.getByRole("button", { name: "Crear la cuenta" }).click();
  await page.locator("#email-error").waitFor();
  assert.equal(await page.getByLabel("Nombre").inputValue(), "Beto");
  assert.equal(await page.getByLabel("Correo").getAttribute("aria-invalid"), "true");
  // A refused form answers 422, which browsers note in the console.
  somebody.complaints.length = 0;
  await isClean(somebody);
});
