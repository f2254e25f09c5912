// Where an order goes: the barrio that the map opens on, the pin that says the barrio, and where somebody is, if they tap for it.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { DESKTOP, PATIENCE, PHONE, WITH_WEBGL, cookiesOf, isClean, logIn, start, until, visitor } from "./harness.mjs";
import { CUSTOMER, register } from "./world.mjs";

const NUNEZ = { latitude: -34.5552, longitude: -58.4702 };
let belgrano, browser, stop, cookie;

before(async () => {
  ({ belgrano, browser, stop } = await start({}, WITH_WEBGL));
  await register(belgrano, CUSTOMER);
  await (await logIn(belgrano.shop, CUSTOMER))("PUT", "/api/carrito/1", { cantidad: 1 });
  cookie = await cookiesOf(belgrano.shop, CUSTOMER);
}, PATIENCE);
after(() => stop?.());

/** The checkout with its map open. */
async function checkout(options, { barrio = "" } = {}) {
  const somebody = await visitor(browser, { reducedMotion: "reduce", ...options });
  const { page, context } = somebody;
  await context.addCookies(cookie.split("; ").map((pair) => ({ name: pair.split("=")[0], value: pair.slice(pair.indexOf("=") + 1), url: belgrano.shop })));
  await page.goto(`${belgrano.shop}/finalizar`);
  await page.getByLabel("Barrio").fill(barrio);
  await page.getByText("Marcar la puerta en el mapa").click();
  await page.locator(".pin canvas").waitFor();
  return somebody;
}

const here = (page) => page.getByRole("button", { name: "Usar mi ubicación" });
const says = (page, text) => page.locator("[data-pin-says]", { hasText: text }).waitFor();

test("a tap marks where somebody is, and says their barrio", PATIENCE, async () => {
  const somebody = await checkout({ ...PHONE, geolocation: NUNEZ, permissions: ["geolocation"] });
  const { page, context } = somebody;
  assert.equal(await page.locator("input[name=lat]").inputValue(), "", "nobody asked for it yet");
  await here(page).click();
  await says(page, "Marcamos dónde estás. Si la puerta es otra, mové la marca. El barrio es Núñez.");
  assert.equal(await page.locator("input[name=lat]").inputValue(), String(NUNEZ.latitude));
  assert.equal(await page.getByLabel("Barrio").inputValue(), "Núñez");
  await page.locator(".map-pin").waitFor();
  await isClean(somebody);
  await context.close();
});

test("a barrio that was chosen is changed only by whoever chose it", PATIENCE, async () => {
  const somebody = await checkout({ ...DESKTOP, geolocation: NUNEZ, permissions: ["geolocation"] }, { barrio: "palermo" });
  const { page, context } = somebody;
  await here(page).click();
  await says(page, "La marca está en Núñez.");
  assert.equal(await page.getByLabel("Barrio").inputValue(), "palermo");
  await isClean(somebody);
  await page.getByRole("button", { name: "Cambiar el barrio a Núñez" }).click();
  assert.equal(await page.getByLabel("Barrio").inputValue(), "Núñez");
  await page.getByRole("button", { name: "Quitar la marca" }).click();
  assert.equal(await page.locator("input[name=lng]").inputValue(), "");
  // The same barrio, written as people do.
  await page.getByLabel("Barrio").fill("NUNEZ");
  await here(page).click();
  await says(page, "mové la marca.");
  assert.ok(await page.locator("[data-pin-change]").isHidden());
  await context.close();
});

test("whoever does not want to be found is told so beside the button", PATIENCE, async () => {
  const somebody = await checkout(PHONE);
  const { page, context } = somebody;
  await here(page).click();
  await says(page, "El navegador no nos deja ver dónde estás.");
  assert.equal(await page.locator("input[name=lat]").inputValue(), "");
  await isClean(somebody);
  await context.close();
});

test("the map opens on the barrio that was chosen", PATIENCE, async () => {
  const { page, context } = await checkout(DESKTOP, { barrio: "Villa Lugano" });
  // Enter marks the middle of the map.
  await page.locator(".pin canvas").focus();
  const within = async () => {
    await page.keyboard.press("Enter");
    const [lat, lng] = await Promise.all(["lat", "lng"].map((name) => page.locator(`input[name=${name}]`).inputValue()));
    return Math.abs(Number(lat) + 34.679) < 0.02 && Math.abs(Number(lng) + 58.475) < 0.02;
  };
  await until("the middle of Villa Lugano", within);
  assert.equal(await page.getByLabel("Barrio").inputValue(), "Villa Lugano");
  await context.close();
});

test("another address takes the mark away, with the page's script and without", PATIENCE, async () => {
  const body = { direccion: "Av. Cabildo 2040", barrio: "Belgrano", lat: -34.5614, lng: -58.4563, items: [{ producto_id: 1, cantidad: 1 }] };
  const customer = await logIn(belgrano.shop, CUSTOMER);
  await customer("POST", "/api/pedidos", body);
  const position = async (page) => [await page.locator("input[name=lat]").inputValue(), await page.locator("input[name=lng]").inputValue()];
  const somebody = await checkout(PHONE, { barrio: "Belgrano" });
  const { page, context } = somebody;
  await page.locator("input[name=direccion]").fill("av cabildo 2040");
  await page.locator("input[name=barrio]").focus();
  assert.notEqual((await position(page))[0], "", "the same address, written otherwise");
  await page.locator("input[name=direccion]").fill("Av. Rivadavia 5000, Caballito");
  await page.locator("input[name=barrio]").focus();
  await page.getByText("Cambiaste la dirección: sacamos la marca.").waitFor();
  assert.deepEqual(await position(page), ["", ""]);
  await isClean(somebody);
  await context.close();
});
