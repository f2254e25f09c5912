// A working afternoon for the pages to show: customers with orders in every state, drivers on their way.

import assert from "node:assert/strict";

import { ADMIN, cookiesOf, logIn, until } from "./harness.mjs";

export const CUSTOMER = {
  nombre: "Ana", apellido: "Paz", email: "ana@cliente.test", password: "clave-de-ana-1", telefono: "+54 11 5555 0101",
  direccion: "Av. Cabildo 2040",
};
export const MERCHANT = {
  ...CUSTOMER, email: "comercio@cliente.test", rol: "comerciante", nombre_negocio: "Kiosco Ana", cuit: "20-12345678-6",
};
export const DRIVER = { nombre: "Rosa Quiroga", email: "rosa@belgrano.test", password: "clave-de-rosa-1", telefono: "+54 11 5555 0201" };
export const COLLEAGUE = { nombre: "Beto Luna", email: "beto@belgrano.test", password: "clave-de-beto-1", telefono: "+54 11 5555 0204" };
const COLLEAGUES = [
  { nombre: "Julián Sosa", email: "julian@belgrano.test", password: "clave-de-julian-1", telefono: "+54 11 5555 0202" },
  { nombre: "Mirta Ledesma", email: "mirta@belgrano.test", password: "clave-de-mirta-1", telefono: "+54 11 5555 0203" },
];
/** A picture of one pixel: what proves a delivery where that is asked for. */
const PICTURE = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==";
/** Where each driver is, in the order of the drivers. */
const PLACES = [[-34.5612, -58.4561], [-34.5747, -58.4521], [-34.5895, -58.4305]];
/** `[name, surname, address, barrio, lat, lng]` */
const NEIGHBOURS = [
  ["Bruno", "Ferreyra", "Juramento 2211, 4.º B", "Belgrano", -34.5623, -58.4571],
  ["Carla", "Núñez", "Av. Congreso 3120", "Núñez", -34.5552, -58.4702],
  ["Dante", "Ojeda", "Zapata 380, timbre 3", "Colegiales", -34.5721, -58.4467],
  ["Elena", "Roldán", "Honduras 4620", "Palermo", -34.5913, -58.4262],
  ["Franco", "Medina", "Echeverría 1830", "Belgrano", -34.5601, -58.4497],
  ["Graciela", "Toledo", "Manuel Ugarte 1750", "Núñez", -34.5541, -58.4572],
  ["Hugo", "Benítez", "Av. Federico Lacroze 2405", "Colegiales", -34.5689, -58.4452],
  ["Inés", "Carrizo", "Gorriti 5205", "Palermo", -34.5884, -58.4303],
];

/** Makes all of it and gives what the pages are asked for. */
export async function afternoon(belgrano) {
  const admin = await logIn(belgrano.board, ADMIN);
  const drivers = [];
  for (const account of [DRIVER, ...COLLEAGUES]) {
    const { id } = await admin("POST", "/api/usuarios", { ...account, rol: "flota" });
    const phone = await logIn(belgrano.board, account);
    await phone("POST", "/api/repartidores/yo/turno", { activo: true });
    const [lat, lng] = PLACES[drivers.length];
    await phone("POST", "/api/repartidores/yo/posicion", { lat, lng, ocurrido: new Date().toISOString() });
    drivers.push({ id, phone });
  }

  const shopkeeper = await logIn(belgrano.shop, ADMIN);
  await shopkeeper("PATCH", "/api/productos/1", { costo: 2950, punto_pedido: 130, plazo_dias: 3 });
  await shopkeeper("POST", "/api/productos/1/movimientos", { tipo: "recepcion", cantidad: 24, motivo: "Remito 0001-00004512" });
  const numbers = [];
  for (const [index, [nombre, apellido, direccion, barrio, lat, lng]] of NEIGHBOURS.entries()) {
    const account = { nombre, apellido, direccion, email: `vecino${index}@cliente.test`, password: "clave-de-vecino-1", telefono: `+54 11 5555 03${10 + index}` };
    await register(belgrano, account);
    const neighbour = await logIn(belgrano.shop, account);
    numbers.push(await orders(neighbour, { barrio, lat, lng }, [[1 + index, 1 + (index % 3)], [9 + index, 2]]));
  }
  await register(belgrano, CUSTOMER);
  await register(belgrano, MERCHANT);
  const customer = await logIn(belgrano.shop, CUSTOMER);
  const order = await orders(customer, { barrio: "Belgrano", lat: -34.5631, lng: -58.4583 }, [[1, 2]]);
  const received = await orders(customer, { barrio: "Belgrano" }, [[1, 1], [9, 2]]);
  await customer("PUT", "/api/carrito/2", { cantidad: 3 });
  await customer("PUT", "/api/carrito/5", { cantidad: 1 });
  const merchant = await logIn(belgrano.shop, MERCHANT);
  const pantry = { nombre: "Reposición de la semana", frecuencia: "semanal", items: [{ producto_id: 1, cantidad: 6 }, { producto_id: 4, cantidad: 12 }] };
  const { id: pack } = await merchant("POST", "/api/paquetes", pantry);
  await merchant("POST", `/api/paquetes/${pack}/ejecutar`);
  await shopkeeper("POST", "/api/productos/1/movimientos", { tipo: "recuento", cantidad: 128, motivo: "Recuento del mes: dos paquetes rotos" });
  const tracking = await shares(belgrano, CUSTOMER, order);
  await arrived(admin, [...numbers, order, received]);

  const [rosa, julian, mirta] = drivers;
  await admin("POST", `/api/tickets/${order}/asignar`, { repartidor_id: rosa.id });
  await carry(admin, rosa, numbers[0], ["aceptado", "en_camino", "entregado"]);
  await carry(admin, rosa, received, ["aceptado", "en_camino", "entregado"]);
  await carry(admin, rosa, numbers[1], ["aceptado", "en_camino"]);
  await carry(admin, julian, numbers[2], ["aceptado", "en_camino", "fallido"]);
  await carry(admin, julian, numbers[3], ["aceptado"]);
  await carry(admin, mirta, numbers[4], []);
  await admin("PATCH", `/api/tickets/${numbers[5]}`, { prioridad: "urgente" });
  const [nombre] = NEIGHBOURS[0];
  const neighbour = await logIn(belgrano.shop, { email: "vecino0@cliente.test", password: "clave-de-vecino-1" });
  await reaches(neighbour, numbers[0], "entregado");
  await reaches(customer, received, "entregado");
  const said = { estrellas: 4, texto: `Fresca y bien envasada.\nLa vuelvo a pedir. — ${nombre}` };
  await neighbour("POST", `/api/pedidos/${numbers[0]}/resenas`, { productos: [{ producto_id: 1, ...said }], entrega: { estrellas: 5 } });
  return { order, received, driver: rosa, pack, tracking };
}

/** Until the board has them all. */
export const arrived = (admin, numbers) =>
  until(`${numbers} on the board`, async () => {
    const { tickets } = await admin("GET", "/api/tickets?limit=100");
    return numbers.every((number) => tickets.some((ticket) => ticket.numero === number));
  });

/** The ticket, once it is all of `what`. */
export const becomes = (admin, number, what) =>
  until(`${number} as ${JSON.stringify(what)}`, async () => {
    const ticket = await admin("GET", `/api/tickets/${number}`);
    return Object.entries(what).every(([name, value]) => ticket[name] === value) && ticket;
  });

/** A ticket that was given to the driver with this id, at an address with its number. */
export async function given(admin, id, number) {
  const productos = [{ nombre: "Yerba", cantidad: 1, precio: 1500 }];
  await admin("POST", "/api/tickets", { numero: number, cliente_nombre: "Ana", cliente_direccion: `Cabildo ${number}`, productos, total: 1500 });
  await admin("POST", `/api/tickets/${number}/asignar`, { repartidor_id: id });
}

export async function register({ shop }, account) {
  const body = JSON.stringify(account);
  const answer = await fetch(`${shop}/api/register`, { method: "POST", headers: { "content-type": "application/json" }, body });
  assert.equal(answer.status, 201, await answer.text());
}

/** Orders products, `[id, quantity]` each, and gives the order's number. */
export async function orders(customer, place, products) {
  const items = products.map(([producto_id, cantidad]) => ({ producto_id, cantidad }));
  const { numero } = await customer("POST", "/api/pedidos", { ...place, metodo_pago: "efectivo", items });
  return numero;
}

/** Until the shop has heard that an order of this customer's is in a state. */
export const reaches = (customer, number, estado) =>
  until(`${number} as ${estado}`, async () => (await customer("GET", `/api/pedidos/${number}`)).estado === estado);

export async function carry(admin, { id, phone }, number, states) {
  await admin("POST", `/api/tickets/${number}/asignar`, { repartidor_id: id });
  for (const estado of states) {
    const proofs = estado === "entregado" ? { foto: PICTURE, firma: PICTURE } : {};
    await phone("POST", `/api/tickets/${number}/estado`, { estado, motivo: estado === "fallido" ? "No había nadie" : undefined, ...proofs });
  }
}

/** Shares an order as its page does, and gives the path of the link. */
async function shares({ shop }, account, number) {
  const headers = { cookie: await cookiesOf(shop, account), origin: shop };
  const shared = await fetch(`${shop}/pedidos/${number}/compartir`, { method: "POST", headers });
  const [path] = (await shared.text()).match(/\/seguimiento\/[\w-]+/) ?? [];
  assert.ok(path, `${number} is not shared`);
  return path;
}
