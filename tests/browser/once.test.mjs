// Nothing is done twice: every form that changes something is pressed twice as fast as a finger can, sent again as it was, and
// met again on the way back. A row of the table is a form; a new form belongs here.

import assert from "node:assert/strict";
import { createECDH, randomBytes } from "node:crypto";
import { createServer, request } from "node:http";
import { after, before, test } from "node:test";

import { ADMIN, DESKTOP, PATIENCE, cookiesOf, logIn, start, until, visitor } from "./harness.mjs";
import { CUSTOMER, DRIVER, MERCHANT, register } from "./world.mjs";

let belgrano, browser, stop, shopAdmin, board, customer, merchant, driver, intake, push;
/** Each with the service they use and who they are there. */
const people = {};
const SPARE = "aparte@belgrano.test";
/** The spare account's password, by service. */
const spare = {};

before(async () => {
  [intake, push] = await Promise.all([aDoor(), aDoor()]);
  ({ belgrano, browser, stop } = await start({ INTAKE: "open", LOGIN_TRIES: "1000", LOGIN_TRIES_WIDE: "1000", TICKETERA_URL: intake.origin, PUSH_LOOPBACK: "true" }));
  intake.leadsTo(belgrano.board);
  for (const account of [CUSTOMER, MERCHANT]) await register(belgrano, account);
  [shopAdmin, board, customer, merchant] = await Promise.all([logIn(belgrano.shop, ADMIN), logIn(belgrano.board, ADMIN), logIn(belgrano.shop, CUSTOMER), logIn(belgrano.shop, MERCHANT)]);
  ({ id: driver } = await board("POST", "/api/usuarios", { ...DRIVER, rol: "flota" }));
  const phone = await logIn(belgrano.board, DRIVER);
  await phone("POST", "/api/repartidores/yo/turno", { activo: true });
  for (const [who, service, account] of [["customer", "shop", CUSTOMER], ["merchant", "shop", MERCHANT], ["shopkeeper", "shop", ADMIN], ["dispatcher", "board", ADMIN], ["driver", "board", DRIVER]]) {
    people[who] = { origin: belgrano[service], cookie: await cookiesOf(belgrano[service], account) };
  }
  people.anybody = { origin: belgrano.shop, cookie: "" };
  // Whose passwords and sessions are changed here: nobody else's tests go on with them.
  await register(belgrano, { ...CUSTOMER, email: SPARE });
  await board("POST", "/api/usuarios", { ...DRIVER, email: SPARE, rol: "flota" });
  for (const service of ["shop", "board"]) {
    const password = service === "shop" ? CUSTOMER.password : DRIVER.password;
    spare[service] = password;
    people[`spare of the ${service}`] = { origin: belgrano[service], cookie: await cookiesOf(belgrano[service], { email: SPARE, password }) };
  }
}, PATIENCE);

after(async () => {
  await stop?.();
  for (const door of [intake, push]) door?.close();
});

/**
 * A door that lets in whatever is posted, refuses it for good (`shut(true)`), and counts what it let in (that has `text` in it). It leads to a service
 * (`leadsTo`), or whatever comes has arrived.
 */
async function aDoor() {
  let [isShut, port] = [false, null];
  const taken = [];
  const server = createServer((near, answer) => {
    if (isShut) {
      // As the board refuses: a problem document of its own, about this very message.
      const refusal = { type: "urn:belgrano:problema:datos-invalidos", status: 422, detail: "No.", mensaje_id: near.headers["webhook-id"] };
      return near.resume().on("end", () => answer.writeHead(422, { "content-type": "application/problem+json" }).end(JSON.stringify(refusal)));
    }
    const parts = [];
    near.on("data", (part) => parts.push(part)).on("end", () => taken.push(Buffer.concat(parts).toString()));
    if (!port) return near.resume().on("end", () => answer.writeHead(201).end());
    const { method, url: path, headers } = near;
    const far = request({ port, host: "127.0.0.1", method, path, headers }, (from) => from.pipe(answer.writeHead(from.statusCode, from.headers)));
    near.pipe(far.on("error", () => answer.destroy()));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    origin: `http://127.0.0.1:${server.address().port}`,
    leadsTo: (url) => (port = new URL(url).port),
    shut: (now) => (isShut = now),
    count: (text = "") => taken.filter((body) => body.includes(text)).length,
    close: () => (server.closeAllConnections(), server.close()),
  };
}

let made = 0;
/** A ticket on the board; `given` to the driver. */
async function ticket({ given = false, states = [] } = {}) {
  made += 1;
  const number = `BA-UNA-VEZ-${made}`;
  await board("POST", "/api/tickets", { numero: number, cliente_nombre: "Ana", cliente_direccion: "Av. Cabildo 2040", productos: ["Yerba x2"], total: 1500 });
  if (given) await board("POST", `/api/tickets/${number}/asignar`, { repartidor_id: driver });
  for (const estado of states) await board("POST", `/api/tickets/${number}/estado`, { estado });
  return number;
}
const logsIn = (origin, email, password) =>
  fetch(`${origin}/api/login`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ email, password }) });
const version = async (number) => (await board("GET", `/api/tickets/${number}`)).version;
const orders = async (who) => (await who("GET", "/api/pedidos?limit=100")).pedidos.length;
const product = async (id) => (await shopAdmin("GET", "/api/productos?limit=100")).productos.find((one) => one.id === id);

const placed = async () => (await customer("POST", "/api/pedidos", { direccion: "Av. Cabildo 2040", items: [{ producto_id: 1, cantidad: 1 }] })).numero;
const messages = async (number) => (await shopAdmin("GET", "/api/outbox?limit=100")).mensajes.filter((message) => message.numero === number);

/** An order that the board refused; from now on it takes what comes. */
async function refusedOrder() {
  intake.shut(true);
  const number = await placed();
  await until(`${number} refused`, async () => (await messages(number))[0]?.estado === "muerto");
  intake.shut(false);
  return { number, path: "/envios" };
}

/** A notice of an offer that the driver's push service refused; from now on it takes what comes. */
async function refusedNotice() {
  const key = createECDH("prime256v1");
  const keys = { p256dh: key.generateKeys("base64url"), auth: randomBytes(16).toString("base64url") };
  const phone = await logIn(belgrano.board, DRIVER);
  await phone("POST", "/api/avisos", { endpoint: `${push.origin}/rosa`, keys });
  push.shut(true);
  const number = await ticket({ given: true });
  await until(`a refused notice of ${number}`, async () => (await board("GET", "/api/avisos/envios")).avisos.some((one) => one.numero === number && one.estado === "muerto"));
  push.shut(false);
  return { number, path: "/avisos/envios" };
}

/**
 * `prepare` gives the path of the page (and what `count` needs), `fill` types, `button` is pressed, `count` says how often it
 * was done, `times` how often that is after any number of presses, `ends` what is on the page then.
 */
const FORMS = [
  {
    what: "somebody is registered", who: "anybody", prepare: async () => ({ path: "/registro", number: `uno${(made += 1)}@cliente.test` }), button: "Crear la cuenta",
    fill: async (page, { number }) => {
      await page.getByLabel("Nombre").fill("Uno");
      await page.getByLabel("Correo").fill(number);
      await page.getByLabel("Contraseña").fill("clave-de-uno-1");
    },
    count: async (email) => Number((await logsIn(belgrano.shop, email, "clave-de-uno-1")).ok),
    ends: (page) => page.getByRole("button", { name: "Salir" }).waitFor({ state: "attached" }),
  },
  {
    what: "a product is put into the cart", who: "customer", prepare: async () => ({ path: "/productos/2" }), button: "Agregar al carrito", stays: true,
    count: async () => (await customer("GET", "/api/carrito")).items.find((item) => item.producto_id === 2)?.cantidad ?? 0,
  },
  {
    what: "an order is cancelled", who: "customer", button: "Sí, cancelarlo",
    prepare: async () => { const { number, path } = await anOrder(); return { number, path: `${path}/cancelar` }; },
    count: async (number) => (await messages(number)).length,
  },
  { what: "a message that was refused is sent again", who: "shopkeeper", prepare: refusedOrder, button: /^Mandar de nuevo BA-/, count: (number) => intake.count(number) },
  { what: "a notice that was refused is sent again", who: "dispatcher", prepare: refusedNotice, button: "Mandar otra vez", count: () => push.count() },
  {
    what: "chosen tickets get another priority", who: "dispatcher", prepare: async () => ({ ...(await aTicket({})), path: "/tablero" }), count: version, stays: true,
    fill: async (page, { number }) => {
      await page.locator(`[data-key="${number}"]`).getByRole("checkbox").check();
      await page.locator("#lote [name=prioridad]").selectOption("urgente");
    },
    button: (page) => page.locator("#lote button[value=prioridad]"),
  },
  { what: "an order is placed", who: "customer", prepare: async () => (await customer("PUT", "/api/carrito/1", { cantidad: 1 }), { path: "/finalizar" }), button: "Confirmar el pedido", count: () => orders(customer) },
  {
    what: "an order is repeated", who: "customer",
    prepare: async () => ({ path: `/pedidos/${(await customer("GET", "/api/pedidos")).pedidos[0].numero}/repetir` }), button: /^Pedir por/, count: () => orders(customer),
  },
  {
    what: "a package is made", who: "merchant", prepare: async () => ({ path: "/paquetes/nuevo" }), button: "Guardar el paquete", script: false,
    fill: async (page) => {
      await page.getByLabel("Nombre del paquete").fill("Meriendas");
      await page.getByLabel("Producto 1", { exact: true }).selectOption({ index: 1 });
      await page.getByLabel("Cantidad del producto 1").fill("4");
    },
    count: async () => (await merchant("GET", "/api/paquetes")).paquetes.length,
  },
  {
    what: "a package is ordered now", who: "merchant", button: /^Pedir por/, count: () => orders(merchant),
    prepare: async () => ({ path: `/paquetes/${(await merchant("POST", "/api/paquetes", { nombre: "Semana", frecuencia: "semanal", items: [{ producto_id: 1, cantidad: 1 }] })).id}/ejecutar` }),
  },
  {
    what: "stock is changed", who: "shopkeeper", prepare: async () => ({ path: "/administrar/productos" }), button: /^Guardar Yerba mate 1 kg/,
    fill: async (page) => page.locator("#stock-1").fill(String((await product(1)).stock + 7)), count: async () => (await product(1)).stock, times: 7,
  },
  {
    what: "goods come in", who: "shopkeeper", prepare: async () => ({ path: "/administrar/productos/3" }), button: "Anotar", times: 5,
    fill: async (page) => {
      await page.getByLabel("Qué pasó").selectOption("recepcion");
      await page.getByLabel("Cantidad").fill("5");
      await page.getByLabel("Motivo").fill("Remito 7");
    },
    count: async () => (await product(3)).stock,
  },
  { what: "a ticket is assigned", who: "dispatcher", prepare: async () => aTicket({}), fill: (page) => page.locator("#asignar select").selectOption(String(driver)), button: "Asignar", count: version },
  { what: "a ticket is taken back", who: "dispatcher", prepare: async () => aTicket({ given: true }), button: "Desasignar", count: version },
  { what: "a change is undone", who: "dispatcher", prepare: async () => aTicket({ given: true }), button: /^Deshacer/, count: version },
  {
    what: "a state is changed by hand", who: "dispatcher", prepare: async () => aTicket({ given: true }), button: "Cambiar", count: version,
    fill: async (page) => {
      await page.locator("summary", { hasText: "Cambiar el estado a mano" }).click();
      await page.locator("select[name=estado]").selectOption("aceptado");
    },
  },
  {
    what: "a ticket is edited", who: "dispatcher", prepare: async () => aTicket({}), button: "Guardar", count: version,
    fill: (page) => page.getByRole("textbox", { name: /^Indicaciones/ }).fill("Timbre 2B"),
  },
  {
    what: "a driver accepts", who: "driver", prepare: async () => ({ ...(await aTicket({ given: true })), path: "/reparto" }), count: version,
    button: (page, { number }) => page.locator(`[data-key="${number}"]`).getByRole("button", { name: "Aceptar" }), stays: true,
  },
  {
    what: "a driver delivers", who: "driver", prepare: async () => ({ ...(await aTicket({ given: true, states: ["aceptado", "en-camino"] })), path: "/reparto" }), count: version,
    button: (page, { number }) => page.locator(`[data-key="${number}"]`).getByRole("button", { name: "Entregado" }), stays: true,
  },
  {
    what: "a customer is erased by an administrator", who: "shopkeeper", button: "Borrarla para siempre",
    prepare: async () => {
      const email = `llama${(made += 1)}@cliente.test`;
      await register(belgrano, { ...CUSTOMER, email });
      const { id } = await (await logIn(belgrano.shop, { email, password: CUSTOMER.password }))("GET", "/api/me");
      return { path: `/administrar/clientes/${id}/borrar`, number: email };
    },
    fill: (page, { number }) => page.getByLabel("Correo de la cuenta").fill(number),
    count: async (email) => Number((await logsIn(belgrano.shop, email, CUSTOMER.password)).status === 401),
  },
  ...[["a user is made", "/usuarios"], ["a driver is made", "/flota"]].map(([what, path]) => ({
    what, who: "dispatcher", prepare: async () => ({ path }), button: (page) => page.locator(`form.form[action="${path}"] button.primary`),
    fill: async (page) => {
      made += 1;
      await page.getByLabel("Nombre", { exact: true }).fill("Beto Luna");
      await page.getByLabel("Correo").fill(`beto${made}@belgrano.test`);
      await page.getByLabel("Contraseña").fill("clave-de-beto-1");
    },
    count: async () => (await board("GET", "/api/usuarios?limit=100")).usuarios.length,
  })),
];

/** Forms about what is one's own, of a service. */
const own = (service, path) => [
  {
    what: `a password of the ${service} is changed`, who: `spare of the ${service}`, button: "Cambiar", stays: true,
    prepare: async () => ({ path, number: `otra-clave-larga-${(made += 1)}` }),
    fill: async (page, { number }) => {
      await page.getByLabel("Contraseña actual").fill(spare[service]);
      await page.getByLabel("Contraseña nueva").fill(number);
      spare[service] = number;
    },
    count: async (password) => Number((await logsIn(belgrano[service], SPARE, password)).ok),
  },
  {
    what: `other sessions of the ${service} are ended`, who: `spare of the ${service}`, button: "Terminar las otras", stays: true,
    prepare: async () => ({ path, number: await cookiesOf(belgrano[service], { email: SPARE, password: spare[service] }) }),
    count: async (cookie) => Number((await fetch(`${belgrano[service]}/api/me`, { headers: { cookie } })).status === 401),
  },
  {
    // The one that was opened last is the first of the list.
    what: `one session of the ${service} is ended`, who: `spare of the ${service}`, button: /^Terminarla/, stays: true,
    prepare: async () => ({ path, number: await cookiesOf(belgrano[service], { email: SPARE, password: spare[service] }) }),
    count: async (cookie) => Number((await fetch(`${belgrano[service]}/api/me`, { headers: { cookie } })).status === 401),
  },
];
FORMS.push(...own("shop", "/perfil/clave"), ...own("board", "/clave"));

async function anOrder() {
  const number = await placed();
  return { number, path: `/pedidos/${number}` };
}

async function aTicket(options) {
  const number = await ticket(options);
  return { number, path: `/tickets/${number}` };
}

/** Reloads, also while the answer to the second press is still coming in between. */
const reloaded = (page) => until(`a reload of ${page.url()}`, () => page.reload().then(() => true, () => false));

for (const form of FORMS) {
  for (const script of form.script === false ? [false] : [true, false]) {
    test(`${form.what} once, ${script ? "with" : "without"} script`, PATIENCE, async () => {
      const { origin, cookie } = people[form.who];
      const { page, context } = await visitor(browser, { ...DESKTOP, javaScriptEnabled: script });
      if (cookie) await context.addCookies(cookie.split("; ").map((pair) => ({ name: pair.split("=")[0], value: pair.slice(pair.indexOf("=") + 1), url: origin })));
      const made = await form.prepare();
      await page.goto(origin + made.path);
      await form.fill?.(page, made);
      const before = await form.count(made.number);
      const sent = [];
      page.on("request", (request) => request.method() === "POST" && sent.push(request));
      const button = typeof form.button === "function" ? form.button(page, made) : page.locator("main").getByRole("button", { name: form.button }).first();
      await button.dblclick();
      const times = async () => (await form.count(made.number)) - before;
      await until(form.what, times);
      // The board may have it before the browser's word of the request is here.
      const ours = () => sent.filter((request) => request.url().startsWith(origin));
      await until(`${form.what}: its request`, async () => ours().length);
      await Promise.all(sent.map((one) => one.response().catch(() => null)));
      if (!(form.stays && script)) await page.waitForLoadState();
      assert.equal(await times(), form.times ?? 1, "pressed twice");
      await form.ends?.(page);
      // The same again, as a proxy or a browser that was interrupted repeats it.
      const [first] = ours();
      const headers = { ...(await first.allHeaders()), cookie, origin };
      for (const name of ["host", "connection", "content-length", "accept-encoding"]) delete headers[name];
      await Promise.all([1, 2].map(() => fetch(first.url(), { method: "POST", redirect: "manual", headers, body: first.postData() })));
      assert.equal(await times(), form.times ?? 1, "sent again");
      await reloaded(page);
      await page.goBack().catch(() => {});
      await page.goForward().catch(() => {});
      assert.equal(await times(), form.times ?? 1, "reloaded, back and forth");
      await context.close();
    });
  }
}
