// What a dispatcher does to tickets, by mouse, by keyboard and to many at once; and what happens when two do it at once.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { SECOND, card, column, live, openBoard, toast } from "./board.mjs";
import { ADMIN, DESKTOP, PATIENCE, PHONE, isClean } from "./harness.mjs";

let belgrano, browser, stop, api, drivers, dispatcher, hires, works, order, ticket, becomes;

before(async () => ({ belgrano, browser, stop, api, drivers, dispatcher, hires, works, order, ticket, becomes } = await openBoard()), PATIENCE);

after(() => stop?.());

/** From the middle of a card to the head of a column, as a hand does it, and not let go there. */
async function carry(page, number, key) {
  await card(page, number).scrollIntoViewIfNeeded();
  const from = await card(page, number).locator(".client").boundingBox();
  const to = await column(page, key).locator("h2").boundingBox();
  await page.mouse.move(from.x + 20, from.y + from.height / 2);
  await page.mouse.down();
  await page.mouse.move(from.x + 60, from.y + 30, { steps: 4 });
  await page.mouse.move(to.x + 30, to.y + 10, { steps: 8 });
  await column(page, key).and(page.locator(".over")).waitFor();
}

/** The same, and let go. */
async function drag(page, number, key) {
  await carry(page, number, key);
  await page.mouse.up();
}

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
  await card(page, "BA-PASAMANOS").getByRole("link").click();
  const history = page.getByRole("dialog", { name: "Ticket" }).locator(".history strong");
  await history.last().waitFor();
  assert.deepEqual(await history.allTextContents(), ["Deshecho: vuelve a Rosa Quiroga", "De Rosa Quiroga a Beto Luna", "Aceptado", "Asignado a Rosa Quiroga", "Recibido"]);
  await isClean(dispatcher);
  await page.keyboard.press("Escape");
});

test("a drag that is given up changes nothing, and what is on its way is dragged by who says who has the goods", PATIENCE, async () => {
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
  await drag(page, "BA-QUIETO", `driver-${drivers.Rosa}`);
  const asked = page.getByRole("dialog", { name: /la mercadería la tiene Beto Luna/ });
  await asked.getByRole("button", { name: "Cerrar" }).click();
  assert.equal((await ticket("BA-QUIETO")).version, 4);
  await drag(page, "BA-QUIETO", `driver-${drivers.Rosa}`);
  await asked.getByRole("button", { name: "Mover igual" }).click();
  await becomes("BA-QUIETO", { estado: "asignado", repartidor_id: drivers.Rosa });
});

test("somebody who is full or off shift is given more only when that is said once more", PATIENCE, async () => {
  const { page } = dispatcher;
  await hires("Ciro Paz", { capacidad: 1 });
  await hires("Olga Sur", { en_turno: false });
  for (const number of ["BA-LLENO-1", "BA-LLENO-2", "BA-LLENO-3"]) await order(number);
  await api("POST", "/api/tickets/BA-LLENO-1/asignar", { repartidor_id: drivers.Ciro });
  const full = column(page, `driver-${drivers.Ciro}`);
  await full.locator('[data-key="BA-LLENO-1"]').waitFor();
  await carry(page, "BA-LLENO-2", `driver-${drivers.Ciro}`);
  await full.and(page.locator(".closed")).waitFor();
  assert.equal(await column(page, `driver-${drivers.Beto}`).and(page.locator(".closed")).count(), 0);
  await page.mouse.up();
  const told = toast(page, "BA-LLENO-2 queda donde está: Ciro Paz ya lleva 1 de 1.");
  await told.waitFor();
  assert.equal(await page.locator(".closed").count(), 0);
  assert.equal((await ticket("BA-LLENO-2")).version, 1);
  await column(page, "pool").locator('[data-key="BA-LLENO-2"]').waitFor();
  await isClean(dispatcher);
  await told.getByRole("button", { name: "Asignar igual" }).click();
  await becomes("BA-LLENO-2", { repartidor_id: drivers.Ciro });
  await full.locator('[data-key="BA-LLENO-2"]').waitFor();
  // By menu as by drag, where it says so before.
  await card(page, "BA-LLENO-3").locator(".more").click();
  await page.getByRole("button", { name: /^Ciro Paz.*sin lugar/ }).waitFor();
  await page.getByRole("button", { name: /^Olga Sur.*sin turno/ }).click();
  await toast(page, "BA-LLENO-3 queda donde está: Olga Sur no está en turno.").waitFor();
  assert.equal((await ticket("BA-LLENO-3")).version, 1);
});

test("where a card was put can be seen, however many lie above it", PATIENCE, async () => {
  const { page } = dispatcher;
  await hires("Nora Gil");
  for (let n = 1; n <= 7; n++) {
    await order(`BA-HONDO-${n}`, { minutes: 20 - n });
    if (n < 7) await api("POST", `/api/tickets/BA-HONDO-${n}/asignar`, { repartidor_id: drivers.Nora });
  }
  const nora = column(page, `driver-${drivers.Nora}`);
  await nora.locator('[data-key="BA-HONDO-6"]').waitFor();
  await card(page, "BA-HONDO-7").waitFor();
  await drag(page, "BA-HONDO-7", `driver-${drivers.Nora}`);
  await nora.locator('[data-key="BA-HONDO-7"]').waitFor();
  const [list, put] = [await nora.locator("[data-cards]").boundingBox(), await card(page, "BA-HONDO-7").boundingBox()];
  assert.ok(put.y >= list.y - 1 && put.y + put.height <= list.y + list.height + 1, `${put.y} to ${put.y + put.height} in ${list.y} to ${list.y + list.height}`);
  await becomes("BA-HONDO-7", { repartidor_id: drivers.Nora });
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
  await toast(page, /^BA-INGLES-1 → .*: the least loaded, carrying \d+ of \d+ tickets/).waitFor();
  await card(page, "BA-INGLES-1").getByRole("link").click();
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
  for (const number of ["BA-LOTE-2", "BA-LOTE-3"]) await api("POST", `/api/tickets/${number}/estado`, { estado: "aceptado" });
  await page.locator('[data-key="BA-LOTE-2"][data-state="aceptado"]').waitFor();
  await page.locator('[data-key="BA-LOTE-3"][data-state="aceptado"]').waitFor();
  for (const number of ["BA-LOTE-1", "BA-LOTE-2", "BA-LOTE-3"]) await card(page, number).getByRole("checkbox").check();
  await page.getByText("Elegidos: 3").waitFor();
  const bar = page.getByRole("form", { name: "Con los tickets elegidos" });
  assert.equal(await bar.locator(".primary:visible").count(), 1);
  const middles = await bar.locator(":scope > :visible").evaluateAll((all) => all.map((one) => Math.round(one.getBoundingClientRect().top + one.offsetHeight / 2)));
  assert.ok(Math.max(...middles) - Math.min(...middles) <= 2, `one line: ${middles}`);
  await isClean(dispatcher);
  // Somebody else was first.
  await api("PATCH", "/api/tickets/BA-LOTE-2", { prioridad: "alta" });
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
  assert.equal((await ticket("BA-LOTE-2")).repartidor_id, drivers.Rosa);
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
