// Forms as people stumble over them: what is wrong is told beside its field, which is where one goes on typing; what was
// said once is not asked for again.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { ADMIN, DESKTOP, PATIENCE, PHONE, enters, isClean, start, visitor } from "./harness.mjs";
import { CUSTOMER, MERCHANT, register } from "./world.mjs";

let belgrano, browser, stop;

before(async () => {
  ({ belgrano, browser, stop } = await start({ SMTP_URL: "smtp://127.0.0.1:9" }));
  for (const account of [CUSTOMER, MERCHANT]) await register(belgrano, account);
}, PATIENCE);
after(() => stop?.());

/** What the field with the focus is called, whether it is wrong, and what describes it. */
function focused(page) {
  return page.evaluate(() => {
    const field = document.activeElement;
    const ids = (field?.getAttribute("aria-describedby") ?? "").split(" ").filter(Boolean);
    const said = ids.map((id) => document.getElementById(id)?.textContent ?? `no #${id}`).join(" ");
    return { name: field?.getAttribute("name"), invalid: field?.getAttribute("aria-invalid"), said };
  });
}

test("an address that has an account is told beside it, with the way in", PATIENCE, async () => {
  for (const options of [PHONE, { ...DESKTOP, javaScriptEnabled: false }]) {
    const somebody = await visitor(browser, options);
    const { page, complaints } = somebody;
    await page.goto(`${belgrano.shop}/registro?volver=%2Fcarrito`);
    await page.getByLabel("Nombre").fill("Ana");
    await page.getByLabel("Correo").fill(CUSTOMER.email);
    await page.getByLabel("Contraseña").fill("otra-clave-de-ana");
    await page.getByLabel(/Teléfono/).fill("11 5555 0199");
    await page.getByRole("button", { name: "Crear la cuenta" }).click();
    await page.locator("#email-error").waitFor();
    assert.equal(await page.locator(".notice").count(), 0, "beside the field, and there only");
    if (options === PHONE) {
      const { name, invalid, said } = await focused(page);
      assert.deepEqual([name, invalid], ["email", "true"]);
      assert.match(said, /Ya hay una cuenta con ese correo/);
      // The browser notes the 409.
      complaints.length = 0;
      await isClean(somebody);
    }
    const kept = await Promise.all(["Nombre", "Correo", /Teléfono/, "Contraseña"].map((label) => page.getByLabel(label).inputValue()));
    assert.deepEqual(kept, ["Ana", CUSTOMER.email, "11 5555 0199", ""]);
    await page.locator("#email-error").getByRole("link", { name: "Ingresar" }).click();
    assert.equal(await page.getByLabel("Correo").inputValue(), CUSTOMER.email);
    assert.equal(new URL(page.url()).search, "?volver=%2Fcarrito", "and no address in it");
    await page.getByRole("link", { name: "Olvidé" }).click();
    assert.equal(await page.getByLabel("Correo").inputValue(), CUSTOMER.email);
    await page.context().close();
  }
});

test("of several wrong fields one goes on at the first", PATIENCE, async () => {
  const { page, context } = await visitor(browser, PHONE);
  await page.goto(`${belgrano.shop}/registro/comercio`);
  await page.getByLabel("Nombre", { exact: true }).fill("Ana");
  await page.getByLabel("Correo").fill("nueva@cliente.test");
  await page.getByLabel("Contraseña").fill("clave-de-nueva-1");
  await page.getByLabel("Nombre del negocio").fill(" ");
  await page.getByLabel("CUIT").fill("1");
  await page.getByRole("button", { name: "Crear la cuenta" }).click();
  await page.locator("[aria-invalid]").first().waitFor();
  const first = await page.locator("[aria-invalid]").first().getAttribute("name");
  assert.equal((await focused(page)).name, first);
  const inView = await page.evaluate(() => {
    const { top, bottom } = document.activeElement.getBoundingClientRect();
    return top >= 0 && bottom <= innerHeight;
  });
  assert.ok(inView, "and it is in sight");
  await context.close();
});

test("who recovers an account says the address once", PATIENCE, async () => {
  const somebody = await visitor(browser, PHONE);
  const { page, complaints, context } = somebody;
  await page.goto(`${belgrano.shop}/recuperar`);
  await page.getByLabel("Correo").fill(CUSTOMER.email);
  await page.getByRole("button", { name: "Mandar el código" }).click();
  const email = page.getByLabel("Correo");
  await page.waitForURL("**/recuperar/codigo");
  assert.deepEqual([await email.inputValue(), await email.getAttribute("readonly")], [CUSTOMER.email, ""]);
  assert.ok(!page.url().includes("@") && !page.url().includes("%40"), page.url());
  await isClean(somebody);
  await page.getByLabel("Código").fill("00000-00000");
  await page.getByLabel("Contraseña nueva").fill("una-clave-nueva");
  await page.getByRole("button", { name: "Cambiar la contraseña" }).click();
  await page.locator("#codigo-error").waitFor();
  assert.equal((await focused(page)).name, "codigo");
  assert.equal(await email.getAttribute("readonly"), "", "still known");
  complaints.length = 0;
  await isClean(somebody);
  await page.getByRole("link", { name: /No es este correo/ }).click();
  assert.equal(await email.getAttribute("readonly"), null);
  await context.close();
});

test("what is needed less often is behind one button, with the keyboard and without script", PATIENCE, async () => {
  for (const [account, options, wanted] of [[MERCHANT, PHONE, "Mi comercio"], [ADMIN, DESKTOP, "Mis datos"], [MERCHANT, { ...PHONE, javaScriptEnabled: false }, "Mis datos"]]) {
    const somebody = await visitor(browser, options);
    const { page, context } = somebody;
    await enters(page, belgrano.shop, account);
    await page.goto(belgrano.shop);
    const menu = page.locator("details[data-menu]");
    const summary = menu.locator("summary");
    const link = page.getByRole("link", { name: wanted });
    await summary.focus();
    await summary.press("Enter");
    const box = await link.boundingBox();
    assert.ok(box.x >= 0 && box.x + box.width <= options.viewport.width && box.y >= 0 && box.y + box.height <= options.viewport.height, JSON.stringify(box));
    assert.ok(box.height >= 44);
    if (options.javaScriptEnabled !== false) {
      await isClean(somebody);
      await page.keyboard.press("Escape");
      await link.waitFor({ state: "hidden" });
      assert.ok(await summary.evaluate((it) => it === document.activeElement), "back to where it was opened");
      await summary.press("Enter");
      await page.locator("main").click({ position: { x: 5, y: 5 } });
      await link.waitFor({ state: "hidden" });
      await summary.click();
    }
    await link.click();
    await page.waitForURL((url) => url.pathname !== "/");
    await context.close();
  }
});

test("the link of a recovery mail fills in what it brings, and leaves nothing in the address", PATIENCE, async () => {
  const somebody = await visitor(browser, PHONE);
  const { page } = somebody;
  await page.goto(`${belgrano.shop}/recuperar/codigo#email=ana%2Bcasa%40cliente.test&codigo=ABCDE-12345`);
  await page.waitForURL(`${belgrano.shop}/recuperar/codigo`);
  assert.equal(await page.getByLabel("Código").inputValue(), "ABCDE-12345");
  assert.equal(await page.getByLabel("Correo").inputValue(), "ana+casa@cliente.test");
  assert.equal((await focused(page)).name, "password");
  await isClean(somebody);
  await somebody.context.close();
});
