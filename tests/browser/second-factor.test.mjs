// Two-step verification as a person meets it: set up with what the page shows, then asked for at the door; with and without script.

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { after, before, test } from "node:test";

import { DESKTOP, PATIENCE, PHONE, enters, isClean, start, visitor } from "./harness.mjs";
import { CUSTOMER, register } from "./world.mjs";

let belgrano, browser, stop;

before(async () => {
  ({ belgrano, browser, stop } = await start());
  await register(belgrano, CUSTOMER);
}, PATIENCE);
after(() => stop?.());

/** The code that an app shows for `secret` (base32, in groups), so many periods from now. */
function code(secret, periods = 0) {
  const bits = [...secret.replaceAll(" ", "")].map((sign) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(sign).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => Number.parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + periods));
  const digest = createHmac("sha1", key).update(counter).digest();
  return String((digest.readUInt32BE(digest.at(-1) & 15) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

test("a code of an app is set up, asked for, and taken away", PATIENCE, async () => {
  const somebody = await visitor(browser, PHONE);
  const { page } = somebody;
  await enters(page, belgrano.shop, CUSTOMER);
  await page.goto(`${belgrano.shop}/perfil/segundo-factor`);
  await page.getByRole("img", { name: "Código QR" }).waitFor();
  await isClean(somebody);
  const secret = await page.locator(".secret").textContent();
  await page.getByLabel("Código de la aplicación").fill(code(secret));
  await page.getByLabel("Contraseña actual").fill(CUSTOMER.password);
  await page.getByRole("button", { name: "Activar" }).click();
  await page.locator(".codes").waitFor();
  assert.equal(await page.locator(".codes li").count(), 10);
  await isClean(somebody);
  const [recovery] = await page.locator(".codes code").allTextContents();

  const plain = await visitor(browser, { ...DESKTOP, javaScriptEnabled: false });
  await enters(plain.page, belgrano.shop, CUSTOMER);
  assert.equal(new URL(plain.page.url()).pathname, "/ingresar/codigo");
  await plain.page.locator("#codigo").fill("000000x");
  await plain.page.locator("main button.primary").click();
  await plain.page.locator("#codigo-error").waitFor();
  await plain.page.locator("#codigo").fill(recovery.toLowerCase());
  await plain.page.locator("main button.primary").click();
  await plain.page.waitForURL(({ pathname }) => pathname === "/");

  await page.goto(`${belgrano.shop}/perfil/segundo-factor`);
  await isClean(somebody);
  // That of the set-up opens nothing any more; the next one is taken already.
  await page.getByLabel("Código de la aplicación").fill(code(secret, 1));
  await page.getByLabel("Contraseña actual").fill(CUSTOMER.password);
  await page.getByRole("button", { name: "Desactivar" }).click();
  await page.getByRole("img", { name: "Código QR" }).waitFor();
  await plain.context.close();
  await somebody.context.close();
});
