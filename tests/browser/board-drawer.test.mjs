// A ticket beside the board.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { card, openBoard } from "./board.mjs";
import { PATIENCE, isClean } from "./harness.mjs";

let stop, api, drivers, dispatcher, order, ticket;

before(async () => ({ stop, api, drivers, dispatcher, order, ticket } = await openBoard()), PATIENCE);

after(() => stop?.());

test("a ticket opens beside the board and is changed there", PATIENCE, async () => {
  const { page } = dispatcher;
  await order("BA-CAJON");
  await card(page, "BA-CAJON").getByRole("link").click();
  const drawer = page.getByRole("dialog", { name: "Ticket" });
  await drawer.getByRole("heading", { name: "BA-CAJON" }).waitFor();
  assert.equal(await drawer.getByRole("link", { name: "+54 11 5555 0101" }).getAttribute("href"), "tel:+541155550101");
  await drawer.getByText("Recibido").waitFor();
  assert.equal(await drawer.getByRole("button", { name: "Deshacer el último cambio" }).count(), 0, "there is nothing to undo");
  await isClean(dispatcher);
  await drawer.getByRole("textbox", { name: /^Indicaciones/ }).fill("Timbre 2B");
  await drawer.getByRole("button", { name: "Guardar" }).click();
  await drawer.getByText("BA-CAJON quedó cambiado.").waitFor();
  await drawer.getByText("Indicaciones: «Timbre 2B»").waitFor();
  // Somebody else's change shows as well.
  await api("POST", "/api/tickets/BA-CAJON/asignar", { repartidor_id: drivers.Beto });
  await drawer.getByText("Lo lleva Beto Luna.").waitFor();
  await page.goBack();
  await drawer.waitFor({ state: "hidden" });
  assert.match(page.url(), /\/tablero/);
});

test("an answer that comes late does not lie under another ticket's number", PATIENCE, async () => {
  await order("BA-LENTO");
  await order("BA-OTRO");
  const { page } = dispatcher;
  const drawer = page.getByRole("dialog", { name: "Ticket" });
  let release;
  const held = new Promise((resolve) => (release = resolve));
  await page.route("**/tickets/BA-LENTO/**", async (route) => {
    await held;
    await route.continue();
  });
  await card(page, "BA-LENTO").getByRole("link").click();
  await drawer.getByRole("textbox", { name: /^Indicaciones/ }).fill("Timbre 3C");
  await drawer.getByRole("button", { name: "Guardar" }).click();
  await page.keyboard.press("Escape");
  await drawer.waitFor({ state: "hidden" });
  await card(page, "BA-OTRO").getByRole("link").click();
  await drawer.getByRole("heading", { name: "BA-OTRO" }).waitFor();
  const answered = page.waitForResponse((response) => response.url().endsWith("/tickets/BA-LENTO") && response.request().method() === "GET");
  release();
  await (await answered).finished();
  assert.equal(await drawer.locator("[data-ticket]").getAttribute("data-ticket"), "BA-OTRO");
  assert.equal(await drawer.getByText("BA-LENTO").count(), 0);
  await page.keyboard.press("Escape");
  await page.unroute("**/tickets/BA-LENTO/**");
});
