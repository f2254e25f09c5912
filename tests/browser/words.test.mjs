// A word of a button, a tile, a chip, a badge, a tab, a label or a heading is on one line: on the phones people have, on every
// page, in both languages, with all that can be opened open.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";

import { PATIENCE, PHONE, enters, start, visitor } from "./harness.mjs";
import { VISITS } from "./visits.mjs";
import { afternoon } from "./world.mjs";

const WIDTHS = [320, 360, 390];
const TAGS = { "es-AR": "es", en: "en" };
let belgrano, browser, stop, world;

before(async () => {
  ({ belgrano, browser, stop } = await start({ PROOF: "foto,firma" }));
  world = await afternoon(belgrano);
}, PATIENCE);

after(() => stop?.());

/** What somebody may see of this page is seen: what is folded, the dialogs, the steps a stop comes to. */
function unfold() {
  for (const fold of document.querySelectorAll("details")) fold.open = true;
  for (const part of document.querySelectorAll("[data-when][hidden]")) part.hidden = false;
  for (const dialog of document.querySelectorAll("dialog:not([open])")) dialog.show();
}

/** The words that are broken, that could be, or that are wider than what they are written on. */
function broken() {
  const OURS = "button, .button, summary, legend, .label, .badge, .count, .late-chip, .chips a, .tabs a, .tiles dt, .tiles dd, .amount, .price, thead th, dt, nav a, .countdown, .tally, .pick .what";
  const found = new Set();
  for (const element of document.querySelectorAll(`${OURS}, label, th, h1, h2, h3`)) {
    if (!element.checkVisibility({ visibilityProperty: true, opacityProperty: true }) || element.closest(".visually-hidden")) continue;
    const { overflowWrap, wordBreak, overflowX, whiteSpace } = getComputedStyle(element);
    const said = element.outerHTML.replace(/\s+/g, " ").slice(0, 110);
    if (overflowWrap === "anywhere" && element.matches(OURS)) found.add(`may be broken anywhere | ${said}`);
    if (wordBreak !== "normal") found.add(`may be broken: ${wordBreak} | ${said}`);
    if (element.matches("button, .button, .badge, .chips a, .tabs a") && overflowX === "visible" && element.scrollWidth > element.clientWidth + 1 && !element.querySelector("select")) found.add(`spills (${whiteSpace}) | ${said}`);
    const texts = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
    for (let text; (text = texts.nextNode()); ) {
      for (const { index, 0: word } of text.data.matchAll(/[^\s\u00ad\u200b/·|?–—-]+/g)) {
        const range = document.createRange();
        range.setStart(text, index);
        range.setEnd(text, index + word.length);
        const lines = new Set([...range.getClientRects()].filter(({ width }) => width > 0.5).map(({ bottom }) => Math.round(bottom / 4)));
        // The same line may be rounded to two neighbours.
        if (Math.max(...lines) - Math.min(...lines) > 1) found.add(`${word} | ${said}`);
      }
    }
  }
  // What has one line: the name above, the tabs at the foot.
  for (const element of document.querySelectorAll(".brand a, .site-head nav > ul > li > a, .site-head nav > ul > li > details > summary")) {
    const texts = [...element.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
    const range = document.createRange();
    const lines = texts.flatMap((text) => (range.selectNodeContents(text), [...range.getClientRects()].filter(({ width }) => width > 0.5).map(({ bottom }) => Math.round(bottom / 4))));
    if (lines.length && Math.max(...lines) - Math.min(...lines) > 1) found.add(`two lines: ${element.textContent.trim()}`);
    if (element.getBoundingClientRect().right > innerWidth + 0.5) found.add(`off the screen: ${element.textContent.trim()}`);
  }
  // What may scroll sideways and should not have to: a table of three columns.
  for (const table of document.querySelectorAll(".ticket-page .table")) if (table.scrollWidth > table.clientWidth + 1) found.add(`a table wider than the screen: ${table.scrollWidth}`);
  // Money that lies under what is pressed beside it.
  const near = (element) => element.closest("li, tr, article");
  for (const money of document.querySelectorAll("main .amount, main .price")) {
    const range = document.createRange();
    range.selectNodeContents(money);
    const text = range.getBoundingClientRect();
    for (const control of near(money)?.querySelectorAll(".stepper, button, .button, input:not([type=hidden]), select") ?? []) {
      const box = control.getBoundingClientRect();
      const isUnder = text.left < box.right - 1 && text.right > box.left + 1 && text.top < box.bottom - 1 && text.bottom > box.top + 1;
      if (isUnder && near(control) === near(money) && control.checkVisibility()) found.add(`under a control | ${money.textContent.trim()}`);
    }
  }
  return [...found];
}

for (const [who, service, account, paths] of VISITS) {
  for (const locale of Object.keys(TAGS)) {
    test(`no word is broken for ${who} at the ${service} in ${locale}`, PATIENCE, async () => {
      const { page, context } = await visitor(browser, { ...PHONE, locale, reducedMotion: "reduce" });
      if (account) await enters(page, belgrano[service], account);
      const found = [];
      for (const path of paths(world)) {
        await page.setViewportSize({ width: WIDTHS[0], height: 740 });
        await page.goto(belgrano[service] + path);
        assert.equal(await page.evaluate(() => document.documentElement.lang.slice(0, 2)), TAGS[locale], path);
        await page.evaluate(async () => void (await document.fonts.ready));
        await page.evaluate(unfold);
        for (const width of WIDTHS) {
          await page.setViewportSize({ width, height: 740 });
          found.push(...(await page.evaluate(broken)).map((one) => `${path} at ${width}: ${one}`));
        }
      }
      assert.ok(found.length === 0, `\n${found.join("\n")}`);
      await context.close();
    });
  }
}

test("every page there is a way to is visited", async () => {
  const world = { order: "n", driver: { id: "n" }, pack: "n", tracking: "/seguimiento/n" };
  for (const [service, folder] of [["shop", "shop"], ["board", "tickets"]]) {
    const visited = VISITS.filter(([, at]) => at === service).flatMap(([, , , paths]) => paths(world)).map((path) => path.split("?")[0].split("/"));
    const routes = await readFile(new URL(`../../${folder}/src/pages/mod.rs`, import.meta.url), "utf8");
    const pages = [...routes.matchAll(/\.route\(\s*"([^"]+)",\s*get\(/g)].map(([, path]) => path).filter((path) => !path.endsWith(".csv"));
    assert.ok(pages.length > 10, `${pages}`);
    const fits = (route, path) => route.length === path.length && route.every((part, at) => part.startsWith("{") || part === path[at]);
    // The first page of the board leads on to that of whoever asks, one to another service, and one away from who has shown no password:
    // second-factor.test.mjs looks at it.
    const leadsOn = (page) => page === "/insights" || page === "/ingresar/codigo" || (service === "board" && page === "/");
    const missed = pages.filter((page) => !leadsOn(page) && !visited.some((path) => fits(page.split("/"), path)));
    assert.deepEqual(missed, [], service);
  }
});

test("what people paste is broken rather than wider than the screen, and nothing but that", PATIENCE, async () => {
  const { page, context } = await visitor(browser, { ...PHONE, viewport: { width: 320, height: 740 } });
  await page.goto(belgrano.shop + "/_estilo");
  const wide = await page.evaluate(() => {
    const pasted = "w".repeat(300);
    const main = document.querySelector("main");
    for (const tag of ["p", "li", "h1", "h2", "h3"]) main.append(Object.assign(document.createElement(tag), { textContent: pasted }));
    return document.scrollingElement.scrollWidth;
  });
  assert.equal(wide, 320);
  await context.close();
});
