// Buying, as customers do it: with the keyboard, without script, with an impatient finger, and for somebody else to follow.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { DESKTOP, PATIENCE, PHONE, enters, fillsIn, isClean, logIn, start, visitor } from "./harness.mjs";
import { register } from "./world.mjs";

const FIRST_VIEW_BYTES = 100_000;
let belgrano, browser, stop;
let count = 0;

before(async () => ({ belgrano, browser, stop } = await start()), PATIENCE);
after(() => stop?.());

/** A customer with an address, and the one that a test acts for behind the pages. */
async function customer() {
  count += 1;
  const account = { nombre: "Ana", email: `ana${count}@cliente.test`, password: "clave-de-ana-1", telefono: "11 5555 0101", direccion: "Av. Cabildo 2040" };
  await register(belgrano, account);
  return { account, api: await logIn(belgrano.shop, account) };
}

test("what is looked for shows while it is typed, and arrows and Enter choose it", PATIENCE, async () => {
  const somebody = await visitor(browser, DESKTOP);
  const { page } = somebody;
  await page.goto(belgrano.shop);
  const field = page.getByRole("combobox", { name: "Buscar productos" });
  await field.pressSequentially("ques");
  await page.getByRole("option", { name: /Queso cremoso/ }).waitFor();
  assert.equal(await field.getAttribute("aria-expanded"), "true");
  await isClean(somebody);
  await field.press("Escape");
  assert.equal(await field.getAttribute("aria-expanded"), "false");
  await field.press("ArrowDown");
  assert.equal(await page.getByRole("option", { selected: true }).count(), 1);
  await Promise.all([page.waitForURL("**/productos/*"), field.press("Enter")]);
  await page.getByRole("heading", { level: 1, name: "Queso cremoso por kilo" }).waitFor();
});

test("adding stays on the page and counts; the cart follows its buttons, and a removal can be undone", PATIENCE, async () => {
  const somebody = await visitor(browser, PHONE);
  const { page } = somebody;
  await page.goto(belgrano.shop);
  await page.getByRole("button", { name: "Agregar Yerba mate 1 kg" }).click();
  await page.getByRole("link", { name: "Carrito 1" }).waitFor();
  assert.equal(new URL(page.url()).pathname, "/");
  await page.goto(`${belgrano.shop}/carrito`);
  await page.getByRole("button", { name: "Uno más de Yerba mate 1 kg" }).click();
  await page.getByRole("button", { name: "Uno más de Yerba mate 1 kg" }).click();
  await page.getByRole("link", { name: "Carrito 3" }).waitFor();
  await page.locator(".summary .price", { hasText: "12.600" }).waitFor();
  await page.getByRole("button", { name: "Quitar Yerba mate 1 kg" }).click();
  await page.getByText("Todavía no hay nada").waitFor();
  await page.getByRole("button", { name: "Deshacer" }).click();
  await page.getByRole("link", { name: "Carrito 3" }).waitFor();
  await isClean(somebody);
});

test("what a new visitor presses while the first is under way goes into the same cart", PATIENCE, async () => {
  const { page } = await visitor(browser, DESKTOP);
  await page.goto(belgrano.shop);
  let goOn;
  const held = new Promise((resolve) => (goOn = resolve));
  await page.route("**/carrito/1/agregar", async (route) => (await held, route.continue()));
  await page.getByRole("button", { name: "Agregar Yerba mate 1 kg" }).click();
  await page.getByRole("button", { name: "Agregar Café molido 500 g" }).click();
  goOn();
  await page.getByRole("link", { name: "Carrito 2" }).waitFor();
});

test("a whole purchase needs no script", PATIENCE, async () => {
  const { page, context } = await visitor(browser, { ...PHONE, javaScriptEnabled: false });
  await page.goto(belgrano.shop);
  await page.getByRole("button", { name: "Agregar Yerba mate 1 kg" }).click();
  await page.goto(`${belgrano.shop}/carrito`);
  await page.getByRole("button", { name: "Uno más de Yerba mate 1 kg" }).click();
  assert.equal(await page.getByLabel("Cantidad de Yerba mate 1 kg").inputValue(), "2");
  await page.getByRole("link", { name: "Finalizar la compra" }).click();
  await page.getByRole("link", { name: "Crear una cuenta" }).click();
  await page.getByLabel("Nombre").fill("Eva");
  await page.getByLabel("Correo").fill("eva@cliente.test");
  await page.getByLabel("Contraseña").fill("clave-de-eva-1");
  await page.getByLabel(/Dirección de entrega/).fill("Juramento 1700");
  await page.getByRole("button", { name: "Crear la cuenta" }).click();
  await page.getByLabel("Teléfono").fill("11 5555 0101");
  await page.getByRole("button", { name: "Confirmar el pedido" }).click();
  await page.getByText("Recibimos tu pedido.").waitFor();
  assert.match(new URL(page.url()).pathname, /^\/pedidos\/BA-/);
  await context.close();
});

test("an impatient finger, a reload and the way back order once", PATIENCE, async () => {
  const { account, api } = await customer();
  const somebody = await visitor(browser, PHONE);
  const { page } = somebody;
  await api("PUT", "/api/carrito/1", { cantidad: 1 });
  await enters(page, belgrano.shop, account);
  await page.goto(`${belgrano.shop}/finalizar`);
  await page.getByRole("button", { name: "Confirmar el pedido" }).dblclick();
  await page.waitForURL("**/pedidos/*");
  await page.reload();
  await page.goBack();
  await page.goForward();
  assert.equal((await api("GET", "/api/pedidos")).pedidos.length, 1);
});

test("what was typed for an order survives a session that ended, for its owner only", PATIENCE, async () => {
  const [one, other] = [await customer(), await customer()];
  for (const { api } of [one, other]) await api("PUT", "/api/carrito/1", { cantidad: 1 });
  const somebody = await visitor(browser, PHONE);
  const { page, context } = somebody;
  const notes = page.locator("textarea[name=notas]");
  /** Fills the form, whose session then turns out to be over. */
  const lose = async () => {
    await page.goto(`${belgrano.shop}/finalizar`);
    await page.locator("input[name=direccion]").fill("Av. Cabildo 2040, 5.º B");
    await page.locator("input[name=metodo_pago][value=tarjeta]").check();
    await notes.fill("No anda el timbre");
    await context.clearCookies();
    await page.getByRole("button", { name: "Confirmar el pedido" }).click();
    await page.waitForURL("**/ingresar?**");
  };
  const comesBack = async (account) => {
    await fillsIn(page, account);
    await page.locator("form[data-of]").waitFor();
  };
  await enters(page, belgrano.shop, one.account);
  await lose();
  await comesBack(one.account);
  await page.waitForFunction(() => document.querySelector("textarea[name=notas]").value === "No anda el timbre");
  assert.equal(await page.locator("input[name=direccion]").inputValue(), "Av. Cabildo 2040, 5.º B");
  assert.ok(await page.locator("input[name=metodo_pago][value=tarjeta]").isChecked());
  await lose();
  await comesBack(other.account);
  await page.waitForFunction(() => sessionStorage.getItem("belgrano-borrador") === null);
  assert.equal(await notes.inputValue(), "");
  await context.close();
});

test("whoever has the link follows the order without an account, until it is taken back", PATIENCE, async () => {
  const { account, api } = await customer();
  const { numero } = await api("POST", "/api/pedidos", { barrio: "Núñez", items: [{ producto_id: 1, cantidad: 1 }] });
  const owner = await visitor(browser, PHONE);
  await enters(owner.page, belgrano.shop, account);
  await owner.page.goto(`${belgrano.shop}/pedidos/${numero}`);
  await owner.page.getByRole("button", { name: "Crear un enlace" }).click();
  const link = await owner.page.getByLabel("Enlace de seguimiento").inputValue();
  await isClean(owner);

  const stranger = await visitor(browser, PHONE);
  await stranger.page.goto(link);
  await stranger.page.getByText("Núñez").waitFor();
  const said = await stranger.page.locator("main").innerText();
  assert.ok(!said.includes("Cabildo") && !said.includes(numero) && !said.includes("Ana"), said);
  await isClean(stranger);
  await owner.page.getByRole("button", { name: "Dejar de compartir" }).click();
  assert.equal((await stranger.page.goto(link)).status(), 404);
});

test("the first view is light", PATIENCE, async () => {
  const { page } = await visitor(browser, PHONE);
  const sizes = [];
  page.on("response", async (response) => {
    const type = response.headers()["content-type"] ?? "";
    if (!type.startsWith("image/")) sizes.push(response.request().sizes().then(({ responseBodySize }) => [response.url(), responseBodySize]));
  });
  await page.goto(belgrano.shop, { waitUntil: "networkidle" });
  const loaded = await Promise.all(sizes);
  const total = loaded.reduce((sum, [, size]) => sum + size, 0);
  assert.ok(total > 20_000 && total < FIRST_VIEW_BYTES, `${total} bytes:\n${loaded.map((one) => one.join(" ")).join("\n")}`);
});
