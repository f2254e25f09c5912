// A board with two drivers on shift and a dispatcher who looks at it, for the tests of what dispatchers do.

import { ADMIN, DESKTOP, logIn, start, visitor } from "./harness.mjs";

export const SECOND = { nombre: "Marta Sosa", email: "marta@belgrano.test", password: "clave-de-marta-1" };

export const live = (page) => page.locator("[data-live-status][data-state=live]").waitFor();
export const card = (page, number) => page.locator(`[data-key="${number}"]`);
export const column = (page, key) => page.locator(`[data-column="${key}"]`);
export const toast = (page, text) => page.locator(".toast", { hasText: text });

/** Makes it, with what its tests do behind the pages. */
export async function openBoard() {
  const { belgrano, browser, stop } = await start({ INTAKE: "open", LATE_AFTER: "3600" });
  const api = await logIn(belgrano.board, ADMIN);
  await api("POST", "/api/usuarios", { ...SECOND, rol: "admin" });
  const drivers = {};

  /** Somebody who delivers, `drivers` has the id by the first name. */
  async function hires(nombre, { capacidad = 40, en_turno = true } = {}) {
    const [first] = nombre.split(" ");
    const account = { nombre, email: `${first.toLowerCase()}@belgrano.test`, password: "clave-de-reparto", telefono: "+54 11 5555 0101", capacidad };
    const { id } = await api("POST", "/api/repartidores", account);
    if (en_turno) await api("PATCH", `/api/repartidores/${id}`, { en_turno });
    return (drivers[first] = id);
  }

  /** Somebody at the board. */
  async function enters({ email, password }, screen) {
    const somebody = await visitor(browser, screen);
    const { page } = somebody;
    await page.goto(`${belgrano.board}/ingresar`);
    await page.getByLabel("Correo").fill(email);
    await page.getByLabel("Contraseña").fill(password);
    await page.getByRole("button", { name: "Ingresar" }).click();
    await page.waitForURL("**/tablero");
    await live(page);
    return somebody;
  }

  /** An order that has just come in, or some minutes ago. */
  async function order(numero, { minutes = 0, ...more } = {}) {
    const lines = [{ nombre: "Yerba 1 kg", cantidad: 2, precio: 1500, subtotal: 3000 }];
    const fecha_creacion = new Date(Date.now() - minutes * 60_000).toISOString();
    const address = { cliente_direccion: "Av. Cabildo 2040", barrio: "Núñez", cliente_telefono: "+54 11 5555 0101" };
    await api("POST", "/api/tickets", { numero, cliente_nombre: "Ana Díaz", productos: lines, total: 3000, fecha_creacion, ...address, ...more });
  }

  const ticket = (number) => api("GET", `/api/tickets/${number}`);

  /** Waits until a ticket is so. */
  async function becomes(number, what) {
    for (;;) {
      const found = await ticket(number);
      if (Object.entries(what).every(([name, value]) => found[name] === value)) return found;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  for (const name of ["Rosa Quiroga", "Beto Luna"]) await hires(name);
  const dispatcher = await enters(ADMIN, DESKTOP);
  return { belgrano, browser, stop, api, drivers, dispatcher, hires, enters, order, ticket, becomes };
}
