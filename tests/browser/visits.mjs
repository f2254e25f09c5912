// Every page of both services, by who sees it: `[who, service, account, paths(world)]`, with what `afternoon` of world.mjs made.

import { ADMIN } from "./harness.mjs";
import { CUSTOMER, DRIVER, MERCHANT } from "./world.mjs";

export const VISITS = [
  ["anybody", "shop", null, ({ tracking }) => [
    "/", "/productos", "/productos?q=nadadenada", "/productos/1", "/carrito", "/ingresar", "/registro", "/registro/comercio",
    "/recuperar", "/recuperar/codigo", "/sin-conexion", "/_estilo", "/no-existe", tracking,
  ]],
  ["customer", "shop", CUSTOMER, ({ order, received }) => ["/carrito", "/finalizar", "/pedidos", `/pedidos/${order}`, `/pedidos/${order}/repetir`, `/pedidos/${order}/cancelar`, `/pedidos/${received}/resena`, "/perfil", "/perfil/clave", "/perfil/segundo-factor", "/perfil/borrar", "/perfil/borrar/seguro", "/avisos"]],
  ["merchant", "shop", MERCHANT, ({ pack }) => ["/comercio", "/paquetes", "/paquetes/nuevo", `/paquetes/${pack}`, `/paquetes/${pack}/ejecutar`]],
  ["shop-admin", "shop", ADMIN, () => [
    "/envios", "/envios?estado=entregado", "/envios/1", "/avisos/envios", "/administrar/productos", "/administrar/productos?estado=pausados", "/administrar/visitas",
    "/administrar/productos/1", "/administrar/comercios", "/administrar/resenas", "/seguridad", "/administrar/clientes", "/administrar/clientes?ids=2,3", "/administrar/clientes/2", "/administrar/clientes/2/borrar", "/administrar/segundo-factor",
  ]],
  ["anybody", "board", null, () => ["/ingresar", "/sin-conexion", "/_estilo"]],
  ["admin", "board", ADMIN, ({ order, driver }) => [
    "/tablero", "/tablero?vista=estados", "/tickets", `/tickets/${order}`, "/flota", `/flota/${driver.id}`, "/reportes", "/usuarios",
    `/usuarios/${driver.id}`, "/ajustes", "/seguridad", "/avisos/envios", "/clave", "/clave/segundo-factor",
  ]],
  ["driver", "board", DRIVER, () => ["/reparto", "/clave", "/clave/segundo-factor"]],
];
