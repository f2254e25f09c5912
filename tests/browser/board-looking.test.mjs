// What a dispatcher sees: what is late, until when, what filters leave; on a phone and without script as well.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { card, column, live, openBoard } from "./board.mjs";
import { ADMIN, DESKTOP, PATIENCE, PHONE, isClean, until } from "./harness.mjs";

let belgrano, browser, stop, api, drivers, dispatcher, works, order, ticket, becomes;

before(async () => ({ belgrano, browser, stop, api, drivers, dispatcher, works, order, ticket, becomes } = await openBoard()), PATIENCE);

after(() => stop?.());

test("the first paint is what the module draws", PATIENCE, async () => {
  await order("BA-IGUAL-1", { minutes: 90, prioridad: "urgente" });
  await order("BA-IGUAL-2", { cliente_nombre: "Ana <b>Díaz</b>" });
  await api("POST", "/api/tickets/BA-IGUAL-2/asignar", { repartidor_id: drivers.Rosa });
  const { page } = dispatcher;
  await card(page, "BA-IGUAL-2").waitFor();
  // Drawn by the module from the feed, and then by the server: without what only the arrows, the menu and the clock need.
  const form = () => page.locator("[data-key]").evaluateAll((items) => items.map((item) => {
    const copy = item.cloneNode(true);
    for (const one of copy.querySelectorAll("[tabindex]")) one.removeAttribute("tabindex");
    for (const offer of copy.querySelectorAll(".offer")) offer.textContent = "";
    copy.querySelector(".more").remove();
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
    for (const offer of copy.querySelectorAll(".offer")) offer.textContent = "";
    return copy.outerHTML.replace(/\s+/g, " ").replaceAll(' hidden=""', " hidden");
  }).sort());
  assert.deepEqual(drawn, rendered);
  await context.close();
  await isClean(dispatcher);
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
  const label = await timeline.getByText("Ahora").boundingBox();
  for (const time of await timeline.locator("[data-axis] span").all()) {
    const { y } = await time.boundingBox();
    assert.ok(label.y + label.height <= y, "what time it was can be read beside now");
  }
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
  const chip = () => page.locator("[data-views] a").last().boundingBox();
  const place = await chip();
  await page.locator(".filters summary").click();
  assert.deepEqual(await chip(), place, "what is in the bar stays under the pointer");
  await isClean(dispatcher);
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
  await card(page, "BA-TELEFONO-2").getByRole("link").tap();
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
