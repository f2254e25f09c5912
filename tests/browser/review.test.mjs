// A delivered order is reviewed, the product shows what it comes to, and an administrator may hide it.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { ADMIN, DESKTOP, PATIENCE, PHONE, enters, isClean, logIn, start, visitor } from "./harness.mjs";
import { CUSTOMER, DRIVER, arrived, carry, orders, reaches, register } from "./world.mjs";

let belgrano, browser, stop, number;

before(async () => {
  ({ belgrano, browser, stop } = await start());
  const admin = await logIn(belgrano.board, ADMIN);
  const { id } = await admin("POST", "/api/usuarios", { ...DRIVER, rol: "flota" });
  const phone = await logIn(belgrano.board, DRIVER);
  await register(belgrano, CUSTOMER);
  const customer = await logIn(belgrano.shop, CUSTOMER);
  number = await orders(customer, {}, [[1, 1], [2, 1]]);
  await arrived(admin, [number]);
  await carry(admin, { id, phone }, number, ["aceptado", "en_camino", "entregado"]);
  await reaches(customer, number, "entregado");
}, PATIENCE);

after(() => stop?.());

test("a delivered order is reviewed, and the average shows", PATIENCE, async () => {
  const customer = await visitor(browser, PHONE);
  const { page } = customer;
  await enters(page, belgrano.shop, CUSTOMER);
  await page.goto(`${belgrano.shop}/pedidos`);
  await page.getByRole("link", { name: /^Opinar/ }).click();
  await page.getByRole("heading", { name: "¿Qué te pareció?" }).waitFor();
  await isClean(customer);
  // Words without stars are asked about, and kept.
  const [first, second] = [page.locator(".reviewing section").nth(0), page.locator(".reviewing section").nth(1)];
  await first.getByLabel(/En tus palabras/).fill("La de siempre");
  await page.getByRole("button", { name: "Enviar" }).click();
  await first.getByText("elegí cuántas estrellas").waitFor();
  // The browser notes a 422 in the console.
  customer.complaints.length = 0;
  await isClean(customer);
  assert.equal(await first.getByLabel(/En tus palabras/).inputValue(), "La de siempre");
  // By touch, and by keyboard: to the right are more.
  await first.locator("label[title=Bueno]").click();
  await second.getByLabel("Muy malo").focus();
  await page.keyboard.press("Space");
  await page.keyboard.press("ArrowRight");
  assert.equal(await second.locator("input:checked").inputValue(), "2");
  const filled = () => second.locator("label .icon").evaluateAll((stars) => stars.map((star) => getComputedStyle(star).fill !== "none"));
  assert.deepEqual(await filled(), [true, true, false, false, false]);
  await page.getByRole("button", { name: "Enviar" }).click();
  await page.getByText("Tu opinión quedó guardada").waitFor();
  await page.getByRole("link", { name: "Cambiar tu opinión" }).waitFor();

  const somebody = await visitor(browser, DESKTOP);
  await somebody.page.goto(`${belgrano.shop}/productos/1`);
  const reviews = somebody.page.locator("#opiniones");
  await reviews.getByText("4,0").first().waitFor();
  await reviews.getByText("La de siempre").waitFor();
  await reviews.getByText("Ana").waitFor();
  assert.ok(!(await somebody.page.content()).includes(CUSTOMER.apellido), "no more than the first name");
  await isClean(somebody);
  await somebody.page.goto(`${belgrano.shop}/productos`);
  await somebody.page.locator(".product", { has: somebody.page.locator('a[href="/productos/1"]') }).getByText("4,0").first().waitFor();

  const admin = await visitor(browser, DESKTOP);
  await enters(admin.page, belgrano.shop, ADMIN);
  await admin.page.goto(`${belgrano.shop}/administrar/resenas`);
  await isClean(admin);
  const card = admin.page.locator(".reviews > li", { hasText: "La de siempre" });
  await card.getByLabel("Motivo").fill("No dice nada del producto");
  await card.getByRole("button", { name: "Ocultar" }).click();
  await card.getByText("«No dice nada del producto»").waitFor();
  await isClean(admin);
  await somebody.page.goto(`${belgrano.shop}/productos/1`);
  await reviews.getByText("Todavía nadie opinó").waitFor();
  await page.goto(`${belgrano.shop}/pedidos/${number}/resena`);
  await page.getByText("No dice nada del producto").waitFor();
  await isClean(customer);
});
