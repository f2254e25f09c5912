// A whole Belgrano for one test, and browsers whose pages must stay clean: no error in the console, nothing that the
// content security policy stops, no request to anybody else, no violation that axe can find.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

import { chromium } from "playwright-core";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const PROGRAM = process.env.BELGRANO_BIN ?? resolve(ROOT, process.env.CARGO_TARGET_DIR ?? "target", "debug", "belgrano");
const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";
const AXE = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

export const ADMIN = { email: "admin@belgrano.test", password: "una-clave-de-prueba" };
export const PHONE = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, hasTouch: true, isMobile: true };
export const DESKTOP = { viewport: { width: 1440, height: 900 } };

/** What `before` and a test may take: a machine that compiles as well is slow, and one that hangs has to say so. */
export const PATIENCE = { timeout: 120_000 };

/** As long as Playwright waits for what it is asked for. */
const WAIT_MS = 30_000;

/** What `look()` finds, once that is something; `what` is said of one that never does within `ms`. */
export async function until(what, look, ms = WAIT_MS) {
  const end = Date.now() + ms;
  for (;;) {
    const found = await look();
    if (found) return found;
    assert.ok(Date.now() < end, `never came: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** The same of what an asynchronous `look(argument)` finds in the page. (`waitForFunction` takes a promise for found.) */
export const untilIn = (page, what, look, argument) =>
  until(`${what} on ${page.url()}`, () =>
    page.evaluate(look, argument).catch((error) => {
      // The page is on its way to another.
      if (!/context was destroyed/.test(error.message)) throw error;
    }));

/** A port that is free now and that the system gives to nobody by chance, as it does those from 32768 on. */
export async function freePort() {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    const free = await new Promise((resolve) => {
      const server = createServer();
      server.once("error", () => resolve(false));
      server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
    });
    if (free) return port;
  }
}

/** A browser that draws maps without a graphics card, and one that cannot. */
export const WITH_WEBGL = ["--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"];
export const WITHOUT_WEBGL = ["--disable-gpu", "--disable-3d-apis"];

/** A browser and both services; the browser first, because it holds nothing that has to be stopped. */
export async function start(env, args) {
  const browser = await launch(args);
  try {
    const belgrano = await startBelgrano(env);
    const stop = async () => {
      await browser.close();
      await belgrano.stop();
    };
    return { browser, belgrano, stop };
  } catch (error) {
    await browser.close();
    throw error;
  }
}

/** Both services in one process, on a database of their own. */
export async function startBelgrano(env = {}) {
  const folder = await mkdtemp(join(tmpdir(), "belgrano-browser-"));
  const [shopPort, ticketsPort] = [await freePort(), await freePort()];
  const shop = `http://127.0.0.1:${shopPort}`;
  const board = `http://127.0.0.1:${ticketsPort}`;
  const child = spawn(PROGRAM, ["serve"], {
    env: {
      PATH: process.env.PATH,
      HOST: "127.0.0.1",
      DATA_DIR: folder,
      SHOP_PORT: String(shopPort),
      TICKETS_PORT: String(ticketsPort),
      SHOP_PUBLIC_URL: shop,
      TICKETS_PUBLIC_URL: board,
      ADMIN_EMAIL: ADMIN.email,
      ADMIN_PASSWORD: ADMIN.password,
      ARGON2_MEMORY_KIB: "64",
      // Longer than any test: what is offered stays offered.
      OFFER_TIMEOUT: "3600",
      LOG: "warn",
      // What is written now, without a build (a debug build only).
      ...(process.env.ASSETS_FROM_DISK && { ASSETS_FROM_DISK: process.env.ASSETS_FROM_DISK }),
      ...env,
    },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let log = "";
  child.stderr.setEncoding("utf8").on("data", (text) => (log += text));
  const ended = new Promise((resolve) => child.once("exit", resolve));
  await Promise.race([
    Promise.all([answers(`${shop}/ready`), answers(`${board}/ready`)]),
    ended.then((code) => assert.fail(`belgrano ended with ${code}:\n${log}`)),
  ]);
  return {
    shop,
    board,
    async stop() {
      child.kill("SIGTERM");
      assert.equal(await ended, 0, log);
      await rm(folder, { recursive: true });
    },
  };
}

const answers = (url) => until(url, () => fetch(url).then(({ ok }) => ok, () => false));

/** The cookies of somebody who has logged in. */
export async function cookiesOf(origin, { email, password }) {
  const response = await fetch(`${origin}/api/login`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ email, password }),
  });
  assert.equal(response.status, 200, await response.text());
  return response.headers.getSetCookie().map((one) => one.split(";")[0]).join("; ");
}

/**
 * A JSON client with cookies, for what a test prepares behind the pages. Where browsers come through a line that is cut it
 * goes to `service` directly, and says it is of the `origin` they know.
 */
export async function logIn(service, account, origin = service) {
  const cookie = await cookiesOf(service, account);
  return async (method, path, body) => {
    const headers = { cookie, "content-type": "application/json", origin };
    const answer = await fetch(service + path, { method, headers, body: body && JSON.stringify(body) });
    const text = await answer.text();
    assert.ok(answer.ok, `${method} ${path}: ${answer.status} ${text}`);
    return text && JSON.parse(text);
  };
}

export function launch(args = []) {
  return chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox", "--disable-dev-shm-usage", ...args] });
}

/** A browser that remembers, in `folder`, what it did: a phone that is switched off and on. */
export function launchOn(folder, options) {
  return chromium.launchPersistentContext(folder, { executablePath: CHROMIUM, args: ["--no-sandbox", "--disable-dev-shm-usage"], ...options });
}

/** Somebody with a browser window. Everything that is wrong on its pages ends up in `complaints`. */
export async function visitor(browser, options = {}) {
  const context = await browser.newContext({ locale: "es-AR", timezoneId: "America/Argentina/Buenos_Aires", ...options });
  const complaints = [];
  const page = await context.newPage();
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => complaints.push(`script: ${error.stack ?? error}`));
  page.on("request", (request) => {
    const { hostname, protocol } = new URL(request.url());
    if (!["data:", "blob:"].includes(protocol) && hostname !== "127.0.0.1") complaints.push(`request: ${request.url()}`);
  });
  return { context, page, complaints };
}

/** Logs in by the form, in any language, with script or without. */
export async function enters(page, origin, { email, password }) {
  await page.goto(`${origin}/ingresar`);
  await fillsIn(page, { email, password });
}

/** The form to log in, wherever one was sent to it. */
export async function fillsIn(page, { email, password }) {
  await page.locator("#email").fill(email);
  await page.locator("#password").fill(password);
  await page.locator("main button.primary").click();
  await page.waitForURL(({ pathname }) => pathname !== "/ingresar");
}

/** No complaint so far, and no violation that axe finds, in either theme. */
export async function isClean({ page, complaints }) {
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    // Colours on their way from one theme to the other are nobody's choice.
    await page.evaluate(async () => {
      await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
      // Ended, not awaited: behind a map that is drawn by the processor they may wait for their first frame for ever.
      for (const animation of document.getAnimations()) if (animation.effect?.getTiming().iterations !== Infinity) animation.finish();
    });
    await page.evaluate(AXE);
    const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
    const found = violations.map(({ id, help, nodes }) => `${id}: ${help}\n  ${nodes.map((node) => node.html).join("\n  ")}`);
    assert.deepEqual(found, [], `${page.url()} (${colorScheme})`);
  }
  await page.emulateMedia({ colorScheme: "light" });
  assert.deepEqual(complaints, [], page.url());
}
