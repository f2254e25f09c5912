// What scripts/measure-pages runs: Lighthouse, as a phone on a slow line, over the pages that people wait for.

import { mkdtemp, mkdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

import { ADMIN, enters, freePort, launchOn, start } from "./harness.mjs";
import { CUSTOMER, DRIVER, afternoon } from "./world.mjs";

const [, , home, reports, only] = process.argv;
const { default: lighthouse, desktopConfig } = await import(pathToFileURL(join(home, "node_modules/lighthouse/core/index.js")));
const CATEGORIES = ["performance", "accessibility", "best-practices", "seo"];

const { belgrano, stop } = await start();
const folder = await mkdtemp(join(tmpdir(), "belgrano-lighthouse-"));
const port = await freePort();
// Lighthouse opens tabs of its own in the browser that these people log in with.
const context = await launchOn(folder, { locale: "es-AR", args: ["--no-sandbox", "--disable-dev-shm-usage", `--remote-debugging-port=${port}`] });
try {
  await mkdir(reports, { recursive: true });
  const { order, tracking } = await afternoon(belgrano);
  const { shop, board } = belgrano;
  const visits = [
    [null, shop, ["/", "/productos", "/productos/1", "/ingresar", "/registro", tracking]],
    [CUSTOMER, shop, ["/carrito", "/finalizar", "/pedidos", `/pedidos/${order}`]],
    [null, board, ["/ingresar"]],
    [ADMIN, board, ["/tablero", `/tickets/${order}`, "/reportes"]],
    [DRIVER, board, ["/reparto"]],
  ];
  console.log("page                          perf  a11y  best   seo     FCP     LCP    TBT    CLS  KB");
  for (const [account, origin, paths] of visits) {
    await context.clearCookies();
    if (account) await logsIn(origin, account);
    for (const path of paths) {
      const name = path.replace(order, "pedido").replace(/(?<=seguimiento.).+/, "clave");
      const label = `${origin === shop ? "shop" : "board"}${name}`;
      if (!only || label.includes(only)) await measure(label, origin + path, origin === board && account === ADMIN);
    }
  }
} finally {
  await context.close();
  await stop();
  await rm(folder, { recursive: true });
}

async function logsIn(origin, account) {
  const page = await context.newPage();
  await enters(page, origin, account);
  await page.close();
}

/** A dispatcher sits before a wide screen; everybody else has a phone. */
async function measure(label, url, wide) {
  const { lhr } = await lighthouse(url, { port, output: "json", logLevel: "error" }, wide ? desktopConfig : undefined);
  await writeFile(join(reports, `${label.replaceAll(/\W+/g, "-")}.json`), JSON.stringify(lhr));
  const scores = CATEGORIES.map((name) => String(Math.round(lhr.categories[name].score * 100)).padStart(6)).join("");
  const number = (name) => lhr.audits[name].numericValue;
  const seconds = (name) => `${(number(name) / 1000).toFixed(1)} s`.padStart(8);
  const numbers = `${seconds("first-contentful-paint")}${seconds("largest-contentful-paint")}${`${Math.round(number("total-blocking-time"))} ms`.padStart(7)}`;
  console.log(`${label.padEnd(28)}${scores}${numbers}${number("cumulative-layout-shift").toFixed(3).padStart(7)}  ${Math.round(number("total-byte-weight") / 1024)}`);
  for (const name of CATEGORIES) {
    for (const { id, weight } of lhr.categories[name].auditRefs) {
      const { score, title, details, displayValue } = lhr.audits[id];
      if (!weight || score === null || score >= 0.9) continue;
      console.log(`    ${name}: ${title}${displayValue ? ` (${displayValue})` : ""}`);
      for (const { node, source, url } of details?.items?.slice(0, 3) ?? []) console.log(`      ${node?.snippet ?? source?.url ?? url ?? ""}`);
    }
  }
}
