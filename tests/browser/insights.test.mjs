// The pages of insights beside a whole Belgrano: what they show, on every screen, and that SQL is answered without script.
// With `SCREENSHOTS=DIR` it keeps a picture of each page.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";

import { ADMIN, DESKTOP, PATIENCE, PHONE, enters, freePort, isClean, logIn, start, until, visitor } from "./harness.mjs";
import { CUSTOMER, afternoon, orders as places } from "./world.mjs";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const PROGRAM = process.env.INSIGHTS_BIN ?? resolve(ROOT, process.env.CARGO_TARGET_DIR ?? "target", "debug", "insights");
const INTEGRATION_SECRET = `whsec_${Buffer.from("a secret of this test, long enough").toString("base64")}`;
const PAGES = [
  "/", "/resumen", "/resumen?periodo=todo&sales=gross", "/resumen?start_date=ayer", "/ventas", "/ventas?periodo=7&granularity=week", "/mapa", "/productos", "/clientes",
  "/entregas", "/detalle",
  "/detalle?limit=100&col=date&col=total_amount&col=barrio", "/consola", "/linaje", "/fuentes", "/alertas",
  "/alertas/2",
];
const SCREENS = [
  ["phone", PHONE],
  ["desktop", DESKTOP],
  ["small", { viewport: { width: 360, height: 740 } }],
  ["narrow", { viewport: { width: 320, height: 640 }, reducedMotion: "reduce" }],
];
const { SCREENSHOTS } = process.env;
let belgrano, browser, stop, insights;

before(async () => {
  if (SCREENSHOTS) await mkdir(SCREENSHOTS, { recursive: true });
  const insightsPort = await freePort();
  const at = `http://127.0.0.1:${insightsPort}`;
  ({ belgrano, browser, stop } = await start({ INTEGRATION_SECRET, INSIGHTS_URL: at }));
  await afternoon(belgrano);
  insights = await startInsights(insightsPort, at);
}, PATIENCE);

after(async () => {
  await insights?.stop();
  await stop?.();
});

/** Insights of that Belgrano, with everything it has to tell. */
async function startInsights(port, at) {
  const folder = await mkdtemp(join(tmpdir(), "insights-browser-"));
  const child = spawn(PROGRAM, ["serve"], {
    env: {
      PATH: process.env.PATH,
      HOST: "127.0.0.1",
      PORT: String(port),
      PUBLIC_URL: at,
      DATA_DIR: folder,
      BELGRANO_AHORRO_URL: belgrano.shop,
      TICKETERA_URL: belgrano.board,
      INTEGRATION_SECRET,
      ADMIN_EMAIL: ADMIN.email,
      ADMIN_PASSWORD: ADMIN.password,
      API_KEYS: "todo:completa:0123456789abcdef",
      ARGON2_MEMORY_KIB: "64",
      // A debug build is slow, and plans in more memory.
      SQL_DEADLINE: "100",
      SQL_MEMORY_MIB: "1024",
      REQUEST_TIMEOUT: "110",
      LOG: "warn",
      ...(process.env.ASSETS_FROM_DISK && { ASSETS_FROM_DISK: process.env.ASSETS_FROM_DISK }),
    },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let log = "";
  child.stderr.setEncoding("utf8").on("data", (text) => (log += text));
  const ended = new Promise((resolve) => child.once("exit", resolve));
  const headers = { "x-api-key": "0123456789abcdef" };
  const kpis = () => fetch(`${at}/api/kpis`, { headers }).then((answer) => answer.json(), () => null);
  await Promise.race([
    until("eight orders in insights", async () => (await kpis())?.total_orders >= 8),
    ended.then((code) => assert.fail(`insights ended with ${code}:\n${log}`)),
  ]);
  return {
    at,
    async stop() {
      child.kill("SIGTERM");
      await ended;
      await rm(folder, { recursive: true });
    },
  };
}

/** Every chart that is looked at is drawn. */
async function drawn(page) {
  for (const figure of await page.locator("figure[data-chart]:has(table)").all()) {
    await figure.scrollIntoViewIfNeeded();
    await figure.locator("canvas").first().waitFor();
  }
  await page.evaluate(() => scrollTo(0, 0));
}

for (const [screen, options] of SCREENS) {
  test(`every page on a ${screen} screen`, { timeout: 600_000 }, async () => {
    const somebody = await visitor(browser, options);
    const { page, context } = somebody;
    page.setDefaultTimeout(100_000);
    await enters(page, insights.at, ADMIN);
    for (const path of PAGES) {
      const answer = await page.goto(insights.at + path);
      const refused = path.includes("ayer");
      assert.equal(answer.status(), refused ? 422 : 200, path);
      await drawn(page);
      // A browser says of a refusal that it is one.
      await isClean({ page, complaints: somebody.complaints.splice(0).filter((one) => !refused || !one.includes("422")) });
      const [width, room] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
      assert.ok(width <= room, `${path} is ${width} px wide on ${room}`);
      if (SCREENSHOTS && ["phone", "desktop"].includes(screen)) {
        const name = `insights-admin-${path.replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "") || "home"}-${screen}.jpg`;
        await page.screenshot({ path: join(SCREENSHOTS, name), type: "jpeg", quality: 70, fullPage: true });
      }
    }
    await context.close();
  });
}

test("one press in the shop's administration leads to the figures", PATIENCE, async () => {
  const { page, context } = await visitor(browser, DESKTOP);
  page.setDefaultTimeout(100_000);
  await enters(page, belgrano.shop, ADMIN);
  await page.goto(`${belgrano.shop}/insights`);
  assert.equal(new URL(page.url()).origin, insights.at);
  await page.locator(".tiles").waitFor();
  assert.equal(await page.locator(".tiles > div").count(), 5);
  await context.close();
});

test("charts, filters and saved views work without script too", PATIENCE, async () => {
  const { page, context } = await visitor(browser, { ...PHONE, javaScriptEnabled: false });
  page.setDefaultTimeout(100_000);
  await enters(page, insights.at, ADMIN);
  await page.goto(`${insights.at}/ventas?periodo=7`);
  assert.ok(await page.locator("#over-time table").isVisible(), "the table is what there is");
  await page.locator(".filters > summary").click();
  const barrios = page.locator("details.several").filter({ has: page.locator("[name=barrio]") });
  await barrios.locator("summary").press("Enter");
  const [barrio, other] = await Promise.all([0, 1].map((at) => barrios.locator("input").nth(at).getAttribute("value")));
  await barrios.locator("input").nth(0).press("Space");
  await barrios.locator("input").nth(1).press("Space");
  assert.ok((await barrios.locator(".options").boundingBox()).width <= 320, "it fits a phone");
  await page.locator("[data-filters] button.primary").first().press("Enter");
  assert.match(await page.locator(".narrowed").textContent(), new RegExp(`${barrio}.*${other}`, "s"));
  assert.equal(await page.locator(".narrowed a").count(), 2, "each value can be taken off by itself");
  await page.locator(".narrowed a").last().press("Enter");
  assert.match(await page.locator(".narrowed").textContent(), new RegExp(barrio));
  assert.equal(await page.locator(".narrowed a").count(), 1);
  assert.match(page.url(), /periodo=7/);
  // The filters go along to another page, and are taken off with a press.
  await page.goto(insights.at + (await page.locator("nav a[href^='/resumen']").first().getAttribute("href")));
  assert.match(await page.locator(".narrowed").textContent(), new RegExp(barrio));
  await page.locator(".saved > summary").click();
  await page.locator("#vista").fill("Mi barrio");
  await page.locator(".saved button", { hasText: "Guardar vista" }).click();
  await page.locator(".narrowed a").first().click();
  assert.equal(await page.locator(".narrowed").count(), 0);
  await page.locator(".saved > summary").click();
  await page.locator(".views a", { hasText: "Mi barrio" }).click();
  assert.match(await page.locator(".narrowed").textContent(), new RegExp(barrio));
  await page.locator(".saved > summary").click();
  await page.locator(".views form button").click();
  assert.equal(await page.locator(".views").count(), 0);
  await context.close();
});

test("figures change without a reload; what is open stays open and the focus stays where it was", { timeout: 300_000 }, async () => {
  const somebody = await visitor(browser, DESKTOP);
  const { page, context } = somebody;
  page.setDefaultTimeout(100_000);
  await enters(page, insights.at, ADMIN);
  await page.goto(`${insights.at}/resumen?periodo=hoy`);
  await page.evaluate(() => void (globalThis.same = true));
  const orders = () => page.locator("#card-orders .now").textContent();
  const before = Number(await orders());
  await page.locator("#card-orders summary").press("Enter");
  const customer = await logIn(belgrano.shop, CUSTOMER);
  await places(customer, { barrio: "Belgrano" }, [[1, 1]]);
  await page.locator("#card-orders .now").filter({ hasText: new RegExp(`^\\s*${before + 1}\\s*$`) }).waitFor();
  assert.ok(await page.evaluate(() => globalThis.same), "the page was not loaded again");
  assert.ok(await page.locator("#card-orders details").evaluate(({ open }) => open));
  assert.ok(await page.locator("#card-orders summary").evaluate((summary) => summary === document.activeElement));
  await isClean(somebody);
  await context.close();
});

test("all pages are a few presses of keys away on the narrowest phone", PATIENCE, async () => {
  const { page, context } = await visitor(browser, { viewport: { width: 320, height: 640 } });
  page.setDefaultTimeout(100_000);
  await enters(page, insights.at, ADMIN);
  await page.goto(`${insights.at}/resumen?periodo=7`);
  await page.locator(".site-head .more summary").focus();
  await page.keyboard.press("Enter");
  const link = page.locator(".more a[href^='/fuentes']");
  assert.ok(await link.isVisible());
  await page.keyboard.press("Escape");
  assert.ok(!(await link.isVisible()));
  await page.keyboard.press("Enter");
  for (let presses = 0; !(await link.evaluate((one) => one === document.activeElement)); presses += 1) {
    assert.ok(presses < 15, "by the tabulator");
    await page.keyboard.press("Tab");
  }
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/fuentes\?periodo=7/);
  await context.close();
});

test("the first paint takes less than 200 KB, without the library of the charts", PATIENCE, async () => {
  const first = await visitor(browser, DESKTOP);
  await enters(first.page, insights.at, ADMIN);
  const storageState = await first.context.storageState();
  await first.context.close();
  for (const path of ["/", "/resumen", "/ventas", "/detalle"]) {
    // Somebody whose browser has kept nothing yet.
    const { page, context } = await visitor(browser, { ...DESKTOP, storageState });
    page.setDefaultTimeout(100_000);
    const loaded = [];
    page.on("requestfinished", (request) => loaded.push(request));
    await page.goto(insights.at + path, { waitUntil: "load" });
    const sizes = await Promise.all(loaded.filter((request) => !/echarts|\/api\/version/.test(request.url())).map((request) => request.sizes()));
    const bytes = sizes.reduce((sum, { responseBodySize, responseHeadersSize }) => sum + responseBodySize + responseHeadersSize, 0);
    assert.ok(bytes > 20_000 && bytes < 200 * 1024, `${path}: ${bytes} bytes`);
    await context.close();
  }
});

test("a rule of an alert is changed, tried and taken away without script", PATIENCE, async () => {
  const { page, context } = await visitor(browser, { ...PHONE, javaScriptEnabled: false });
  page.setDefaultTimeout(100_000);
  await enters(page, insights.at, ADMIN);
  await page.goto(`${insights.at}/alertas`);
  const before = await page.locator(".card").count();
  await page.locator("#clase").selectOption("disco");
  await page.locator("main button.primary").click();
  await page.locator("#umbral").fill("101");
  await page.locator("#correos").fill("ana@example.com\nleo@example.com");
  await page.locator("main button.primary").click();
  assert.match(await page.locator("#umbral-error").textContent(), /entre 1 y 100/);
  await page.locator("#umbral").fill("99,5");
  await page.locator("main button.primary").click();
  const card = page.locator(".card").last();
  assert.equal(await page.locator(".card").count(), before + 1);
  assert.match(await card.textContent(), /99,5 %.*ana@example.com, leo@example.com/s);
  await card.locator("form button").click();
  assert.match(await page.locator("[role=status]").first().textContent(), /La prueba sale enseguida/);
  await page.locator(".card h2 a").last().click();
  await page.locator("button.danger").click();
  assert.equal(await page.locator(".card").count(), before);
  await context.close();
});

test("SQL is answered without script, by keyboard, and a mistake is said", PATIENCE, async () => {
  const { page, context } = await visitor(browser, { ...PHONE, javaScriptEnabled: false });
  page.setDefaultTimeout(100_000);
  await enters(page, insights.at, ADMIN);
  await page.goto(`${insights.at}/consola`);
  await page.locator("#sql").fill("SELECT order_id, '=1+1' AS formula FROM silver_orders ORDER BY 1 LIMIT 3");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.locator(".answer td").first().waitFor();
  assert.equal(await page.locator(".answer tbody tr").count(), 3);
  const [download] = await Promise.all([page.waitForEvent("download"), page.locator("button[formaction$='.csv']").click()]);
  const text = await (await download.createReadStream()).toArray();
  assert.match(Buffer.concat(text).toString(), /;'=1\+1/, "no formula");
  await page.locator("#sql").fill("SELECT nothing FROM nowhere");
  await page.locator("main button.primary").click();
  assert.match(await page.locator("[role=alert]").textContent(), /La consulta falló/);
  assert.equal(await page.locator("#sql").inputValue(), "SELECT nothing FROM nowhere");
  // A query is kept under a name, and comes back without being asked.
  await page.locator("#sql").fill("SELECT 1 AS uno");
  await page.locator(".saving > summary").click();
  await page.locator("#nombre").fill("Una fila");
  await page.locator(".saving button").click();
  await page.goto(`${insights.at}/consola`);
  await page.locator(".queries a", { hasText: "Una fila" }).click();
  assert.equal(await page.locator("#sql").inputValue(), "SELECT 1 AS uno");
  assert.equal(await page.locator(".answer").count(), 0);
  await page.locator(".queries form button").click();
  assert.equal(await page.locator(".queries").count(), 0);
  await context.close();
});
