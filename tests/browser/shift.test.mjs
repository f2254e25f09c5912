// A page lies still while it loads: what comes with the modules has its place kept (cumulative layout shift, web.dev/cls).

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { DESKTOP, PATIENCE, PHONE, enters, start, visitor } from "./harness.mjs";
import { VISITS } from "./visits.mjs";
import { afternoon } from "./world.mjs";

const MOST = 0.02;
let belgrano, browser, stop, world;

before(async () => {
  ({ belgrano, browser, stop } = await start({ LATE_AFTER: "3600" }));
  world = await afternoon(belgrano);
}, PATIENCE);

after(() => stop?.());

/** Everything that moved by itself since the page began, and what it was. */
const shifts = () =>
  new Promise((resolve) => {
    const found = [];
    const observer = new PerformanceObserver((list) => {
      for (const { value, hadRecentInput, sources } of list.getEntries()) {
        if (!hadRecentInput) found.push({ value, what: sources.map(({ node }) => (node?.outerHTML ?? node?.textContent ?? "").replace(/\s+/g, " ").slice(0, 90)) });
      }
    });
    observer.observe({ type: "layout-shift", buffered: true });
    requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => {
      observer.disconnect();
      resolve(found);
    })));
  });

for (const [who, service, account, paths] of VISITS) {
  for (const [screen, options] of [["phone", PHONE], ["desktop", DESKTOP]]) {
    test(`the pages of ${who} at the ${service} lie still on a ${screen}`, PATIENCE, async () => {
      const { page, context } = await visitor(browser, options);
      if (account) await enters(page, belgrano[service], account);
      const found = [];
      for (const path of paths(world)) {
        await page.goto(belgrano[service] + path);
        if (await page.locator("[data-live], [data-board]").count()) await page.locator("[data-live-status][data-state=live]").first().waitFor({ state: "attached" });
        await page.evaluate(async () => void (await document.fonts.ready));
        // What comes late shifts as well; a map that is drawn by the processor keeps on fetching for long.
        await page.waitForLoadState("networkidle", { timeout: 5000 }).catch(() => {});
        const all = await page.evaluate(shifts);
        const sum = all.reduce((total, { value }) => total + value, 0);
        if (sum >= MOST) found.push(`${path}: ${sum.toFixed(3)}`, ...all.map(({ value, what }) => `  ${value.toFixed(3)} ${what.join(" | ")}`));
      }
      assert.ok(found.length === 0, `\n${found.join("\n")}`);
      await context.close();
    });
  }
}
