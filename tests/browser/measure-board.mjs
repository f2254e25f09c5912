// What scripts/measure-board runs: a full board that never rests, and what the browser says of it.

import { ADMIN, DESKTOP, enters, logIn, start, visitor } from "./harness.mjs";

const [tickets = 500, drivers = 50, seconds = 30] = process.argv.slice(2).map(Number);
/** Tickets that change in a second. */
const CHANGES = 5;
const BARRIOS = [["Belgrano", -34.5614, -58.4563], ["Palermo", -34.5803, -58.4245], ["Núñez", -34.5484, -58.4626], ["Saavedra", -34.5547, -58.486]];
const PASSWORD = "clave-de-reparto";

const { belgrano, browser, stop } = await start({ INTAKE: "open", LOGIN_TRIES_WIDE: "1000" });
try {
  const admin = await logIn(belgrano.board, ADMIN);
  const crew = await hire(admin);
  await seed(admin, crew);
  if (!process.env.ONLY_MAP) await measure("columns", admin, crew, async () => {});
  if (!process.env.WITHOUT_MAP) await measure("columns and map", admin, crew, (page) => page.locator("[data-map-toggle]").click());
} finally {
  await stop();
}

async function hire(admin) {
  const crew = [];
  for (let n = 0; n < drivers; n++) {
    const [barrio, lat, lng] = BARRIOS[n % BARRIOS.length];
    const email = `reparto${n}@belgrano.test`;
    const { id } = await admin("POST", "/api/repartidores", { nombre: `Reparto ${n}`, email, password: PASSWORD, telefono: "+54 11 5555 0101", capacidad: 20, barrio });
    await admin("PATCH", `/api/repartidores/${id}`, { en_turno: true });
    crew.push({ id, lat, lng, call: await logIn(belgrano.board, { email, password: PASSWORD }) });
  }
  return crew;
}

/** Two thirds are with a driver, one third waits; some are late. */
async function seed(admin, crew) {
  const lines = [{ nombre: "Yerba 1 kg", cantidad: 2, precio: 1500, subtotal: 3000 }];
  for (let n = 0; n < tickets; n++) {
    const [barrio, lat, lng] = BARRIOS[n % BARRIOS.length];
    const fecha_creacion = new Date(Date.now() - ((n * 37) % 80) * 60_000).toISOString();
    const place = { cliente_direccion: `Av. Cabildo ${1000 + n}`, barrio, lat: lat + (n % 11) * 0.001, lng: lng + (n % 7) * 0.001 };
    await admin("POST", "/api/tickets", { numero: `BA-20261121-M${String(n).padStart(7, "0")}`, cliente_nombre: `Cliente ${n}`, productos: lines, total: 3000, fecha_creacion, ...place });
    if (n % 3) await admin("POST", `/api/tickets/BA-20261121-M${String(n).padStart(7, "0")}/asignar`, { repartidor_id: crew[n % crew.length].id });
  }
}

/** Moves drivers and changes tickets until it is told to stop. */
function stir(admin, crew) {
  let n = 0;
  const failed = () => {};
  const move = (driver) => {
    driver.lat += (Math.random() - 0.5) * 0.0004;
    driver.lng += (Math.random() - 0.5) * 0.0004;
    driver.call("POST", "/api/repartidores/yo/posicion", { lat: driver.lat, lng: driver.lng }).catch(failed);
  };
  const change = () => {
    const number = `BA-20261121-M${String((n * 7) % tickets).padStart(7, "0")}`;
    n += 1;
    const step = n % 3;
    const body = step === 0 ? [`/api/tickets/${number}`, { prioridad: n % 2 ? "alta" : "normal" }] : step === 1
      ? [`/api/tickets/${number}/desasignar`, undefined]
      : [`/api/tickets/${number}/asignar`, { repartidor_id: crew[n % crew.length].id }];
    admin(step === 0 ? "PATCH" : "POST", ...body).catch(failed);
  };
  const timers = crew.map((driver, place) => setTimeout(() => (timers[place] = setInterval(move, 1000, driver)), (1000 / crew.length) * place));
  timers.push(setInterval(change, 1000 / CHANGES));
  return () => timers.forEach(clearInterval);
}

async function measure(name, admin, crew, prepare) {
  const { context, page } = await visitor(browser, DESKTOP);
  await page.addInitScript(() => {
    globalThis.seen = { tasks: [], frames: [], slow: [] };
    // What a slow frame was busy with: scripts by where they were called, and style and layout at its end.
    const slow = ({ startTime, duration, styleAndLayoutStart, scripts }) => {
      const parts = scripts.map((script) => `${script.invoker || script.sourceFunctionName} ${Math.round(script.duration)}${script.forcedStyleAndLayoutDuration > 1 ? ` (forced layout ${Math.round(script.forcedStyleAndLayoutDuration)})` : ""}`);
      return `${Math.round(duration)} ms: ${parts.join(", ") || "no script"}; style, layout and paint ${styleAndLayoutStart ? Math.round(startTime + duration - styleAndLayoutStart) : 0}`;
    };
    new PerformanceObserver((list) => globalThis.seen.slow.push(...list.getEntries().map(slow))).observe({ type: "long-animation-frame" });
    new PerformanceObserver((list) => globalThis.seen.tasks.push(...list.getEntries().map(({ startTime, duration }) => [startTime, duration]))).observe({ type: "longtask", buffered: true });
    let last = 0;
    const frame = (now) => {
      if (last) globalThis.seen.frames.push(now - last);
      last = now;
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  });
  await enters(page, belgrano.board, ADMIN);
  await page.locator("[data-live-status][data-state=live]").waitFor();
  await prepare(page);
  await page.waitForTimeout(2000);
  const begin = await page.evaluate(() => {
    const loading = globalThis.seen.tasks.map(([, ms]) => Math.round(ms));
    globalThis.seen.tasks.length = globalThis.seen.frames.length = globalThis.seen.slow.length = 0;
    return { loading, cards: document.querySelectorAll("[data-key]").length, columns: document.querySelectorAll("[data-column]").length };
  });
  const rest = stir(admin, crew);
  const client = await context.newCDPSession(page);
  await page.waitForTimeout(seconds * 1000);
  rest();
  await client.send("HeapProfiler.collectGarbage");
  const heap = await page.evaluate(() => performance.memory?.usedJSHeapSize);
  const { tasks, frames, slow } = await page.evaluate(() => globalThis.seen);
  frames.sort((a, b) => a - b);
  const at = (part) => frames[Math.min(frames.length - 1, Math.floor(frames.length * part))]?.toFixed(1);
  const tasksMs = tasks.map(([, ms]) => Math.round(ms)).sort((a, b) => b - a);
  console.log(`${name}: ${begin.cards} cards in ${begin.columns} columns, ${crew.length} drivers moving, ${CHANGES} changes a second, ${seconds} s`);
  console.log(`  long tasks while loading (ms): ${begin.loading.join(", ") || "none"}`);
  console.log(`  long tasks over 50 ms: ${tasksMs.length}${tasksMs.length ? ` (${tasksMs.slice(0, 10).join(", ")} ms)` : ""}`);
  for (const frame of slow.slice(0, 12)) console.log(`    ${frame}`);
  console.log(`  frames: ${frames.length}, p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, longest ${at(1)} ms`);
  console.log(`  heap after: ${(heap / 1e6).toFixed(1)} MB`);
  await context.close();
}
