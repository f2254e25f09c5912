// Prices and stock in place: a row is saved where it is, and two who change the same one hear of each other.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { ADMIN, DESKTOP, PATIENCE, PHONE, enters, isClean, start, visitor } from "./harness.mjs";

let belgrano, browser, stop;

before(async () => ({ belgrano, browser, stop } = await start()), PATIENCE);
after(() => stop?.());

async function admin(options, word = "yerba", id = 1) {
  const somebody = await visitor(browser, options);
  const { page } = somebody;
  await enters(page, belgrano.shop, ADMIN);
  await page.goto(`${belgrano.shop}/administrar/productos?q=${word}`);
  return { ...somebody, row: page.locator(`#producto-${id}`) };
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

test("what it costs is typed behind a fold that stays open", PATIENCE, async () => {
  const one = await admin(DESKTOP, "harina", 6);
  await one.row.getByText("Costo y reposición").click();
  await one.row.getByLabel(/^Costo/).fill("610,50");
  await one.row.getByLabel(/^Pedir desde/).fill("9999");
  await one.row.getByLabel(/^Días de entrega/).fill("2");
  await one.row.getByRole("button", { name: /Guardar/ }).click();
  await one.row.getByText("Costo $ 610,50").waitFor();
  assert.equal(await one.row.getByLabel(/^Costo/).isVisible(), true, "one goes on where one was");
  assert.match(await one.row.locator(".marks").innerText(), /Para reponer/);
  await isClean(one);
  await one.row.getByRole("link", { name: /^Movimientos y precios/ }).click();
  await one.page.getByLabel("Qué pasó").selectOption("recuento");
  await one.page.getByLabel("Cantidad").fill("31");
  await one.page.getByLabel("Motivo").fill("Recuento");
  await one.page.getByRole("button", { name: "Anotar" }).click();
  await one.page.getByText("Ahora hay 31.").waitFor();
  await isClean(one);
});

/** A picture as a camera makes them: of several megabytes. */
const takePhoto = (page) =>
  page.evaluate(() => {
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [3000, 2000];
    const pen = canvas.getContext("2d");
    const noise = pen.createImageData(1000, 1000);
    for (let at = 0; at < noise.data.length; at += 65_536) crypto.getRandomValues(noise.data.subarray(at, at + 65_536));
    for (const x of [0, 1000, 2000]) for (const y of [0, 1000]) pen.putImageData(noise, x, y);
    return canvas.toDataURL("image/png");
  }).then((url) => ({ name: "foto.png", mimeType: "image/png", buffer: Buffer.from(url.split(",")[1], "base64") }));

test("a photo from a camera is made small, and is what customers see", PATIENCE, async () => {
  const somebody = await admin(PHONE, "arroz", 2);
  const { page, row } = somebody;
  await row.getByText("Agregar foto").click();
  await isClean(somebody);
  await row.getByLabel("Foto de Arroz").setInputFiles({ name: "lista.txt", mimeType: "image/png", buffer: Buffer.from("no es una foto") });
  await row.getByRole("button", { name: "Subir" }).click();
  await page.getByText("Esa imagen no se puede leer. Elegí otra.").waitFor();
  await row.getByLabel(/^Precio/).fill("4800");
  await row.getByLabel("Foto de Arroz").setInputFiles(await takePhoto(page));
  await row.getByRole("button", { name: "Subir" }).click();
  await row.locator("img.drawing").waitFor();
  assert.equal(await row.getByLabel(/^Precio/).inputValue(), "4800", "what is typed and not saved stays");
  assert.equal(await row.getByText("Guardado").count(), 0, "and is not said to be saved");

  const customer = await visitor(browser, PHONE);
  await customer.page.goto(`${belgrano.shop}/productos/2`);
  const photo = customer.page.getByRole("img", { name: "Foto de Arroz" });
  const size = await photo.evaluate(async (photo) => (await photo.decode(), [photo.naturalWidth, photo.naturalHeight]));
  assert.deepEqual(size, [960, 640]);
  await isClean(customer);
  await customer.page.goto(`${belgrano.shop}/productos?q=arroz`);
  await customer.page.locator("img.drawing").first().waitFor();
  await isClean(customer);

  await row.getByText("Cambiar la foto").click();
  await row.getByRole("button", { name: "Quitar la foto" }).click();
  await row.getByText("Agregar foto").waitFor();
  await customer.page.reload();
  assert.equal(await customer.page.locator("img.drawing").count(), 0);
});

test("a photo without script: sent as it is, and what is wrong is said beside the field", PATIENCE, async () => {
  const camera = await visitor(browser);
  const large = await takePhoto(camera.page);
  const small = await camera.page.evaluate(() => document.createElement("canvas").toDataURL("image/png"));
  const { page, row, complaints } = await admin({ ...DESKTOP, javaScriptEnabled: false }, "arroz", 2);
  const send = async (file) => {
    if (!(await row.getByRole("button", { name: "Subir" }).isVisible())) await row.locator(".photo-of summary").click();
    await row.getByLabel("Foto de Arroz").setInputFiles(file);
    await row.getByRole("button", { name: "Subir" }).click();
  };
  await send(large);
  await row.getByText("la imagen supera los 2 MiB").waitFor();
  await send({ name: "lista.txt", mimeType: "text/plain", buffer: Buffer.from("leche, pan") });
  await row.getByText("se espera una imagen JPEG, PNG o WebP").waitFor();
  assert.equal(complaints.splice(0).length, 2, "the browser notes each 422, and nothing else");
  await send({ name: "foto.png", mimeType: "image/png", buffer: Buffer.from(small.split(",")[1], "base64") });
  await row.getByText("Guardado").waitFor();
  assert.equal(await row.locator("img.drawing").count(), 1);
  assert.match(page.url(), /\/administrar\/productos\?q=arroz&guardado=2/);
});
