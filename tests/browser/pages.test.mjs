// Every page of both services, on a phone and on a desktop: no violation, nothing wider than the screen, nothing foreign. Once
// more at 320 px, which is a desktop's window at 400 % (WCAG 1.4.10), for whoever has colours of their own or wants no motion.
// With `SCREENSHOTS=DIR` it keeps a picture of each (scripts/screenshots).

import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { after, before, test } from "node:test";

import { DESKTOP, PATIENCE, PHONE, enters, isClean, start, visitor } from "./harness.mjs";
import { VISITS } from "./visits.mjs";
import { afternoon } from "./world.mjs";

const NARROW = { viewport: { width: 320, height: 640 }, reducedMotion: "reduce", forcedColors: "active" };
const { SCREENSHOTS, SCREENSHOTS_NARROW } = process.env;
let belgrano, browser, stop, world;

before(async () => {
  if (SCREENSHOTS) await mkdir(SCREENSHOTS, { recursive: true });
  ({ belgrano, browser, stop } = await start());
  world = await afternoon(belgrano);
}, PATIENCE);

after(() => stop?.());

for (const [who, service, account, paths] of VISITS) {
  for (const [screen, options] of [["phone", PHONE], ["desktop", DESKTOP]]) {
    test(`${who} at the ${service} on a ${screen}`, PATIENCE, async () => {
      const somebody = await visitor(browser, options);
      const { page, context, complaints } = somebody;
      const origin = belgrano[service];
      if (account) await enters(page, origin, account);
      for (const path of paths(world)) {
        const answer = await page.goto(origin + path);
        assert.ok(answer.status() < 400 || path === "/no-existe", `${path}: ${answer.status()}`);
        // The browser notes a 404 in the console.
        if (path === "/no-existe") complaints.length = 0;
        await isClean(somebody);
        const [width, screenWidth] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
        assert.ok(width <= screenWidth, `${path} is ${width} px wide on ${screenWidth}`);
        const beyond = await page.$$eval("nav a", (links) => links.filter((a) => a.scrollWidth > a.clientWidth || a.getBoundingClientRect().right > innerWidth).map((a) => a.textContent));
        assert.deepEqual(beyond, [], `${path}: links nobody sees`);
        if (SCREENSHOTS) {
          const name = path.replace(world.order, "pedido").replace(world.received, "recibido").replace(/(?<=seguimiento.).+/, "clave").replaceAll(/\W+/g, "-").replace(/^-$/, "-home");
          // As high as the page is, so that what stays at the foot of a screen is at the foot of the picture.
          const height = await page.evaluate(() => document.documentElement.scrollHeight);
          await page.setViewportSize({ ...options.viewport, height: Math.max(height, options.viewport.height) });
          await page.screenshot({ path: `${SCREENSHOTS}/${service}-${who}${name}-${screen}.jpg`, type: "jpeg", quality: 70, scale: "css" });
          await page.setViewportSize(options.viewport);
        }
      }
      await context.close();
    });
  }
}

/** What of a page is wider than the window and is not within something that scrolls by itself, as tables do. */
function tooWide() {
  if (document.scrollingElement.scrollWidth <= innerWidth) return [];
  const scrolls = (element) => element && (["auto", "scroll"].includes(getComputedStyle(element).overflowX) || scrolls(element.parentElement));
  const wide = [...document.body.querySelectorAll("*")].filter((element) => element.getBoundingClientRect().right > innerWidth + 1 && !scrolls(element.parentElement));
  return [`${document.scrollingElement.scrollWidth} px`, ...wide.map(({ outerHTML }) => outerHTML)];
}

/** What has the focus and does not show it. The outline is what is left where somebody's own colours are used. */
function unseen() {
  const reachable = [...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']")];
  const seen = reachable.filter((element) => element.checkVisibility({ visibilityProperty: true }) && !element.disabled);
  return seen.flatMap((element) => {
    element.focus();
    if (document.activeElement !== element) return [];
    // A link that is as large as its card, and a field that is drawn by what is around it.
    const shown = [getComputedStyle(element), getComputedStyle(element, "::after"), getComputedStyle(element.labels?.[0] ?? element), getComputedStyle(element.parentElement)];
    return shown.some(({ outlineStyle, outlineWidth }) => outlineStyle !== "none" && parseFloat(outlineWidth) >= 2) ? [] : [element.outerHTML];
  });
}

/** What moves although nobody wants it to. */
function moving() {
  const longest = (times) => Math.max(...times.split(", ").map((time) => parseFloat(time) * (time.endsWith("ms") ? 1 : 1000)));
  return [...document.querySelectorAll("*")].flatMap((element) => {
    const { animationName, animationDuration, transitionDuration, scrollBehavior } = getComputedStyle(element);
    const moves = (animationName !== "none" && longest(animationDuration) > 1) || longest(transitionDuration) > 1 || scrollBehavior === "smooth";
    return moves ? [element.outerHTML] : [];
  });
}

for (const [who, service, account, paths] of VISITS) {
  test(`${who} at the ${service} in a narrow window, with colours of their own and without motion`, PATIENCE, async () => {
    const { page, context } = await visitor(browser, NARROW);
    const origin = belgrano[service];
    if (account) await enters(page, origin, account);
    const found = [];
    for (const path of paths(world)) {
      await page.goto(origin + path);
      // From here on the focus is the keyboard's.
      await page.keyboard.press("Tab");
      for (const wrong of [tooWide, unseen, moving]) {
        const all = await page.evaluate(wrong);
        if (all.length) found.push(`${path}: ${wrong.name}`, ...all.slice(0, 6).map((one) => `  ${one.replace(/\s+/g, " ").slice(0, 160)}`));
      }
      if (SCREENSHOTS_NARROW) await page.screenshot({ path: `${SCREENSHOTS_NARROW}/${service}-${who}${path.replaceAll(/\W+/g, "-").slice(0, 40)}.png`, fullPage: true });
    }
    assert.ok(found.length === 0, found.join("\n"));
    await context.close();
  });
}
