// Prices and stock in place: a row is saved where it is, and two who change the same one hear of each other.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { ADMIN, DESKTOP, PATIENCE, PHONE, enters, isClean, start, visitor } from "./harness.mjs";

let belgrano, browser, stop;

before(async () => ({ belgrano, browser, stop } = await start()), PATIENCE);
after(() => stop?.());

async function admin(options) {
  const somebody = await visitor(browser, options);
  const { page } = somebody;
  await enters(page, belgrano.shop, ADMIN);
  await page.goto(`${belgrano.shop}/administrar/productos?q=yerba`);
  return { ...somebody, row: page.locator("#producto-1") };
}

test("a row is saved where it is, with the keyboard too, and says when somebody was faster", PATIENCE, async () => {
  const [one, other] = [await admin(DESKTOP), await admin(PHONE)];
  // What a reload would take away.
  await one.page.evaluate(() => (globalThis.stayed = true));
  const price = one.row.getByLabel(/^Precio/);
  await price.fill("4500");
  await price.press("Enter");
  await one.row.getByText("Guardado").waitFor();
  assert.ok(await one.page.evaluate(() => globalThis.stayed), "the page was not left");
  assert.equal(await price.evaluate((field) => field === document.activeElement), true, "one goes on where one was");
  await isClean(one);

  await other.row.getByLabel(/^Precio/).fill("4700");
  await other.row.getByLabel(/^A la venta/).click();
  await other.row.getByRole("button", { name: /Guardar/ }).click();
  await other.row.getByText("Precio de ahora: $ 4.500").waitFor();
  assert.equal(await other.row.getByLabel(/^Precio/).inputValue(), "4700", "what was typed is kept");
  assert.equal(await other.row.getByLabel(/^A la venta/).isChecked(), false);
  other.complaints.length = 0; // The browser notes the 409.
  await isClean(other);
  await one.page.reload();
  assert.deepEqual([await price.inputValue(), await one.row.getByLabel(/^A la venta/).isChecked()], ["4500", true], "nothing of it was written");

  await other.row.getByRole("button", { name: /Guardar/ }).click();
  await other.row.getByText("Guardado").waitFor();
  await one.page.reload();
  assert.deepEqual([await price.inputValue(), await one.row.getByLabel(/^A la venta/).isChecked()], ["4700", false]);
});
