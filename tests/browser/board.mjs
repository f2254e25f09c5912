// A board with two drivers on shift and a dispatcher who looks at it, for the tests of what dispatchers do.

import { ADMIN, DESKTOP, enters, logIn, start, visitor } from "./harness.mjs";
import { becomes as awaited } from "./world.mjs";

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
  async function works(account, screen) {
    const somebody = await visitor(browser, screen);
    await enters(somebody.page, belgrano.board, account);
    await live(somebody.page);
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
  const becomes = (number, what) => awaited(api, number, what);

  for (const name of ["Rosa Quiroga", "Beto Luna"]) await hires(name);
  const dispatcher = await works(ADMIN, DESKTOP);
  return { belgrano, browser, stop, api, drivers, dispatcher, hires, works, order, ticket, becomes };
}
