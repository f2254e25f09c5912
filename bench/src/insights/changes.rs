//! Made-up changes as a shop's `GET /api/cambios` tells them: accounts, a catalog, orders with their lines, and a movement of
//! stock for each line. Written once, then handed out by number.

use std::fmt::Write as _;

use jiff::{SignedDuration, Timestamp};

use super::random::Random;
use crate::report::float;

const PRODUCTS: u64 = 1_500;
const BARRIOS: [&str; 12] = [
    "PALERMO",
    "RECOLETA",
    "BELGRANO",
    "CABALLITO",
    "FLORES",
    "ALMAGRO",
    "BOEDO",
    "SAAVEDRA",
    "NUÑEZ",
    "VILLA CRESPO",
    "MATADEROS",
    "LA BOCA",
];
const PAYMENTS: [&str; 4] = ["efectivo", "tarjeta", "transferencia", "mercadopago"];
const DEVICES: [&str; 4] = ["movil", "movil", "escritorio", "tablet"];
const ORIGINS: [&str; 5] = ["directo", "buscador", "red-social", "otro-sitio", "boletin"];
const CATEGORIES: [&str; 8] =
    ["Almacén", "Bebidas", "Lácteos", "Limpieza", "Perfumería", "Panadería", "Verdulería", "Congelados"];
/// Days over which the made-up history is spread.
const DAYS: i64 = 425;

/// A feed's changes by number: one after the other, from 1 on.
#[derive(Debug, Default)]
pub struct Log {
    text: Vec<u8>,
    /// Where in `text` each change ends; the place in the list is its number less one.
    ends: Vec<usize>,
}

impl Log {
    /// The number of the last one.
    pub fn last(&self) -> u64 {
        self.ends.len() as u64
    }

    /// At most `limit` changes after number `after`, as a JSON list, and the number of the last of them.
    pub fn page(&self, after: u64, limit: u64) -> (&[u8], u64) {
        let after = after.min(self.last());
        let last = self.last().min(after.saturating_add(limit));
        let place = |number: u64| {
            usize::try_from(number).ok().and_then(|n| n.checked_sub(1)).and_then(|n| self.ends.get(n).copied())
        };
        let (from, to) = (place(after).unwrap_or(0), place(last).unwrap_or(0));
        // Each begins with the comma that parts it from the one before.
        (self.text.get(from + 1..to).unwrap_or_default(), last)
    }

    /// Adds a change; `content` is the JSON of what it is of.
    pub fn push(&mut self, entity: &str, key: &str, at: Timestamp, content: &str) {
        let seq = self.last() + 1;
        let change =
            format!(r#",{{"seq":{seq},"entidad":"{entity}","clave":"{key}","en":"{at:.3}","dato":{content}}}"#);
        self.text.extend_from_slice(change.as_bytes());
        self.ends.push(self.text.len());
    }
}

/// Makes the changes of a shop.
#[derive(Debug)]
pub struct Shop {
    random: Random,
    accounts: u64,
    orders: u64,
    movements: u64,
}

impl Shop {
    /// A shop without orders.
    pub fn new(seed: u64) -> Self {
        Self { random: Random::new(seed), accounts: 0, orders: 0, movements: 0 }
    }

    /// Fills `log` up to `changes` changes: a catalog, then orders of the months before `now`, with their accounts and movements.
    pub fn history(&mut self, log: &mut Log, changes: u64, now: Timestamp) {
        self.catalog(log, now);
        let first = now - SignedDuration::from_hours(24 * DAYS);
        let span = float(u64::try_from(DAYS * 86_400).unwrap_or(0));
        let begun = log.last();
        while log.last() < changes {
            // The time goes with the number, as it does in a shop.
            let share = float(log.last() - begun) / float(changes - begun);
            let at = first + SignedDuration::from_secs_f64(span * share * 0.999);
            if self.accounts == 0 || self.random.below(5) == 0 {
                self.account(log, at);
            } else {
                self.order(log, at, "entregado");
            }
        }
    }

    /// How many orders the log tells of.
    pub fn orders(&self) -> u64 {
        self.orders
    }

    /// An order of now, with its movements and what is left of its products.
    pub fn live(&mut self, log: &mut Log, now: Timestamp) -> String {
        let products = self.order(log, now, "pendiente");
        for product in products {
            let content = self.product(product);
            log.push("producto", &product.to_string(), now, &content);
        }
        format!("BA-{}", self.orders)
    }

    fn catalog(&mut self, log: &mut Log, now: Timestamp) {
        for (id, name) in (1..).zip(["Ahorro", "Belgrano", "Centro"]) {
            let content = format!(r#"{{"id":{id},"slug":"n{id}","nombre":"{name}","activo":true}}"#);
            log.push("negocio", &id.to_string(), now, &content);
            let content = format!(
                r#"{{"id":{id},"negocio_id":{id},"nombre":"Sucursal {name}","direccion":"Av. Cabildo 2040","activa":true}}"#
            );
            log.push("sucursal", &id.to_string(), now, &content);
        }
        for (id, name) in (1..).zip(CATEGORIES) {
            let content = format!(r#"{{"id":{id},"slug":"c{id}","nombre":"{name}"}}"#);
            log.push("categoria", &id.to_string(), now, &content);
        }
        for id in 1..=PRODUCTS {
            let content = self.product(id);
            log.push("producto", &id.to_string(), now, &content);
        }
    }

    fn product(&mut self, id: u64) -> String {
        let (price, stock) = (price(id), self.random.below(400));
        let (business, category) = (id % 3 + 1, category(id) + 1);
        format!(
            r#"{{"id":{id},"nombre":"Producto {id}","negocio_id":{business},"categoria_id":{category},"precio":{price:.2},"precio_lista":{price:.2},"costo":{:.2},"stock":{stock},"punto_pedido":20,"plazo_dias":3,"activo":true,"destacado":false,"sucursales":[{business}]}}"#,
            price * 0.7
        )
    }

    fn account(&mut self, log: &mut Log, at: Timestamp) {
        self.accounts += 1;
        let id = self.accounts;
        let barrio = self.random.pick(&BARRIOS).copied().unwrap_or_default();
        let born = 1950 + self.random.below(55);
        let content = format!(
            r#"{{"id":{id},"rol":"cliente","plan":null,"creada":"{at:.3}","activa":true,"nombre":"Ana","apellido":"Díaz {id}","email":"ana{id}@medicion.example","telefono":"11 5555 {:04}","direccion":"Av. Cabildo {id}","barrio":"{barrio}","anio_nacimiento":{born},"nombre_negocio":null}}"#,
            id % 10_000
        );
        log.push("cuenta", &id.to_string(), at, &content);
    }

    /// An order and a movement for each line. The products it is of.
    fn order(&mut self, log: &mut Log, at: Timestamp, state: &str) -> Vec<u64> {
        self.orders += 1;
        let number = format!("BA-{}", self.orders);
        // As many known customers as there are accounts, the older ones more often.
        let account = 1 + self.random.skewed(self.accounts.max(1), 1.7);
        let (mut lines, mut total, mut sold) = (String::new(), 0.0, Vec::new());
        for position in 0..=self.random.below(5) {
            let product = 1 + self.random.skewed(PRODUCTS, 1.6);
            let quantity = 1 + self.random.below(4);
            let (price, business) = (price(product), product % 3);
            let subtotal = price * float(quantity);
            total += subtotal;
            let _ = write!(
                lines,
                r#"{}{{"posicion":{position},"producto_id":{product},"nombre":"Producto {product}","cantidad":{quantity},"precio":{price:.2},"costo":{:.2},"subtotal":{subtotal:.2},"sucursal":"Sucursal {business}","negocio":"Negocio {business}","categoria":"{}"}}"#,
                if position == 0 { "" } else { "," },
                price * 0.7,
                usize::try_from(category(product)).ok().and_then(|n| CATEGORIES.get(n)).copied().unwrap_or_default(),
            );
            sold.push((product, quantity));
        }
        let mut one = |of: &[&'static str]| self.random.pick(of).copied().unwrap_or_default();
        let (payment, barrio, device, origin) = (one(&PAYMENTS), one(&BARRIOS), one(&DEVICES), one(&ORIGINS));
        let content = format!(
            r#"{{"numero":"{number}","cuenta_id":{account},"estado":"{state}","total":{total:.2},"metodo_pago":"{payment}","direccion":"Av. Cabildo 2040","barrio":"{barrio}","lat":-34.58,"lng":-58.43,"prioridad":"normal","tipo_cliente":"cliente","creado":"{at:.3}","actualizado":"{at:.3}","dispositivo":"{device}","origen":"{origin}","prometido":null,"lineas":[{lines}]}}"#
        );
        log.push("pedido", &number, at, &content);
        for (product, quantity) in &sold {
            self.movements += 1;
            let id = self.movements;
            let content = format!(
                r#"{{"id":{id},"producto_id":{product},"tipo":"venta","cantidad":-{quantity},"stock":100,"motivo":null,"actor":"sistema","cuenta_id":null,"pedido":"{number}","en":"{at:.3}"}}"#
            );
            log.push("movimiento", &id.to_string(), at, &content);
        }
        sold.into_iter().map(|(product, _)| product).collect()
    }
}

/// A ticket of the board for an order of now, and its first step.
pub fn ticket(log: &mut Log, number: &str, now: Timestamp) {
    let id = log.last() / 2 + 1;
    let content = format!(
        r#"{{"id":{id},"numero":"{number}","estado":"pendiente","prioridad":"normal","tipo_cliente":"cliente","total":1000.00,"metodo_pago":"efectivo","barrio":"PALERMO","lat":-34.58,"lng":-58.43,"repartidor_id":null,"repartidor_nombre":null,"motivo":null,"creado":"{now:.3}","registrado":"{now:.3}","asignado":null,"aceptado":null,"en_camino":null,"entregado":null,"fallido":null,"cancelado":null,"actualizado":"{now:.3}","intentos":0,"prometido":null,"version":1}}"#
    );
    log.push("ticket", number, now, &content);
    let content = format!(
        r#"{{"id":{id},"numero":"{number}","tipo":"ticket.created","accion":"recibido","estado":"pendiente","actor":"tienda","actor_id":null,"repartidor_id":null,"ocurrido":"{now:.3}","registrado":"{now:.3}","motivo":null,"version":1}}"#
    );
    log.push("paso", &id.to_string(), now, &content);
}

fn price(product: u64) -> f64 {
    float(30_000 + product * 7_919 % 900_000) / 100.0
}

fn category(product: u64) -> u64 {
    product % CATEGORIES.len() as u64
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    const NOW: Timestamp = Timestamp::constant(1_790_000_000, 0);

    fn list(log: &Log, after: u64, limit: u64) -> Vec<Value> {
        let (text, _) = log.page(after, limit);
        serde_json::from_str(&format!("[{}]", std::str::from_utf8(text).unwrap())).unwrap()
    }

    #[test]
    fn pages_follow_each_other_without_a_gap() {
        let (mut log, mut shop) = (Log::default(), Shop::new(1));
        assert_eq!(log.page(0, 10), (b"".as_slice(), 0));
        shop.history(&mut log, 4_000, NOW);
        let (mut after, mut seen) = (0, Vec::new());
        while after < log.last() {
            let page = list(&log, after, 700);
            after = log.page(after, 700).1;
            seen.extend(page.into_iter().map(|change| change["seq"].as_u64().unwrap()));
        }
        assert_eq!(seen, (1..=log.last()).collect::<Vec<_>>());
        // Beyond the end there is nothing, and the place stays.
        assert!(log.page(log.last(), 700) == (b"".as_slice(), log.last()));
        assert!(log.page(log.last() + 5, 700).0.is_empty());
    }

    #[test]
    fn an_order_is_told_with_its_lines_and_their_movements() {
        let (mut log, mut shop) = (Log::default(), Shop::new(2));
        shop.history(&mut log, 3_000, NOW);
        let all = list(&log, 0, 10_000);
        let of = |entity: &str| all.iter().filter(|change| change["entidad"] == entity).collect::<Vec<_>>();
        assert_eq!(of("pedido").len() as u64, shop.orders());
        let lines: usize = of("pedido").iter().map(|order| order["dato"]["lineas"].as_array().unwrap().len()).sum();
        assert_eq!(lines, of("movimiento").len());
        let order = &of("pedido")[0]["dato"];
        let sum: f64 = order["lineas"].as_array().unwrap().iter().map(|line| line["subtotal"].as_f64().unwrap()).sum();
        assert!((sum - order["total"].as_f64().unwrap()).abs() < 0.02);
        assert!(of("pedido").is_sorted_by_key(|order| order["dato"]["creado"].as_str().unwrap().to_owned()));
    }

    #[test]
    fn a_live_order_changes_its_products_too() {
        let (mut log, mut shop, mut board) = (Log::default(), Shop::new(3), Log::default());
        shop.history(&mut log, 2_000, NOW);
        let before = log.last();
        let number = shop.live(&mut log, NOW);
        let new = list(&log, before, 100);
        assert_eq!((&new[0]["entidad"], &new[0]["clave"]), (&"pedido".into(), &number.as_str().into()));
        assert!(new.iter().any(|change| change["entidad"] == "producto"));
        ticket(&mut board, &number, NOW);
        let told = list(&board, 0, 10);
        assert_eq!((told.len(), &told[0]["dato"]["numero"]), (2, &number.into()));
    }
}
