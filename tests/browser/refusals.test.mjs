// What the board does not want of a step is told where it was taken: beside its field, with nothing moving, and until it is
// right; with and without script, at once and late.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { ADMIN, PATIENCE, PHONE, cookiesOf, enters, isClean, logIn, start, until, visitor } from "./harness.mjs";
import { CUSTOMER, DRIVER, arrived, becomes, register } from "./world.mjs";

let belgrano, browser, stop, admin, id, customer;

before(async () => {
  ({ belgrano, browser, stop } = await start({ INTAKE: "open", PROOF: "pin" }));
  admin = await logIn(belgrano.board, ADMIN);
  ({ id } = await admin("POST", "/api/usuarios", { ...DRIVER, rol: "flota" }));
  await register(belgrano, CUSTOMER);
  customer = await logIn(belgrano.shop, CUSTOMER);
}, PATIENCE);
after(() => stop?.());

/** Orders on their way with the driver, with their PINs. */
async function onTheWay(count) {
  // What an earlier test left is not in the way of this one.
  const { tickets } = await admin("GET", "/api/tickets?estado=en-camino&limit=100");
  for (const { numero } of tickets) await admin("POST", `/api/tickets/${numero}/estado`, { estado: "fallido", motivo: "fin" });
  const stops = [];
  const cookie = await cookiesOf(belgrano.shop, CUSTOMER);
  for (let i = 0; i < count; i++) {
    const { numero } = await customer("POST", "/api/pedidos", { barrio: "Belgrano", metodo_pago: "efectivo", items: [{ producto_id: 1 + i, cantidad: 1 }] });
    stops.push({ number: numero });
  }
  await arrived(admin, stops.map(({ number }) => number));
  for (const one of stops) {
    await admin("POST", `/api/tickets/${one.number}/asignar`, { repartidor_id: id });
    for (const estado of ["aceptado", "en-camino"]) await admin("POST", `/api/tickets/${one.number}/estado`, { estado });
    const seen = async () => (await (await fetch(`${belgrano.shop}/pedidos/${one.number}`, { headers: { cookie, accept: "text/html" } })).text()).match(/class="digits">(\d{4})</)?.[1];
    one.right = await until("the PIN on the customer's page", seen);
    one.wrong = one.right === "0000" ? "0001" : "0000";
  }
  return stops;
}

async function driver(options) {
  const somebody = await visitor(browser, { ...PHONE, ...options });
  await enters(somebody.page, belgrano.board, DRIVER);
  return somebody;
}

/** Nothing of what somebody looked at may have moved by more than this. */
const STILL_PX = 2;
const places = (page, number) =>
  page.evaluate((key) => {
    const card = document.querySelector(`[data-key="${key}"]`);
    const tops = [...card.querySelectorAll("summary, .address, [name=pin], .bar")].filter((part) => part.checkVisibility()).map((part) => part.getBoundingClientRect().top);
    return { tops, current: [...document.querySelectorAll(".stop.current")].map(({ dataset }) => dataset.key), scroll: scrollY };
  }, number);

function stayed(before, now) {
  assert.deepEqual(now.current, before.current, "the same stop is in hand");
  assert.ok(Math.abs(now.scroll - before.scroll) <= STILL_PX, `scrolled from ${before.scroll} to ${now.scroll}`);
  for (const [index, top] of before.tops.entries()) assert.ok(Math.abs(now.tops[index] - top) <= STILL_PX, `${before.tops} became ${now.tops}`);
}

for (const [locale, deliver, said, many] of [
  ["es-AR", "Entregado", /no es el PIN de este pedido/i, /demasiados intentos; se puede volver a probar en 15 min/i],
  ["en", "Delivered", /this is not the PIN of this order/i, /too many tries; it can be tried again in 15 min/i],
]) {
  test(`a wrong PIN is told beside the PIN, where one is, until it is right (${locale})`, PATIENCE, async () => {
    const [first, second] = await onTheWay(3);
    const somebody = await driver({ locale });
    const { page, context } = somebody;
    const card = page.locator(`[data-key="${first.number}"]`);
    const pin = card.locator("[name=pin]");
    await page.locator("[data-live-status][data-state=live]").waitFor();
    for (const wrong of [first.wrong, first.wrong]) {
      await pin.fill(wrong);
      await pin.evaluate((field) => field.scrollIntoView({ block: "center" }));
      const before = await places(page, first.number);
      await card.getByRole("button", { name: deliver, exact: true }).click();
      await card.getByText(said).waitFor();
      stayed(before, await places(page, first.number));
      assert.equal(await page.evaluate(() => document.activeElement?.id), `pin-${first.number}`);
      const [error, field] = [await card.getByText(said).boundingBox(), await pin.boundingBox()];
      assert.ok(error.y >= 0 && Math.abs(error.y + error.height - field.y) < 24, "right above the field, on the screen");
      assert.equal(await page.getByText(said).count(), 1, "told once, and there");
    }
    somebody.complaints.length = 0; // The browser notes every 422.
    await isClean(somebody);
    await pin.fill(first.right);
    await card.getByText(said).waitFor({ state: "hidden" });
    await card.getByRole("button", { name: deliver, exact: true }).click();
    await card.waitFor({ state: "detached" });
    assert.equal(await page.getByText(said).count(), 0, "gone with the right one");
    assert.equal((await admin("GET", `/api/tickets/${first.number}`)).estado, "entregado");
    // The tries used up are told there as well, and are no reason to try for ever.
    const other = page.locator(`[data-key="${second.number}"]`);
    for (let i = 0; i < 5; i++) {
      await other.locator("[name=pin]").fill(second.wrong);
      await other.getByRole("button", { name: deliver, exact: true }).click();
      await other.getByText(said).waitFor();
    }
    await other.locator("[name=pin]").fill(second.right);
    await other.getByRole("button", { name: deliver, exact: true }).click();
    await other.getByText(many).waitFor();
    assert.equal(await page.locator("[data-queue-status]").textContent(), "");
    await context.close();
  });
}

test("a step that was refused later is told in its stop, and takes nothing out of a hand", PATIENCE, async () => {
  const [first, second] = await onTheWay(2);
  const { page, context, complaints } = await driver();
  const card = page.locator(`[data-key="${first.number}"]`);
  await page.locator("[data-live-status][data-state=live]").waitFor();
  await context.setOffline(true);
  await card.locator("[name=pin]").fill(first.wrong);
  await card.getByRole("button", { name: "Entregado", exact: true }).click();
  await page.getByText("Sin enviar: 1").waitFor();
  await page.locator(`[data-key="${second.number}"].current`).waitFor();
  await page.locator(`[data-key="${second.number}"] [name=pin]`).fill("12");
  const before = await places(page, second.number);
  await context.setOffline(false);
  const told = page.locator(".toast", { hasText: first.number });
  await told.waitFor();
  const now = await places(page, second.number);
  assert.deepEqual(now.current, [second.number], "the bar stays with the stop in hand");
  assert.ok(Math.abs(now.scroll - before.scroll) <= STILL_PX);
  assert.equal(await page.evaluate(() => document.activeElement?.id), `pin-${second.number}`, "nobody is interrupted");
  await card.getByText(/no es el PIN de este pedido/i).waitFor();
  await told.getByRole("button").click();
  await until("the focus in the field", () => page.evaluate((wanted) => document.activeElement?.id === wanted, `pin-${first.number}`));
  await page.reload();
  await card.getByText(/no es el PIN de este pedido/i).waitFor();
  await card.locator("[name=pin]").fill(first.right);
  await card.getByRole("button", { name: "Entregado", exact: true }).click();
  await becomes(admin, first.number, { estado: "entregado" });
  await card.waitFor({ state: "detached" });
  assert.equal(await page.getByText(/no es el PIN/i).count(), 0);
  complaints.length = 0;
  await context.close();
});

test("a step that is not possible any more is told in its stop, or in sight when that is gone", PATIENCE, async () => {
  const [first] = await onTheWay(1);
  // A service worker's own requests would pass by the route.
  const { page, context } = await driver({ serviceWorkers: "block" });
  const card = page.locator(`[data-key="${first.number}"]`);
  // The board does not say that it changed.
  await page.route("**/reparto", (route) => (route.request().resourceType() === "fetch" ? route.abort() : route.continue()));
  await page.locator("[data-live-status][data-state=live]").waitFor();
  await admin("POST", `/api/tickets/${first.number}/estado`, { estado: "fallido", motivo: "fin" });
  await card.locator("[name=pin]").fill(first.right);
  await card.getByRole("button", { name: "Entregado", exact: true }).click();
  await card.getByText(/no se pudo registrar/).waitFor();
  await card.getByRole("button", { name: "Entendido" }).click();
  await card.getByText(/no se pudo registrar/).waitFor({ state: "hidden" });
  await context.close();
});

test("without script a wrong PIN is told beside the PIN as well", PATIENCE, async () => {
  const [, second] = await onTheWay(2);
  const { page, context } = await driver({ javaScriptEnabled: false, viewport: { width: 320, height: 640 } });
  const card = page.locator(`[data-key="${second.number}"]`);
  await card.locator("[name=pin]").fill(second.wrong);
  await card.getByRole("button", { name: "Entregado", exact: true }).click();
  await card.getByText(/no es el PIN de este pedido/i).waitFor();
  assert.equal(await page.locator(".notice.failed").count(), 0);
  await page.keyboard.type(second.right);
  assert.equal(await card.locator("[name=pin]").inputValue(), second.right, "the field has the focus");
  await card.getByRole("button", { name: "Entregado", exact: true }).click();
  await card.waitFor({ state: "detached" });
  assert.equal(await page.getByText(/no es el PIN/i).count(), 0);
  await context.close();
});
