// The map on the board: it shows what the columns have and where the drivers are, is read by keyboard, opens tickets beside
// the board, stays as somebody left it, and is not missed where it cannot be drawn.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { ADMIN, DESKTOP, PATIENCE, PHONE, WITHOUT_WEBGL, WITH_WEBGL, enters, isClean, launch, logIn, start, until, visitor } from "./harness.mjs";

const PLACES = { "BA-MAPA-1": [-34.5612, -58.4561], "BA-MAPA-2": [-34.5747, -58.4521], "BA-MAPA-3": [-34.5895, -58.4305] };
let belgrano, browser, stop, api, rosa;

before(async () => {
  ({ belgrano, browser, stop } = await start({ INTAKE: "open" }, WITH_WEBGL));
  api = await logIn(belgrano.board, ADMIN);
  rosa = await hire("Rosa Quiroga", [-34.5684, -58.447]);
  const beto = await hire("Beto Luna", [-34.57, -58.44]);
  await beto.phone("POST", "/api/repartidores/yo/turno", { activo: false });
  await hire("Nadie Sabe");
  for (const [number, [lat, lng]] of Object.entries(PLACES)) await order(number, { lat, lng });
  await order("BA-SIN-LUGAR");
  await order("BA-YA-FUE", { lat: -34.58, lng: -58.45 });
  await api("POST", "/api/tickets/BA-YA-FUE/estado", { estado: "cancelado", motivo: "Se arrepintió" });
  await api("POST", "/api/tickets/BA-MAPA-3/asignar", { repartidor_id: rosa.id });
}, PATIENCE);

after(() => stop?.());

/** A driver on shift, seen at `place`. */
async function hire(nombre, place) {
  const account = { nombre, email: `${nombre.split(" ")[0].toLowerCase()}@belgrano.test`, password: "clave-de-reparto" };
  const { id } = await api("POST", "/api/usuarios", { ...account, rol: "flota" });
  const phone = await logIn(belgrano.board, account);
  await phone("POST", "/api/repartidores/yo/turno", { activo: true });
  const at = ([lat, lng]) => phone("POST", "/api/repartidores/yo/posicion", { lat, lng, ocurrido: new Date().toISOString() });
  if (place) await at(place);
  return { id, phone, at };
}

async function order(numero, place = {}) {
  const productos = [{ nombre: "Yerba 1 kg", cantidad: 2, precio: 1500, subtotal: 3000 }];
  await api("POST", "/api/tickets", { numero, cliente_nombre: "Ana Díaz", cliente_direccion: "Av. Cabildo 2040", productos, total: 3000, ...place });
}

async function dispatcher(where = browser, options = {}) {
  const somebody = await visitor(where, { ...DESKTOP, reducedMotion: "reduce", ...options });
  const { page } = somebody;
  await enters(page, belgrano.board, ADMIN);
  await page.locator("[data-live-status][data-state=live]").waitFor();
  return somebody;
}

const panel = (page) => page.getByRole("region", { name: "Mapa" });
const toggle = (page) => page.getByRole("button", { name: "Mapa", exact: true });
const said = (page) => panel(page).getByRole("status");

async function opens(page) {
  await toggle(page).click();
  await panel(page).locator("canvas").waitFor();
  await panel(page).locator("canvas").focus();
}

/** What the map reads out, mark after mark, until it begins anew. */
async function marks(page) {
  const all = [];
  for (;;) {
    await page.keyboard.press("n");
    const mark = await said(page).textContent();
    if (all.includes(mark)) return all;
    all.push(mark);
  }
}

test("it marks what the columns have and the drivers on shift, once each, and follows them", PATIENCE, async () => {
  const somebody = await dispatcher();
  const { page } = somebody;
  assert.ok(await panel(page).isHidden());
  await opens(page);
  assert.equal(await toggle(page).getAttribute("aria-pressed"), "true");
  const cards = await page.locator("[data-key]").evaluateAll((all) => all.map(({ dataset }) => dataset.key));
  const names = (await marks(page)).map((mark) => mark.split(" · ")[0]).sort();
  assert.deepEqual(names, [...cards.filter((number) => number in PLACES), "Rosa Quiroga"].sort());
  assert.equal(names.length, 4, "neither who is off shift nor what has no place or is over");
  await isClean(somebody);

  // What comes is marked, what ends is not.
  await panel(page).locator("canvas").focus();
  await order("BA-MAPA-4", { lat: -34.6, lng: -58.44 });
  await page.locator('[data-key="BA-MAPA-4"]').waitFor();
  const marked = async () => (await marks(page)).some((mark) => mark.startsWith("BA-MAPA-4"));
  await until("the mark of BA-MAPA-4", marked);
  await api("POST", "/api/tickets/BA-MAPA-4/estado", { estado: "cancelado", motivo: "Se arrepintió" });
  await page.locator('[data-key="BA-MAPA-4"]').waitFor({ state: "detached" });
  await until("the end of the mark of BA-MAPA-4", async () => !(await marked()));

  // And of what a filter leaves out, nothing.
  await page.getByRole("searchbox").first().fill("BA-MAPA-1");
  await panel(page).locator("canvas").focus();
  const only = async () => (await marks(page)).map((mark) => mark.split(" · ")[0]).sort().join();
  await until("only what the filter leaves", async () => (await only()) === "BA-MAPA-1,Rosa Quiroga");
  assert.deepEqual(somebody.complaints, []);
  await somebody.context.close();
});

test("the keyboard goes on and back, and what a mark opens lies beside the board", PATIENCE, async () => {
  const somebody = await dispatcher();
  const { page } = somebody;
  await opens(page);
  await page.keyboard.press("n");
  const first = await said(page).textContent();
  await page.keyboard.press("n");
  const second = await said(page).textContent();
  assert.notEqual(second, first);
  await page.keyboard.press("p");
  assert.equal(await said(page).textContent(), first);
  await page.keyboard.press("p");
  assert.match(await said(page).textContent(), /^Rosa Quiroga/, "before the first is the last");
  await page.keyboard.press("n");
  const number = first.split(" · ")[0];
  await panel(page).getByRole("link", { name: "Abrir" }).press("Enter");
  const drawer = page.getByRole("dialog", { name: "Ticket" });
  await drawer.getByRole("heading", { name: number }).waitFor();
  assert.equal(new URL(page.url()).pathname, "/tablero");
  await isClean(somebody);
  await page.keyboard.press("Escape");
  await drawer.waitFor({ state: "hidden" });
  assert.ok(await panel(page).locator("canvas").isVisible(), "the map is where it was");
  await somebody.context.close();
});

test("it stays open, or closed, as somebody left it", PATIENCE, async () => {
  const { page, context, complaints } = await dispatcher();
  await opens(page);
  await page.reload();
  await panel(page).locator("canvas").waitFor();
  assert.equal(await toggle(page).getAttribute("aria-pressed"), "true");
  await toggle(page).click();
  await panel(page).waitFor({ state: "hidden" });
  const loaded = [];
  page.on("request", (request) => loaded.push(request.url()));
  await page.reload();
  await page.locator("[data-live-status][data-state=live]").waitFor();
  assert.ok(await panel(page).isHidden());
  assert.ok(!loaded.some((url) => url.includes("maplibre")), "who has no map open pays for none");
  // What was wanted last counts, however fast.
  await toggle(page).dblclick();
  await toggle(page).click();
  await panel(page).locator("canvas").waitFor();
  assert.equal(await panel(page).locator("canvas").count(), 1);
  assert.deepEqual(complaints, []);
  await context.close();
});

test("without WebGL its place says so, on a phone as well, and the columns have everything", PATIENCE, async () => {
  const poor = await launch(WITHOUT_WEBGL);
  try {
    for (const screen of [DESKTOP, PHONE]) {
      const somebody = await dispatcher(poor, screen);
      const { page } = somebody;
      await toggle(page).click();
      await panel(page).getByText("Acá no se puede mostrar el mapa.").waitFor();
      for (const number of Object.keys(PLACES)) await page.locator(`[data-key="${number}"]`).waitFor();
      await isClean(somebody);
      await toggle(page).click();
      await panel(page).waitFor({ state: "hidden" });
      await somebody.context.close();
    }
  } finally {
    await poor.close();
  }
});
