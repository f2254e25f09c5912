// What a dispatcher does all day, by mouse, by keyboard and on a phone; and what happens when two do it at once.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { ADMIN, DESKTOP, PATIENCE, PHONE, enters, isClean, logIn, start, until, visitor } from "./harness.mjs";
import { becomes as awaited } from "./world.mjs";

const SECOND = { nombre: "Marta Sosa", email: "marta@belgrano.test", password: "clave-de-marta-1" };
let belgrano, browser, stop, api, dispatcher;
const drivers = {};

before(async () => {
  ({ belgrano, browser, stop } = await start({ INTAKE: "open", LATE_AFTER: "3600" }));
  api = await logIn(belgrano.board, ADMIN);
  await api("POST", "/api/usuarios", { ...SECOND, rol: "admin" });
  for (const [nombre, capacidad] of [["Rosa Quiroga", 2], ["Beto Luna", 4]]) {
    const email = `${nombre.split(" ")[0].toLowerCase()}@belgrano.test`;
    const { id } = await api("POST", "/api/repartidores", { nombre, email, password: "clave-de-reparto", telefono: "+54 11 5555 0101", capacidad });
    await api("PATCH", `/api/repartidores/${id}`, { en_turno: true });
    drivers[nombre.split(" ")[0]] = id;
  }
  dispatcher = await works(ADMIN, DESKTOP);
}, PATIENCE);

after(() => stop?.());

async function works(account, screen) {
  const somebody = await visitor(browser, screen);
  await enters(somebody.page, belgrano.board, account);
  await live(somebody.page);
  return somebody;
}

const live = (page) => page.locator("[data-live-status][data-state=live]").waitFor();
const card = (page, number) => page.locator(`[data-key="${number}"]`);
const column = (page, key) => page.locator(`[data-column="${key}"]`);
const toast = (page, text) => page.locator(".toast", { hasText: text });
const ticket = (number) => api("GET", `/api/tickets/${number}`);

/** An order that has just come in, or some minutes ago. */
async function order(numero, { minutes = 0, ...more } = {}) {
  const lines = [{ nombre: "Yerba 1 kg", cantidad: 2, precio: 1500, subtotal: 3000 }];
  const fecha_creacion = new Date(Date.now() - minutes * 60_000).toISOString();
  const address = { cliente_direccion: "Av. Cabildo 2040", barrio: "Núñez", cliente_telefono: "+54 11 5555 0101" };
  await api("POST", "/api/tickets", { numero, cliente_nombre: "Ana Díaz", productos: lines, total: 3000, fecha_creacion, ...address, ...more });
}

const becomes = (number, what) => awaited(api, number, what);

/** From the middle of a card to the head of a column, as a hand does it. */
async function drag(page, number, key) {
  await card(page, number).scrollIntoViewIfNeeded();
  const from = await card(page, number).locator(".client").boundingBox();
  const to = await column(page, key).locator("h2").boundingBox();
  await page.mouse.move(from.x + 20, from.y + from.height / 2);
  await page.mouse.down();
  await page.mouse.move(from.x + 60, from.y + 30, { steps: 4 });
  await page.mouse.move(to.x + 30, to.y + 10, { steps: 8 });
  await column(page, key).and(page.locator(".over")).waitFor();
  await page.mouse.up();
}

test("the first paint is what the module draws", PATIENCE, async () => {
  await order("BA-IGUAL-1", { minutes: 90, prioridad: "urgente" });
  await order("BA-IGUAL-2", { cliente_nombre: "Ana <b>Díaz</b>" });
  await api("POST", "/api/tickets/BA-IGUAL-2/asignar", { repartidor_id: drivers.Rosa });
  const { page } = dispatcher;
  await card(page, "BA-IGUAL-2").waitFor();
  // Drawn by the module from the feed, and then by the server: without what only the arrows and the clock need.
  const form = () => page.locator("[data-key]").evaluateAll((items) => items.map((item) => {
    const copy = item.cloneNode(true);
    for (const one of copy.querySelectorAll("[tabindex]")) one.removeAttribute("tabindex");
    for (const time of copy.querySelectorAll("time")) for (const name of ["style", "datetime", "data-from"]) time.removeAttribute(name);
    for (const time of copy.querySelectorAll("time.offer")) time.textContent = "";
    copy.classList.remove("fresh");
    return copy.outerHTML.replace(/\s+/g, " ").replaceAll(' class=""', "").replaceAll(' hidden=""', " hidden");
  }).sort());
  const drawn = await form();
  const context = await browser.newContext({ ...DESKTOP, locale: "es-AR", javaScriptEnabled: true, storageState: await dispatcher.context.storageState() });
  const other = await context.newPage();
  // The module does not come: this is the server's.
  await other.route("**/board-page.js", (route) => route.abort());
  await other.goto(`${belgrano.board}/tablero`);
  const rendered = await other.locator("[data-key]").evaluateAll((items) => items.map((item) => {
    const copy = item.cloneNode(true);
    for (const time of copy.querySelectorAll("time")) for (const name of ["style", "datetime", "data-from"]) time.removeAttribute(name);
    for (const time of copy.querySelectorAll("time.offer")) time.textContent = "";
    return copy.outerHTML.replace(/\s+/g, " ").replaceAll(' hidden=""', " hidden");
  }).sort());
  assert.deepEqual(drawn, rendered);
  await context.close();
  await isClean(dispatcher);
});

test("a card is assigned by drag, and taken back from the toast", PATIENCE, async () => {
  const { page } = dispatcher;
  await order("BA-ARRASTRE");
  await card(page, "BA-ARRASTRE").waitFor();
  await drag(page, "BA-ARRASTRE", `driver-${drivers.Beto}`);
  await column(page, `driver-${drivers.Beto}`).locator('[data-key="BA-ARRASTRE"]').waitFor();
  await becomes("BA-ARRASTRE", { repartidor_id: drivers.Beto });
  await toast(page, "BA-ARRASTRE → Beto Luna").getByRole("button", { name: "Deshacer" }).click();
  await column(page, "pool").locator('[data-key="BA-ARRASTRE"]').waitFor();
  await becomes("BA-ARRASTRE", { estado: "pendiente", version: 3 });
  // What was taken back has nothing to take back.
  await toast(page, "Deshecho: BA-ARRASTRE").waitFor();
  assert.equal(await toast(page, "Deshecho: BA-ARRASTRE").getByRole("button", { name: "Deshacer" }).count(), 0);
});

test("a card goes from one driver to another, and back", PATIENCE, async () => {
  const { page } = dispatcher;
  await order("BA-PASAMANOS");
  await api("POST", "/api/tickets/BA-PASAMANOS/asignar", { repartidor_id: drivers.Rosa });
  await api("POST", "/api/tickets/BA-PASAMANOS/estado", { estado: "aceptado" });
  await column(page, `driver-${drivers.Rosa}`).locator('[data-key="BA-PASAMANOS"][data-state="aceptado"]').waitFor();
  await drag(page, "BA-PASAMANOS", `driver-${drivers.Beto}`);
  await becomes("BA-PASAMANOS", { repartidor_id: drivers.Beto, version: 4 });
  await toast(page, "BA-PASAMANOS → Beto Luna").getByRole("button", { name: "Deshacer" }).click();
  await becomes("BA-PASAMANOS", { repartidor_id: drivers.Rosa, estado: "aceptado", version: 5 });
  await column(page, `driver-${drivers.Rosa}`).locator('[data-key="BA-PASAMANOS"][data-state="aceptado"]').waitFor();
  // It says so in words.
  await card(page, "BA-PASAMANOS").getByRole("link", { name: "BA-PASAMANOS", exact: true }).click();
  const history = page.getByRole("dialog", { name: "Ticket" }).locator(".history strong");
  await history.last().waitFor();
  assert.deepEqual(await history.allTextContents(), ["Deshecho: vuelve a Rosa Quiroga", "De Rosa Quiroga a Beto Luna", "Aceptado", "Asignado a Rosa Quiroga", "Recibido"]);
  await isClean(dispatcher);
  await page.keyboard.press("Escape");
});

test("a drag that is given up changes nothing, and what is on its way cannot be dragged", PATIENCE, async () => {
  const { page } = dispatcher;
  await order("BA-QUIETO");
  await card(page, "BA-QUIETO").waitFor();
  const box = await card(page, "BA-QUIETO").locator(".client").boundingBox();
  await page.mouse.move(box.x + 20, box.y + 5);
  await page.mouse.down();
  await page.mouse.move(box.x + 400, box.y + 5, { steps: 5 });
  await page.locator(".ghost").waitFor();
  await page.keyboard.press("Escape");
  await page.mouse.up();
  assert.equal(await page.locator(".ghost").count(), 0);
  assert.equal((await ticket("BA-QUIETO")).version, 1);
  for (const estado of ["aceptado", "en-camino"]) {
    if (estado === "aceptado") await api("POST", "/api/tickets/BA-QUIETO/asignar", { repartidor_id: drivers.Beto });
    await api("POST", "/api/tickets/BA-QUIETO/estado", { estado });
  }
  await page.locator('[data-key="BA-QUIETO"][data-state="en-camino"]').waitFor();
  await card(page, "BA-QUIETO").scrollIntoViewIfNeeded();
  const now = await card(page, "BA-QUIETO").locator(".client").boundingBox();
  await page.mouse.move(now.x + 20, now.y + 5);
  await page.mouse.down();
  await page.mouse.move(now.x + 80, now.y + 5, { steps: 3 });
  await page.mouse.up();
  await toast(page, "BA-QUIETO está En camino").waitFor();
});

test("a card is assigned by keyboard alone", PATIENCE, async () => {
  const { page } = dispatcher;
  await order("BA-TECLAS", { prioridad: "urgente", minutes: 5 });
  await card(page, "BA-TECLAS").waitFor();
  await page.locator('[data-column="pool"] h3 a[tabindex="0"]').focus();
  for (let step = 0; step < 20 && (await page.evaluate(() => document.activeElement.closest("[data-key]")?.dataset.key)) !== "BA-TECLAS"; step++) {
    await page.keyboard.press(step < 10 ? "ArrowUp" : "ArrowDown");
  }
  await page.keyboard.press("m");
  await page.getByRole("dialog", { name: "BA-TECLAS: mover a…" }).waitFor();
  await isClean(dispatcher);
  await page.keyboard.type("rosa");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await becomes("BA-TECLAS", { repartidor_id: drivers.Rosa });
  await column(page, `driver-${drivers.Rosa}`).locator('[data-key="BA-TECLAS"]').waitFor();
});

test("automatically, with its reason", PATIENCE, async () => {
  const { page } = dispatcher;
  await order("BA-SOLO");
  await card(page, "BA-SOLO").locator(".more").click();
  await page.getByRole("button", { name: /^Automático/ }).click();
  await toast(page, /BA-SOLO → .*: el menos cargado/).waitFor();
});

test("who reads English reads in English what the program decided and gave as a reason", PATIENCE, async () => {
  await order("BA-INGLES-1");
  await order("BA-INGLES-2");
  await api("POST", "/api/tickets/BA-INGLES-2/asignar", { repartidor_id: drivers.Beto });
  for (const estado of ["aceptado", "en-camino", "fallido"]) await api("POST", "/api/tickets/BA-INGLES-2/estado", { estado, motivo: "No había nadie" });
  const context = await browser.newContext({ ...DESKTOP, locale: "en-US", storageState: await dispatcher.context.storageState() });
  const page = await context.newPage();
  await page.goto(`${belgrano.board}/tablero`);
  await live(page);
  await card(page, "BA-INGLES-2").getByText("Nobody was there").waitFor();
  await card(page, "BA-INGLES-1").locator(".more").click();
  await page.getByRole("button", { name: /^Automatic/ }).click();
  await toast(page, /^BA-INGLES-1 → .*: the least loaded, carrying \d of \d tickets/).waitFor();
  await card(page, "BA-INGLES-1").getByRole("link", { name: "BA-INGLES-1", exact: true }).click();
  const drawer = page.getByRole("dialog", { name: "Ticket" });
  await drawer.getByText(/^Assigned automatically to/).waitFor();
  assert.equal(await drawer.getByText(/the least loaded, carrying/).count(), 2, "above, and in the history");
  await context.close();
  await api("POST", "/api/tickets/BA-INGLES-2/estado", { estado: "devuelto", motivo: "x" });
});

test("many at once, each with its own result", PATIENCE, async () => {
  const { page } = dispatcher;
  for (const number of ["BA-LOTE-1", "BA-LOTE-2", "BA-LOTE-3"]) await order(number);
  for (const number of ["BA-LOTE-2", "BA-LOTE-3"]) await api("POST", `/api/tickets/${number}/asignar`, { repartidor_id: drivers.Rosa });
  for (const estado of ["aceptado", "en-camino"]) await api("POST", "/api/tickets/BA-LOTE-2/estado", { estado });
  await api("POST", "/api/tickets/BA-LOTE-3/estado", { estado: "aceptado" });
  await page.locator('[data-key="BA-LOTE-2"][data-state="en-camino"]').waitFor();
  await page.locator('[data-key="BA-LOTE-3"][data-state="aceptado"]').waitFor();
  for (const number of ["BA-LOTE-1", "BA-LOTE-2", "BA-LOTE-3"]) await card(page, number).getByRole("checkbox").check();
  await page.getByText("Elegidos: 3").waitFor();
  const bar = page.getByRole("form", { name: "Con los tickets elegidos" });
  assert.equal(await bar.locator(".primary:visible").count(), 1);
  await isClean(dispatcher);
  await bar.getByRole("button", { name: "Mover a…" }).click();
  await page.getByRole("button", { name: /^Beto Luna/ }).click();
  const results = page.getByRole("dialog", { name: "Hecho en 2 de 3" });
  await results.locator("li.good", { hasText: "BA-LOTE-1" }).waitFor();
  await results.locator("li.bad", { hasText: "BA-LOTE-2" }).waitFor();
  await isClean(dispatcher);
  await results.getByRole("button", { name: "Cerrar" }).click();
  await becomes("BA-LOTE-3", { repartidor_id: drivers.Beto });
  await toast(page, "Hecho en 2 de 3").getByRole("button", { name: "Deshacer" }).click();
  await becomes("BA-LOTE-3", { estado: "aceptado", repartidor_id: drivers.Rosa });
  await becomes("BA-LOTE-1", { estado: "pendiente" });
  assert.equal((await ticket("BA-LOTE-2")).estado, "en-camino");
});

/** The bar of what is chosen and what is told, one above the other. */
async function apart(page) {
  await page.locator(".toast").last().waitFor();
  const bar = await page.locator("[data-bulk]").boundingBox();
  for (const toast of await page.locator(".toast").all()) {
    const told = await toast.boundingBox();
    if (told) assert.ok(told.y + told.height <= bar.y, `told at ${told.y + told.height}, the bar at ${bar.y}`);
  }
}

test("a cancellation asks for its reason beside the field, and what is told never lies on the bar", PATIENCE, async () => {
  for (const screen of [DESKTOP, PHONE]) {
    const somebody = await works(ADMIN, screen);
    const { page } = somebody;
    const [gone, stays] = [`BA-BAJA-${screen.viewport.width}`, `BA-SIGUE-${screen.viewport.width}`];
    for (const number of [gone, stays]) await order(number, { prioridad: "alta" });
    await card(page, stays).waitFor();
    await card(page, gone).getByRole("checkbox").check();
    const bar = page.getByRole("form", { name: "Con los tickets elegidos" });
    await bar.getByText("Cancelar…").click();
    await bar.getByRole("button", { name: "Cancelar los pedidos" }).click();
    await bar.getByText("contá por qué").waitFor();
    const reason = bar.getByLabel("Motivo");
    assert.equal(await reason.getAttribute("aria-invalid"), "true");
    assert.equal(await reason.evaluate((field) => field === document.activeElement), true);
    await isClean(somebody);
    assert.equal((await ticket(gone)).estado, "pendiente");
    await reason.fill("se arrepintió");
    assert.equal(await bar.getByText("contá por qué").isVisible(), false);
    await reason.press("Enter");
    await becomes(gone, { estado: "cancelado", motivo: "se arrepintió" });
    await card(page, stays).getByRole("checkbox").check();
    await apart(page);
    assert.equal(await reason.inputValue(), "", "the next one has another reason");
    await bar.getByRole("button", { name: "Soltar" }).click();
    await bar.waitFor({ state: "hidden" });
    await somebody.context.close();
  }
});

test("who comes second learns who was first, and sees what is", PATIENCE, async () => {
  const second = await works(SECOND, DESKTOP);
  await order("BA-CHOQUE");
  await card(second.page, "BA-CHOQUE").waitFor();
  // Between the second one's look and the second one's click.
  await second.page.route("**/tablero/lote", async (route) => {
    await api("POST", "/api/tickets/BA-CHOQUE/asignar", { repartidor_id: drivers.Beto });
    await route.continue();
  });
  await card(second.page, "BA-CHOQUE").locator(".more").click();
  await second.page.getByRole("button", { name: /^Rosa Quiroga/ }).click();
  await toast(second.page, "BA-CHOQUE: Administración lo cambió antes: Asignado, Beto Luna.").waitFor();
  await column(second.page, `driver-${drivers.Beto}`).locator('[data-key="BA-CHOQUE"]').waitFor();
  assert.equal((await ticket("BA-CHOQUE")).version, 2);
  await isClean(second);
  await second.context.close();
});

test("an impatient double click does it once", PATIENCE, async () => {
  const { page } = dispatcher;
  await order("BA-DOBLE");
  await card(page, "BA-DOBLE").locator(".more").click();
  await page.getByRole("button", { name: /^Beto Luna/ }).dblclick();
  await becomes("BA-DOBLE", { repartidor_id: drivers.Beto });
  await toast(page, "BA-DOBLE → Beto Luna").waitFor();
  assert.equal((await ticket("BA-DOBLE")).version, 2);
});

test("late tickets raise their voice", PATIENCE, async () => {
  const { page } = dispatcher;
  const before = Number((await page.title()).match(/^\((\d+)\)/)?.[1] ?? 0);
  await order("BA-TARDE", { minutes: 75 });
  await page.locator('[data-key="BA-TARDE"].late').waitFor();
  await page.waitForFunction((count) => document.title.startsWith(`(${count})`), before + 1);
  await page.getByText("BA-TARDE está con demora.").waitFor({ state: "attached" });
  const sound = page.getByRole("button", { name: "Sonido" });
  assert.equal(await sound.getAttribute("aria-pressed"), "false");
  await sound.click();
  assert.equal(await sound.getAttribute("aria-pressed"), "true");
  await page.reload();
  await live(page);
  assert.equal(await sound.getAttribute("aria-pressed"), "true", "kept");
  await sound.click();
});

test("the timeline says until when each ticket is on time, and whose it is", PATIENCE, async () => {
  await order("BA-TIEMPO-1", { minutes: 75 });
  await order("BA-TIEMPO-2", { minutes: 10 });
  await order("BA-TIEMPO-3", { minutes: 500 });
  const somebody = await works(ADMIN, DESKTOP);
  const { page } = somebody;
  await card(page, "BA-TIEMPO-3").waitFor();
  await page.getByRole("button", { name: "Línea de tiempo" }).click();
  const timeline = page.getByRole("region", { name: "Línea de tiempo" });
  const mark = (number) => timeline.getByRole("link", { name: number });
  const row = (name) => timeline.getByRole("listitem").filter({ hasText: name });
  const has = (name, number) => row(name).filter({ has: page.getByRole("link", { name: number }) });
  await has("Sin asignar", "BA-TIEMPO-1").waitFor();
  await row("Sin asignar").getByText("‹").waitFor();
  assert.equal(await mark("BA-TIEMPO-3").count(), 0, "late for so long that it is only counted");
  assert.match(await mark("BA-TIEMPO-1").getAttribute("aria-label"), /Ana Díaz · Pendiente · demorado hace 15 min/);
  const [now, late, fine] = await Promise.all([timeline.getByText("Ahora"), mark("BA-TIEMPO-1"), mark("BA-TIEMPO-2")].map(async (one) => {
    const { x, width } = await one.boundingBox();
    return x + width / 2;
  }));
  assert.ok(late < now && now < fine, `${late} < ${now} < ${fine}`);
  // The next mark by the arrows, its ticket by Enter.
  await mark("BA-TIEMPO-1").focus();
  await until("the focus on BA-TIEMPO-2", async () => {
    await page.keyboard.press("ArrowRight");
    return mark("BA-TIEMPO-2").evaluate((link) => link === document.activeElement);
  });
  await page.keyboard.press("Enter");
  await page.getByRole("dialog", { name: "Ticket" }).getByText("BA-TIEMPO-2").first().waitFor();
  await page.keyboard.press("Escape");
  await api("POST", "/api/tickets/BA-TIEMPO-2/asignar", { repartidor_id: drivers.Beto });
  await has("Beto Luna", "BA-TIEMPO-2").waitFor();
  await api("POST", "/api/tickets/BA-TIEMPO-2/cancelar", { motivo: "prueba" });
  await mark("BA-TIEMPO-2").waitFor({ state: "detached" });
  await isClean(somebody);
  // It stays as somebody likes it.
  await page.reload();
  await mark("BA-TIEMPO-1").waitFor();
  await page.getByRole("button", { name: "Línea de tiempo" }).click();
  await timeline.waitFor({ state: "hidden" });
  for (const number of ["BA-TIEMPO-1", "BA-TIEMPO-3"]) await api("POST", `/api/tickets/${number}/cancelar`, { motivo: "prueba" });
  await somebody.context.close();
});

test("filters, search and saved views", PATIENCE, async () => {
  const { page } = dispatcher;
  await order("BA-FILTRO", { barrio: "Saavedra", cliente_nombre: "Íñigo Peña" });
  await card(page, "BA-FILTRO").waitFor();
  const shown = () => page.locator("[data-key]").count();
  const all = await shown();
  await page.getByLabel("Buscar en el tablero").fill("inigo pena");
  await page.waitForFunction(() => document.querySelectorAll("[data-key]").length === 1);
  assert.match(page.url(), /q=inigo/);
  // The server shows the same.
  await page.reload();
  await live(page);
  await card(page, "BA-FILTRO").waitFor();
  assert.equal(await shown(), 1);
  await page.getByRole("link", { name: "Limpiar" }).click();
  await page.waitForFunction((count) => document.querySelectorAll("[data-key]").length === count, all);
  await page.locator(".filters summary").click();
  await page.getByLabel("Barrio").fill("SAAVEDRA");
  await page.waitForFunction(() => document.querySelectorAll("[data-key]").length === 1);
  await page.getByRole("button", { name: "Guardar esta vista" }).click();
  await page.getByLabel("Nombre de la vista").fill("Norte");
  await page.getByRole("button", { name: "Guardar", exact: true }).click();
  await page.getByRole("link", { name: "Limpiar" }).click();
  await page.reload();
  await live(page);
  await page.getByRole("link", { name: "Norte" }).click();
  await page.waitForFunction(() => document.querySelectorAll("[data-key]").length === 1);
  assert.match(page.url(), /barrio=SAAVEDRA/);
  await isClean(dispatcher);
  await page.getByRole("button", { name: "Borrar la vista Norte" }).click();
  await page.getByRole("link", { name: "Limpiar" }).click();
  await page.getByRole("link", { name: "Por estado" }).click();
  await column(page, "state-pendiente").locator('[data-key="BA-FILTRO"]').waitFor();
  await isClean(dispatcher);
  await page.getByRole("link", { name: "Por repartidor" }).click();
  await column(page, "pool").waitFor();
});

test("a ticket opens beside the board and is changed there", PATIENCE, async () => {
  const { page } = dispatcher;
  await order("BA-CAJON");
  await card(page, "BA-CAJON").getByRole("link", { name: "BA-CAJON", exact: true }).click();
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
  await card(page, "BA-LENTO").getByRole("link", { name: "BA-LENTO", exact: true }).click();
  await drawer.getByRole("textbox", { name: /^Indicaciones/ }).fill("Timbre 3C");
  await drawer.getByRole("button", { name: "Guardar" }).click();
  await page.keyboard.press("Escape");
  await drawer.waitFor({ state: "hidden" });
  await card(page, "BA-OTRO").getByRole("link", { name: "BA-OTRO", exact: true }).click();
  await drawer.getByRole("heading", { name: "BA-OTRO" }).waitFor();
  const answered = page.waitForResponse((response) => response.url().endsWith("/tickets/BA-LENTO") && response.request().method() === "GET");
  release();
  await (await answered).finished();
  assert.equal(await drawer.locator("[data-ticket]").getAttribute("data-ticket"), "BA-OTRO");
  assert.equal(await drawer.getByText("BA-LENTO").count(), 0);
  await page.keyboard.press("Escape");
  await page.unroute("**/tickets/BA-LENTO/**");
});

test("everything on a phone as well", PATIENCE, async () => {
  const phone = await works(ADMIN, PHONE);
  const { page } = phone;
  await order("BA-TELEFONO-1", { prioridad: "urgente" });
  await order("BA-TELEFONO-2", { prioridad: "urgente" });
  await card(page, "BA-TELEFONO-2").waitFor();
  await isClean(phone);
  await card(page, "BA-TELEFONO-1").locator(".more").tap();
  await page.getByRole("button", { name: /^Beto Luna/ }).tap();
  await becomes("BA-TELEFONO-1", { repartidor_id: drivers.Beto });
  await card(page, "BA-TELEFONO-2").getByRole("checkbox").check();
  await page.getByRole("button", { name: "Mover a…" }).tap();
  await page.getByRole("button", { name: /^Beto Luna/ }).tap();
  await becomes("BA-TELEFONO-2", { repartidor_id: drivers.Beto });
  await card(page, "BA-TELEFONO-2").getByRole("link", { name: "BA-TELEFONO-2", exact: true }).tap();
  await page.getByRole("dialog", { name: "Ticket" }).getByRole("heading", { name: "BA-TELEFONO-2" }).waitFor();
  await isClean(phone);
  const [width, screenWidth] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  assert.ok(width <= screenWidth, `${width} px wide on ${screenWidth}`);
  await phone.context.close();
});

test("without script the same board works as forms", PATIENCE, async () => {
  const context = await browser.newContext({ ...DESKTOP, locale: "es-AR", javaScriptEnabled: false, storageState: await dispatcher.context.storageState() });
  const page = await context.newPage();
  await order("BA-SIN-SCRIPT");
  await page.goto(`${belgrano.board}/tablero?q=sin-script`);
  await card(page, "BA-SIN-SCRIPT").getByRole("checkbox").check();
  await page.getByRole("combobox", { name: "Quién lo lleva" }).last().selectOption(String(drivers.Beto));
  await page.getByRole("button", { name: "Asignar", exact: true }).click();
  await page.getByText("Hecho en 1 de 1.").waitFor();
  assert.equal((await ticket("BA-SIN-SCRIPT")).repartidor_id, drivers.Beto);
  assert.match(page.url(), /q=sin-script/);
  await context.close();
});
