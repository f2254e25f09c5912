// The whole story without script: everybody's page is a page of plain forms.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { ADMIN, DESKTOP, PATIENCE, PHONE, enters, logIn, start, until, visitor } from "./harness.mjs";
import { DRIVER, arrived } from "./world.mjs";

let belgrano, browser, stop, board;

before(async () => {
  ({ belgrano, browser, stop } = await start());
  board = await logIn(belgrano.board, ADMIN);
}, PATIENCE);

after(() => stop?.());

/** Somebody whose browser runs nothing. */
async function plainly(options) {
  const { page } = await visitor(browser, { ...options, javaScriptEnabled: false });
  const press = (name, within = page.locator("main")) => within.getByRole("button", { name, exact: typeof name === "string" }).first().click();
  return { page, press };
}

/** The page as it is now, until it says this. */
const says = (page, text) =>
  until(`«${text}» on ${page.url()}`, async () => {
    await page.reload();
    return page.getByText(text).first().isVisible();
  });

/** Finds a product, puts it into the cart and goes on to pay. */
async function fills({ page, press }, words, name) {
  await page.goto(belgrano.shop);
  await page.getByRole("combobox").or(page.getByRole("searchbox")).first().fill(words);
  await press("Buscar");
  await page.getByRole("link", { name, exact: true }).click();
  await page.getByLabel("Cantidad").fill("2");
  await press("Agregar al carrito");
  await page.getByRole("link", { name: "Carrito 2" }).click();
  await page.getByRole("link", { name: "Finalizar la compra" }).click();
}

const numberOf = (page) => decodeURIComponent(new URL(page.url()).pathname.split("/").pop());

test("a customer orders, a dispatcher assigns, a driver delivers, and all of them see it", PATIENCE, async () => {
  const dispatcher = await plainly(DESKTOP);
  await enters(dispatcher.page, belgrano.board, ADMIN);
  await dispatcher.page.goto(`${belgrano.board}/usuarios`);
  await dispatcher.page.getByLabel("Nombre", { exact: true }).fill(DRIVER.nombre);
  await dispatcher.page.getByLabel("Correo").fill(DRIVER.email);
  await dispatcher.page.getByLabel("Contraseña").fill(DRIVER.password);
  await dispatcher.page.getByLabel("Rol").selectOption("flota");
  await dispatcher.page.locator('form.form[action="/usuarios"] button.primary').click();
  await dispatcher.page.getByRole("link", { name: DRIVER.nombre }).waitFor();

  const customer = await plainly(PHONE);
  await fills(customer, "yerba", "Yerba mate 1 kg");
  await customer.page.getByRole("link", { name: "Crear una cuenta" }).click();
  await customer.page.getByLabel("Nombre").fill("Eva");
  await customer.page.getByLabel("Correo").fill("eva@cliente.test");
  await customer.page.getByLabel("Contraseña").fill("clave-de-eva-1");
  await customer.page.getByLabel(/Dirección de entrega/).fill("Juramento 1700");
  await customer.press("Crear la cuenta");
  await customer.page.getByLabel("Barrio").fill("Núñez");
  await customer.page.getByRole("radio", { name: "Transferencia" }).check();
  assert.ok(await customer.page.getByText("Marcar la puerta en el mapa").isHidden(), "what needs script is not there");
  await customer.page.getByLabel("Teléfono").fill("11 5555 0101");
  await customer.press("Confirmar el pedido");
  await customer.page.getByText("Recibimos tu pedido.").waitFor();
  const number = numberOf(customer.page);
  await arrived(board, [number]);

  const driver = await plainly(PHONE);
  await enters(driver.page, belgrano.board, DRIVER);
  await driver.press("Empezar el turno");
  await driver.page.getByText("Estás en turno").waitFor();

  await dispatcher.page.goto(`${belgrano.board}/tablero`);
  await dispatcher.page.locator(`[data-key="${number}"]`).getByRole("checkbox").check();
  const bulk = dispatcher.page.getByRole("form", { name: /elegidos/ });
  await bulk.getByRole("combobox", { name: "Quién lo lleva" }).selectOption({ label: (await bulk.locator("option", { hasText: DRIVER.nombre }).first().textContent()).trim() });
  await dispatcher.press("Asignar", bulk);
  await dispatcher.page.getByText("Hecho en 1 de 1.").waitFor();
  // By its own page it is taken back and given again.
  await dispatcher.page.locator(`[data-key="${number}"]`).getByRole("link").click();
  await dispatcher.press("Desasignar");
  await dispatcher.press("Asignar");
  await dispatcher.page.getByText(`Lo lleva ${DRIVER.nombre}.`).waitFor();

  await driver.page.goto(`${belgrano.board}/reparto`);
  const stop = () => driver.page.locator(`[data-key="${number}"]`);
  for (const step of ["Aceptar", "Salgo en camino", "Entregado"]) await driver.press(step, stop());
  await stop().waitFor({ state: "detached" });
  assert.equal((await board("GET", `/api/tickets/${number}`)).estado, "entregado");
  await says(customer.page, "Entregado");
  await customer.page.locator(".state-entregado, .timeline .current", { hasText: "Entregado" }).first().waitFor();
});

test("a customer shares an order, repeats it, cancels it and changes the account", PATIENCE, async () => {
  const customer = await plainly(PHONE);
  const { page, press } = customer;
  await page.goto(`${belgrano.shop}/registro`);
  await page.getByLabel("Nombre").fill("Luz");
  await page.getByLabel("Correo").fill("luz@cliente.test");
  await page.getByLabel("Contraseña").fill("clave-de-luz-1");
  await page.getByLabel(/Dirección de entrega/).fill("Juramento 1700");
  await press("Crear la cuenta");
  await fills(customer, "queso", "Queso cremoso por kilo");
  await page.getByLabel("Teléfono").fill("11 5555 0102");
  await press("Confirmar el pedido");
  const number = numberOf(page);

  await press("Crear un enlace");
  const link = await page.getByLabel("Enlace de seguimiento").inputValue();
  const stranger = await plainly(PHONE);
  assert.equal((await stranger.page.goto(link)).status(), 200);
  await press("Dejar de compartir");
  assert.equal((await stranger.page.goto(link)).status(), 404);

  await page.getByRole("link", { name: "Repetir este pedido" }).click();
  await press(/^Pedir por/);
  await page.getByText("Recibimos tu pedido otra vez.").waitFor();
  assert.notEqual(numberOf(page), number);
  await page.getByRole("link", { name: "Cancelar el pedido" }).click();
  await page.getByRole("heading", { name: "¿Cancelar el pedido?" }).waitFor();
  await press("Sí, cancelarlo");
  await page.waitForURL(/\/pedidos\/BA-[^/]+$/);
  await says(page, "Cancelado");

  await page.goto(`${belgrano.shop}/perfil`);
  await page.getByLabel("Nombre").fill("Luz María");
  await page.locator('form[action="/perfil"] button.primary').click();
  assert.equal(await page.getByLabel("Nombre").inputValue(), "Luz María");
  // The language is a form as well.
  await page.getByRole("button", { name: "English" }).click();
  assert.equal(await page.locator("html").getAttribute("lang"), "en");
});
