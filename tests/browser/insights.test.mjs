// The pages of insights beside a whole Belgrano: what they show, on every screen, and that SQL is answered without script.
// With `SCREENSHOTS=DIR` it keeps a picture of each page.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";

import { ADMIN, DESKTOP, PATIENCE, PHONE, enters, freePort, isClean, start, until, visitor } from "./harness.mjs";
import { afternoon } from "./world.mjs";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const PROGRAM = process.env.INSIGHTS_BIN ?? resolve(ROOT, process.env.CARGO_TARGET_DIR ?? "target", "debug", "insights");
const INTEGRATION_SECRET = `whsec_${Buffer.from("a secret of this test, long enough").toString("base64")}`;
const PAGES = ["/", "/?dias=7", "/?dias=30", "/consola", "/linaje", "/fuentes"];
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

for (const [screen, options] of SCREENS) {
  test(`every page on a ${screen} screen`, PATIENCE, async () => {
    const somebody = await visitor(browser, options);
    const { page, context } = somebody;
    page.setDefaultTimeout(100_000);
    await enters(page, insights.at, ADMIN);
    for (const path of PAGES) {
      const answer = await page.goto(insights.at + path);
      assert.equal(answer.status(), 200, path);
      await isClean(somebody);
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
  await enters(page, belgrano.shop, ADMIN);
  await page.goto(`${belgrano.shop}/insights`);
  assert.equal(new URL(page.url()).origin, insights.at);
  await page.locator(".tiles").waitFor();
  assert.ok((await page.locator(".tiles > div").count()) > 5);
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
  const [download] = await Promise.all([page.waitForEvent("download"), page.locator("button[formaction]").click()]);
  const text = await (await download.createReadStream()).toArray();
  assert.match(Buffer.concat(text).toString(), /;'=1\+1/, "no formula");
  await page.locator("#sql").fill("SELECT nothing FROM nowhere");
  await page.locator("main button.primary").click();
  assert.match(await page.locator("[role=alert]").textContent(), /La consulta falló/);
  assert.equal(await page.locator("#sql").inputValue(), "SELECT nothing FROM nowhere");
  await context.close();
});
