// What proves a delivery, on a phone: what is missing is said beside it, in our words and in the driver's language; an offer
// and the stop one is at do not stand in each other's way.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { ADMIN, PATIENCE, PHONE, enters, isClean, logIn, start, visitor } from "./harness.mjs";
import { DRIVER, given } from "./world.mjs";

const SMALL = { ...PHONE, viewport: { width: 360, height: 640 } };
let belgrano, browser, stop, admin, id;

before(async () => {
  ({ belgrano, browser, stop } = await start({ INTAKE: "open", PROOF: "pin,foto,firma" }));
  admin = await logIn(belgrano.board, ADMIN);
  ({ id } = await admin("POST", "/api/usuarios", { ...DRIVER, rol: "flota" }));
  const phone = await logIn(belgrano.board, DRIVER);
  await phone("POST", "/api/repartidores/yo/turno", { activo: true });
}, PATIENCE);
after(() => stop?.());

async function driver(options) {
  const somebody = await visitor(browser, { ...SMALL, ...options });
  await enters(somebody.page, belgrano.board, DRIVER);
  return somebody;
}

test("what a delivery lacks is said beside it, and what was given is kept", PATIENCE, async () => {
  await given(admin, id, "BA-PRUEBA");
  for (const estado of ["aceptado", "en-camino"]) await admin("POST", "/api/tickets/BA-PRUEBA/estado", { estado });
  for (const [locale, deliver, pin, photo, signature, why, reason] of [
    ["es-AR", "Entregado", /cuatro cifras del PIN/, "Falta la foto de la entrega.", "Falta la firma de quien recibe.", "No se pudo entregar", "Elegí qué pasó."],
    ["en", "Delivered", /four digits of the PIN/, "The photo of the delivery is missing.", "The signature of whoever receives it is missing.", "Could not be delivered", "Choose what happened."],
  ]) {
    const somebody = await driver({ locale });
    const { page, context } = somebody;
    const card = page.locator('[data-key="BA-PRUEBA"]');
    await card.getByRole("button", { name: deliver }).click();
    for (const text of [pin, photo, signature]) await card.getByText(text).waitFor();
    assert.equal(await page.evaluate(() => document.activeElement?.getAttribute("name")), "pin");
    const { y, height } = await card.getByText(pin).boundingBox();
    const bar = await card.locator(".bar:visible").boundingBox();
    assert.ok(y >= 0 && y + height <= bar.y, "in sight, and not behind the bar");
    await isClean(somebody);
    await card.locator("[name=pin]").fill("12");
    await card.getByText(pin).waitFor({ state: "hidden" });
    await card.getByRole("button", { name: deliver }).click();
    await card.getByText(pin).waitFor();
    assert.equal(await card.locator("[name=pin]").inputValue(), "12", "kept");
    await card.locator("[name=pin]").fill("1234");
    const canvas = await card.locator("canvas").boundingBox();
    await card.locator("canvas").scrollIntoViewIfNeeded();
    const at = await card.locator("canvas").boundingBox();
    await page.mouse.move(at.x + 20, at.y + 20);
    await page.mouse.down();
    await page.mouse.move(at.x + canvas.width / 2, at.y + 40, { steps: 4 });
    await page.mouse.up();
    await card.getByText(signature).waitFor({ state: "hidden" });
    await card.getByRole("button", { name: deliver }).click();
    assert.equal(await card.getByText(signature).count(), 0, "signed");
    assert.equal(await page.evaluate(() => document.activeElement?.hasAttribute("data-photo")), true, "the first that is missing");
    await card.getByText(why).click();
    await card.getByRole("button", { name: /^(Avisar|Report)/ }).click();
    await card.getByText(reason).waitFor();
    await context.close();
  }
  assert.equal((await admin("GET", "/api/tickets/BA-PRUEBA")).estado, "en-camino", "nothing was sent");
});

test("an offer is decided on its card, and the bar is the stop's one is at", PATIENCE, async () => {
  const somebody = await driver();
  const { page, context } = somebody;
  await given(admin, id, "BA-OFERTA");
  const offer = page.locator('[data-key="BA-OFERTA"]');
  await offer.waitFor();
  await page.locator(".toast", { hasText: "Te ofrecen una parada" }).waitFor();
  const fixed = await page.$$eval(".bar", (bars) => bars.filter((bar) => getComputedStyle(bar).position === "fixed" && bar.checkVisibility()).map((bar) => bar.closest("[data-key]").dataset.key));
  assert.deepEqual(fixed, ["BA-PRUEBA"], "one bar, and not the offer's");
  const primary = await page.$$eval("button.primary", (buttons) => buttons.filter((button) => button.checkVisibility()).length);
  assert.equal(primary, 1, "one big next thing");
  await isClean(somebody);
  await offer.getByRole("button", { name: "Rechazar" }).click();
  await offer.waitFor({ state: "detached" });
  assert.equal((await admin("GET", "/api/tickets/BA-OFERTA")).estado, "pendiente");
  await context.close();
});
