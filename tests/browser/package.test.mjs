// A package as a merchant makes it: by name with script, with selects without, on a phone.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { PATIENCE, PHONE, isClean, start, visitor } from "./harness.mjs";
import { MERCHANT } from "./world.mjs";

let belgrano, browser, stop;

before(async () => {
  ({ belgrano, browser, stop } = await start());
  const headers = { "content-type": "application/json" };
  const answer = await fetch(`${belgrano.shop}/api/register`, { method: "POST", headers, body: JSON.stringify(MERCHANT) });
  assert.equal(answer.status, 201, await answer.text());
}, PATIENCE);
after(() => stop?.());

async function merchant(options) {
  const somebody = await visitor(browser, { ...PHONE, ...options });
  const { page } = somebody;
  await page.goto(`${belgrano.shop}/ingresar`);
  await page.getByLabel("Correo").fill(MERCHANT.email);
  await page.getByLabel("Contraseña").fill(MERCHANT.password);
  await Promise.all([page.waitForURL((url) => url.pathname !== "/ingresar"), page.getByRole("button", { name: "Ingresar" }).click()]);
  await page.goto(`${belgrano.shop}/paquetes/nuevo`);
  return somebody;
}

test("products are found by name, counted with buttons and taken away", PATIENCE, async () => {
  const somebody = await merchant();
  const { page } = somebody;
  await page.getByLabel("Nombre del paquete").fill("Desayunos");
  const field = page.getByRole("combobox", { name: "Agregar un producto" });
  for (const [typed, name] of [["yerba", /Yerba mate/], ["ques", /Queso cremoso/], ["yerba", /Yerba mate/]]) {
    await field.pressSequentially(typed);
    await page.getByRole("option", { name }).first().waitFor();
    await field.press("ArrowDown");
    await field.press("Enter");
  }
  const yerba = page.getByRole("spinbutton", { name: /Cantidad Yerba mate/ });
  assert.equal(await yerba.inputValue(), "2", "the same product twice is two of it");
  await page.getByRole("button", { name: /Uno más Yerba mate/ }).click();
  await isClean(somebody);
  const [what, amount] = await Promise.all([page.locator(".pick .what").first().boundingBox(), yerba.boundingBox()]);
  assert.ok(Math.abs(what.y + what.height / 2 - amount.y - amount.height / 2) < 8, "the quantity is beside its product");
  await page.getByRole("button", { name: /Quitar Queso cremoso/ }).click();
  await Promise.all([page.waitForURL("**/paquetes"), page.getByRole("button", { name: "Guardar el paquete" }).click()]);
  await page.getByRole("link", { name: "Desayunos" }).click();
  await page.getByRole("heading", { level: 1, name: "Desayunos" }).waitFor();
  assert.equal(await page.getByRole("spinbutton").count(), 1);
  assert.equal(await page.getByRole("spinbutton", { name: /Cantidad Yerba mate/ }).inputValue(), "3");
});

test("without script a package is made of selects", PATIENCE, async () => {
  const { page } = await merchant({ javaScriptEnabled: false });
  await page.getByLabel("Nombre del paquete").fill("Meriendas");
  await page.getByLabel("Producto 1", { exact: true }).selectOption({ index: 1 });
  await page.getByLabel("Cantidad del producto 1").fill("4");
  await page.getByRole("button", { name: "Guardar el paquete" }).click();
  await page.getByRole("link", { name: "Meriendas" }).click();
  assert.equal(await page.getByLabel("Cantidad del producto 1").inputValue(), "4");
});
