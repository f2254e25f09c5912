// Every page of both services, on a phone and on a desktop: no violation, nothing wider than the screen, nothing foreign.
// With `SCREENSHOTS=DIR` it keeps a picture of each (scripts/screenshots).

import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { after, before, test } from "node:test";

import { ADMIN, DESKTOP, PATIENCE, PHONE, isClean, start, visitor } from "./harness.mjs";
import { CUSTOMER, DRIVER, MERCHANT, afternoon } from "./world.mjs";

const { SCREENSHOTS } = process.env;
let belgrano, browser, stop, order, driver, pack, tracking;

before(async () => {
  if (SCREENSHOTS) await mkdir(SCREENSHOTS, { recursive: true });
  ({ belgrano, browser, stop } = await start());
  ({ order, driver, pack, tracking } = await afternoon(belgrano));
}, PATIENCE);

after(() => stop?.());

const VISITS = [
  ["anybody", "shop", null, () => [
    "/", "/productos", "/productos?q=nadadenada", "/productos/1", "/carrito", "/ingresar", "/registro", "/registro/comercio",
    "/recuperar", "/recuperar/codigo", "/sin-conexion", "/_estilo", "/no-existe", tracking,
  ]],
  ["customer", "shop", CUSTOMER, () => ["/carrito", "/finalizar", "/pedidos", `/pedidos/${order}`, "/perfil", "/perfil/clave", "/avisos"]],
  ["merchant", "shop", MERCHANT, () => ["/comercio", "/paquetes", "/paquetes/nuevo", `/paquetes/${pack}`]],
  ["shop-admin", "shop", ADMIN, () => [
    "/envios", "/envios?estado=entregado", "/envios/1", "/avisos/envios", "/administrar/productos", "/administrar/productos?estado=pausados",
  ]],
  ["anybody", "board", null, () => ["/ingresar", "/sin-conexion", "/_estilo"]],
  ["admin", "board", ADMIN, () => [
    "/tablero", "/tablero?vista=estados", "/tickets", `/tickets/${order}`, "/flota", `/flota/${driver.id}`, "/reportes", "/usuarios",
    `/usuarios/${driver.id}`, "/ajustes", "/avisos/envios",
  ]],
  ["driver", "board", DRIVER, () => ["/reparto"]],
];

for (const [who, service, account, paths] of VISITS) {
  for (const [screen, options] of [["phone", PHONE], ["desktop", DESKTOP]]) {
    test(`${who} at the ${service} on a ${screen}`, PATIENCE, async () => {
      const somebody = await visitor(browser, options);
      const { page, context, complaints } = somebody;
      const origin = belgrano[service];
      if (account) {
        await page.goto(`${origin}/ingresar`);
        await page.getByLabel("Correo").fill(account.email);
        await page.getByLabel("Contraseña").fill(account.password);
        await Promise.all([page.waitForURL((url) => url.pathname !== "/ingresar"), page.getByRole("button", { name: "Ingresar" }).click()]);
      }
      for (const path of paths()) {
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
          const name = path.replace(order, "pedido").replace(/(?<=seguimiento.).+/, "clave").replaceAll(/\W+/g, "-").replace(/^-$/, "-home");
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
