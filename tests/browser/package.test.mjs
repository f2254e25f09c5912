// A package as a merchant makes it: by name with script, with selects without, on a phone.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { PATIENCE, PHONE, enters, isClean, start, visitor } from "./harness.mjs";
import { MERCHANT, register } from "./world.mjs";

let belgrano, browser, stop;

before(async () => {
  ({ belgrano, browser, stop } = await start());
  await register(belgrano, MERCHANT);
}, PATIENCE);
after(() => stop?.());

async function merchant(options) {
  const somebody = await visitor(browser, { ...PHONE, ...options });
  const { page } = somebody;
  await enters(page, belgrano.shop, MERCHANT);
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
  // On a phone a name has a line of its own, so that it is not broken inside a word.
  const below = amount.y - what.y - what.height;
  assert.ok(below > -1 && below < 24, `the quantity is right below its product, not ${below} px`);
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

test("a package is ordered after a question, once, with script and without", PATIENCE, async () => {
  const { page: plain, context: without } = await merchant({ javaScriptEnabled: false });
  await plain.getByLabel("Nombre del paquete").fill("Meriendas de hoy");
  await plain.getByLabel("Producto 1", { exact: true }).selectOption({ value: "1" });
  await plain.getByLabel("Cantidad del producto 1").fill("2");
  await plain.getByRole("button", { name: "Guardar el paquete" }).click();
  const orders = async () => {
    await plain.goto(`${belgrano.shop}/pedidos`);
    return plain.locator("a[href^='/pedidos/BA-']:not([data-ask])").count();
  };
  const before = await orders();
  await plain.goto(`${belgrano.shop}/paquetes`);
  await plain.getByRole("link", { name: "Meriendas de hoy" }).click();
  const { pathname } = new URL(plain.url());
  await plain.getByRole("link", { name: /Pedir ahora/ }).click();
  await plain.getByRole("heading", { name: "¿Pedir «Meriendas de hoy» ahora?" }).waitFor();
  await plain.getByText("Av. Cabildo 2040").waitFor();
  await plain.getByRole("link", { name: "Ahora no" }).click();
  assert.deepEqual([new URL(plain.url()).pathname, await orders()], [pathname, before], "asking orders nothing");
  await plain.goto(`${belgrano.shop}${pathname}/ejecutar`);
  await plain.getByRole("button", { name: /Pedir por \$ 8\.400/ }).click();
  await plain.getByText("El paquete se pidió.").waitFor();
  assert.equal(await orders(), before + 1);

  const somebody = await merchant();
  const { page, context } = somebody;
  await page.goto(belgrano.shop + pathname);
  const ask = page.getByRole("link", { name: /Pedir ahora/ });
  const dialog = page.getByRole("dialog", { name: /¿Pedir «Meriendas de hoy» ahora\?/ });
  await ask.click();
  await dialog.waitFor();
  await isClean(somebody);
  await dialog.getByRole("link", { name: "Ahora no" }).click();
  await dialog.waitFor({ state: "detached" });
  assert.equal(new URL(page.url()).pathname, pathname, "still there");
  await ask.focus();
  await ask.press("Enter");
  await dialog.waitFor();
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "detached" });
  assert.ok(await ask.evaluate((link) => link === document.activeElement), "back to where it was asked");
  await ask.click();
  await dialog.getByRole("button", { name: /Pedir por/ }).dblclick();
  await page.waitForURL("**/pedidos/BA-*");
  assert.equal(await orders(), before + 2, "an impatient finger orders once");
  await Promise.all([context.close(), without.close()]);
});
