// The pages of insights when something is not as it should be: nothing came yet, a test of the models found something, what is
// stored cannot be read, a service that is followed does not answer. The shop and the board are made up.
// With `STATES=DIR` it keeps a picture of each.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";

import { ADMIN, DESKTOP, PATIENCE, enters, freePort, isClean, launch, until, visitor } from "./harness.mjs";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const PROGRAM = process.env.INSIGHTS_BIN ?? resolve(ROOT, process.env.CARGO_TARGET_DIR ?? "target", "debug", "insights");
const SCREENS = [
  ["narrow", { viewport: { width: 320, height: 640 } }],
  ["phone", { viewport: { width: 390, height: 844 } }],
  ["desktop", DESKTOP],
];
const KEY = "0123456789abcdef";
/** A debug build makes all tables, and tests them, in this time. */
const LONG_MS = 150_000;
const { STATES } = process.env;
let browser, folder, shop, board, insights, storageState;

/** A service with a feed of `told` changes. */
async function feed() {
  const told = [];
  const server = createServer((request, answer) => {
    const after = Number(new URL(request.url, "http://x").searchParams.get("despues") ?? 0);
    const cambios = told.slice(after).map((change, index) => ({ seq: after + index + 1, en: new Date().toISOString(), ...change }));
    // What is told while it waits comes with the next answer.
    const text = JSON.stringify({ epoca: "e1", cambios, hasta: told.length });
    const send = () => {
      answer.setHeader("content-type", "application/json");
      answer.end(text);
    };
    if (cambios.length) send();
    else setTimeout(send, 200);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const close = () => new Promise((resolve) => (server.close(resolve), server.closeAllConnections()));
  return { told, at: `http://127.0.0.1:${server.address().port}`, close };
}

before(async () => {
  if (STATES) await mkdir(STATES, { recursive: true });
  folder = await mkdtemp(join(tmpdir(), "insights-states-"));
  [browser, shop, board] = await Promise.all([launch(), feed(), feed()]);
  const port = await freePort();
  const at = `http://127.0.0.1:${port}`;
  const child = spawn(PROGRAM, ["serve"], {
    env: {
      PATH: process.env.PATH,
      HOST: "127.0.0.1",
      PORT: String(port),
      PUBLIC_URL: at,
      DATA_DIR: folder,
      BELGRANO_AHORRO_URL: shop.at,
      TICKETERA_URL: board.at,
      ADMIN_EMAIL: ADMIN.email,
      ADMIN_PASSWORD: ADMIN.password,
      API_KEYS: `todo:completa:${KEY}`,
      ARGON2_MEMORY_KIB: "64",
      LAKE_COMMIT: "1",
      REQUEST_TIMEOUT: "110",
      LOG: "off",
    },
    stdio: "ignore",
  });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  insights = { at, stop: () => (child.kill("SIGKILL"), ended) };
  await until("insights", () => fetch(`${at}/health`).then(({ ok }) => ok, () => false));
  const { page, context } = await visitor(browser);
  await enters(page, at, ADMIN);
  storageState = await context.storageState();
  await context.close();
}, PATIENCE);

after(async () => {
  await insights?.stop();
  await browser?.close();
  await Promise.all([shop?.close(), board?.close()]);
  if (folder) await rm(folder, { recursive: true });
});

const asks = (path) => fetch(insights.at + path, { headers: { "x-api-key": KEY } }).then((answer) => answer.json(), () => null);

/** Looks at a page on every screen. */
async function looks(state, path, status, has) {
  for (const [screen, options] of SCREENS) {
    const { page, context, complaints } = await visitor(browser, { ...options, storageState });
    page.setDefaultTimeout(100_000);
    const answer = await page.goto(insights.at + path);
    assert.equal(answer.status(), status, path);
    // A browser says of a 503 that it is one.
    await isClean({ page, complaints: complaints.filter((one) => status < 500 || !one.includes(String(status))) });
    const shown = await page.locator("main").innerText();
    assert.match(shown, has, `${state} ${path} on ${screen}: ${shown}`);
    const [width, room] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
    assert.ok(width <= room, `${state} ${path} is ${width} px wide on ${room}`);
    const name = `${state}-${path.replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "") || "home"}-${screen}.png`;
    if (STATES) await page.screenshot({ path: join(STATES, name), fullPage: screen !== "desktop" || path !== "/linaje" });
    await context.close();
  }
}

function order(number, state) {
  const line = { posicion: 1, producto_id: 3, nombre: "Yerba", cantidad: 2, precio: 50.25, costo: 30, subtotal: 100.5, sucursal: "Centro", negocio: "La Granja", categoria: "Almacén" };
  return {
    entidad: "pedido", clave: number,
    dato: {
      numero: number, cuenta_id: 7, estado: state, total: 100.5, metodo_pago: "efectivo", direccion: "x", barrio: "Belgrano", lat: null, lng: null,
      prioridad: "normal", tipo_cliente: "cliente", creado: new Date().toISOString(), actualizado: new Date().toISOString(), dispositivo: null, origen: null,
      prometido: null, lineas: [line],
    },
  };
}

test("nothing came yet", PATIENCE, async () => {
  await looks("empty", "/", 200, /Nada urgente/);
  await looks("empty", "/resumen", 200, /No hay ventas en estos días/);
  await looks("empty", "/consola", 200, /Escribí una consulta/);
  await looks("empty", "/linaje", 200, /Todavía sin corrida/);
  await looks("empty", "/fuentes", 200, /No se rechazó ninguna fila/);
});

test("a test of the models found something", { timeout: 300_000 }, async () => {
  shop.told.push(order("BA-1", "entregado"), order("BA-2", "perdido"));
  await until("a red model", async () => (await asks("/api/modelos"))?.modelos.some(({ bien }) => bien === false), LONG_MS);
  await looks("red", "/linaje", 200, /Hay un problema en silver_orders.*se muestra como está/s);
  await looks("red", "/", 200, /Ventas de hoy/);
});

/**
 * Takes the lake away and puts a file in its place. Whoever writes just then makes its folder again: that one goes as well.
 * Gives back where it is.
 */
async function away() {
  const [lake, gone] = [join(folder, "lake"), join(folder, "gone")];
  await rename(lake, gone);
  for (let times = 0; ; times += 1) {
    const taken = await writeFile(lake, "no folder", { flag: "wx" }).then(() => false, () => true);
    if (!taken) return gone;
    await rename(lake, `${gone}-${times}`).catch(() => {});
  }
}

test("what is stored cannot be read", { timeout: 300_000 }, async () => {
  const gone = await away();
  shop.told.push(order("BA-3", "entregado"));
  // Who asks meanwhile may get a figure of now, worked out of what is in memory.
  await until("an order of now", async () => (await asks("/api/estado"))?.fuentes.some(({ hasta_seq: read }) => read === 3), LONG_MS);
  await until("a lake that is away", async () => JSON.stringify(await asks("/ready")).includes("the lake cannot be reached"), LONG_MS);
  await looks("away", "/", 200, /No se puede leer lo guardado/);
  await looks("away", "/resumen?periodo=90", 503, /No se pudieron calcular/);
  await looks("away", "/fuentes", 200, /No se puede leer lo guardado/);
  await rm(join(folder, "lake"));
  await rename(gone, join(folder, "lake"));
});

test("a service that is followed does not answer", PATIENCE, async () => {
  await shop.close();
  await until("its silence", async () => (await asks("/api/estado"))?.fuentes.some(({ problema }) => problema));
  await looks("silent", "/fuentes", 200, /No responde/);
});
