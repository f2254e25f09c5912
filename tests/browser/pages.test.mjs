// Every page of both services, on a phone and on a desktop: no violation, nothing wider than the screen, nothing foreign.
// `SCREENSHOTS=DIR node --test tests/browser/pages.test.mjs` keeps a picture of each.

import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { after, before, test } from "node:test";

import { ADMIN, DESKTOP, PATIENCE, PHONE, isClean, logIn, start, visitor } from "./harness.mjs";

const { SCREENSHOTS } = process.env;
const CUSTOMER = { nombre: "Ana", apellido: "Paz", email: "ana@cliente.test", password: "clave-de-ana-1", direccion: "Av. Cabildo 2040" };
const MERCHANT = {
  ...CUSTOMER, email: "comercio@cliente.test", rol: "comerciante", nombre_negocio: "Kiosco Ana", cuit: "20-12345678-6",
};
const DRIVER = { nombre: "Rosa Quiroga", email: "rosa@belgrano.test", password: "clave-de-rosa-1" };
let belgrano, browser, stop, order, driver;

before(async () => {
  if (SCREENSHOTS) await mkdir(SCREENSHOTS, { recursive: true });
  ({ belgrano, browser, stop } = await start());
  for (const account of [CUSTOMER, MERCHANT]) {
    const body = JSON.stringify(account);
    const answer = await fetch(`${belgrano.shop}/api/register`, { method: "POST", headers: { "content-type": "application/json" }, body });
    assert.equal(answer.status, 201, await answer.text());
  }
  const customer = await logIn(belgrano.shop, CUSTOMER);
  ({ numero: order } = await customer("POST", "/api/pedidos", { metodo_pago: "efectivo", items: [{ producto_id: 1, cantidad: 2 }] }));
  await customer("PUT", "/api/carrito/2", { cantidad: 3 });
  const admin = await logIn(belgrano.board, ADMIN);
  driver = await admin("POST", "/api/usuarios", { ...DRIVER, rol: "flota" });
  while (!(await fetchTicket(admin))) await new Promise((resolve) => setTimeout(resolve, 50));
  await admin("POST", `/api/tickets/${order}/asignar`, { repartidor_id: driver.id });
}, PATIENCE);

/** The ticket of the order, once it has arrived. */
async function fetchTicket(admin) {
  const { tickets } = await admin("GET", "/api/tickets");
  return tickets.find((ticket) => ticket.numero === order);
}

after(() => stop?.());

const VISITS = [
  ["anybody", "shop", null, () => [
    "/", "/productos", "/productos?q=nadadenada", "/productos/1", "/carrito", "/ingresar", "/registro", "/registro/comercio",
    "/recuperar", "/recuperar/codigo", "/sin-conexion", "/_estilo", "/no-existe",
  ]],
  ["customer", "shop", CUSTOMER, () => ["/carrito", "/finalizar", "/pedidos", `/pedidos/${order}`, "/perfil", "/perfil/clave"]],
  ["merchant", "shop", MERCHANT, () => ["/comercio", "/paquetes", "/paquetes/nuevo"]],
  ["shop-admin", "shop", ADMIN, () => ["/envios", "/envios/1"]],
  ["anybody", "board", null, () => ["/ingresar", "/sin-conexion", "/_estilo"]],
  ["admin", "board", ADMIN, () => [
    "/tablero", "/tablero?vista=estados", "/tickets", `/tickets/${order}`, "/flota", `/flota/${driver.id}`, "/reportes", "/usuarios",
    `/usuarios/${driver.id}`, "/ajustes",
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
          const name = path.replace(order, "pedido").replaceAll(/[^\w-]+/g, "-");
          await page.screenshot({ path: `${SCREENSHOTS}/${service}-${who}${name}-${screen}.png`, fullPage: true });
        }
      }
      await context.close();
    });
  }
}
