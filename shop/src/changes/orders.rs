//! Orders as the feed tells them: with their lines as they were sold. Readers know an order by its number.

use std::collections::HashMap;

use belgrano_runtime::changes::{Contents, Utc, ids};
use belgrano_runtime::fetch_in;
use belgrano_runtime::storage::Session;
use belgrano_wire::money::Money;
use serde::Serialize;
use sqlx::FromRow;

#[derive(Serialize, FromRow)]
struct Order {
    #[serde(skip)]
    id: i64,
    #[serde(rename = "numero")]
    number: String,
    #[serde(rename = "cuenta_id")]
    account_id: i64,
    #[serde(rename = "estado")]
    state: String,
    total: Money,
    #[serde(rename = "metodo_pago")]
    payment_method: String,
    #[serde(rename = "direccion")]
    address: String,
    barrio: Option<String>,
    lat: Option<f64>,
    lng: Option<f64>,
    #[serde(rename = "prioridad")]
    priority: String,
    #[serde(rename = "tipo_cliente")]
    customer_kind: String,
    #[serde(rename = "creado")]
    created_at: Utc,
    #[serde(rename = "actualizado")]
    updated_at: Utc,
    /// What kind of device it was placed from; null: unknown.
    #[serde(rename = "dispositivo")]
    device: Option<String>,
    /// What brought the customer; null: unknown.
    #[serde(rename = "origen")]
    origin: Option<String>,
    /// From when on it is late; null: nothing was promised.
    #[serde(rename = "prometido")]
    promised_to: Option<Utc>,
    #[serde(rename = "lineas")]
    #[sqlx(skip)]
    lines: Vec<Line>,
}

#[derive(Serialize, FromRow)]
struct Line {
    #[serde(skip)]
    order_id: i64,
    #[serde(rename = "posicion")]
    position: i64,
    #[serde(rename = "producto_id")]
    product_id: i64,
    #[serde(rename = "nombre")]
    name: String,
    #[serde(rename = "cantidad")]
    quantity: i64,
    #[serde(rename = "precio")]
    price: Money,
    /// What one cost the shop then; null: unknown.
    #[serde(rename = "costo")]
    cost: Option<Money>,
    subtotal: Money,
    #[serde(rename = "sucursal")]
    branch: String,
    #[serde(rename = "negocio")]
    business: String,
    #[serde(rename = "categoria")]
    category: String,
}

const ORDERS: &str = "SELECT id, number, account_id, state, total, payment_method, address, barrio, lat, lng, priority, \
     customer_kind, created_at, updated_at, device, origin, promised_to FROM orders WHERE id IN";
const LINES: &str = "SELECT order_id, position, product_id, name, quantity, price, cost, subtotal, branch, business, category \
     FROM order_lines WHERE order_id IN";

/// Orders with their lines.
pub(super) async fn orders(session: &mut Session, keys: &[&str]) -> sqlx::Result<Contents> {
    let ids = ids(keys);
    let mut lines: HashMap<i64, Vec<Line>> = HashMap::new();
    for line in fetch_in!(*session, Line, LINES, &ids, "ORDER BY order_id, position") {
        lines.entry(line.order_id).or_default().push(line);
    }
    let mut contents = Contents::default();
    for mut order in fetch_in!(*session, Order, ORDERS, &ids, "") {
        order.lines = lines.remove(&order.id).unwrap_or_default();
        contents.tell(order.id.to_string(), Some(order.number.clone()), &order)?;
    }
    Ok(contents)
}
