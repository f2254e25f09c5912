//! What only grows: movements of stock and changes of prices, as the feed tells them.

use belgrano_runtime::changes::{Content, Utc};
use belgrano_wire::money::Money;
use serde::Serialize;
use sqlx::FromRow;

#[derive(Serialize, FromRow)]
pub(super) struct Movement {
    id: i64,
    #[serde(rename = "producto_id")]
    product_id: i64,
    /// `venta`, `devolucion`, `recepcion` or `recuento`.
    #[serde(rename = "tipo")]
    kind: String,
    /// By how many the stock changed; below zero for what left.
    #[serde(rename = "cantidad")]
    quantity: i64,
    /// What there was afterwards; null: not counted.
    stock: Option<i64>,
    #[serde(rename = "motivo")]
    reason: Option<String>,
    /// `cuenta`, or `sistema` where the program did it.
    actor: String,
    #[serde(rename = "cuenta_id")]
    account_id: Option<i64>,
    /// The number of the order that took it or gave it back.
    #[serde(rename = "pedido")]
    order_number: Option<String>,
    #[serde(rename = "en")]
    at: Utc,
}

impl Content for Movement {
    const SELECT: &'static str = "SELECT id, product_id, kind, quantity, stock, reason, account_id, order_number, at, \
         CASE WHEN account_id IS NULL THEN 'sistema' ELSE 'cuenta' END AS actor FROM stock_movements WHERE id IN";

    fn key(&self) -> String {
        self.id.to_string()
    }
}

/// What a product was sold for and what it cost from `at` on.
#[derive(Serialize, FromRow)]
pub(super) struct PriceChange {
    id: i64,
    #[serde(rename = "producto_id")]
    product_id: i64,
    /// Without offers.
    #[serde(rename = "precio")]
    price: Money,
    #[serde(rename = "precio_lista")]
    list_price: Option<Money>,
    /// Null: unknown.
    #[serde(rename = "costo")]
    cost: Option<Money>,
    #[serde(rename = "en")]
    at: Utc,
}

impl Content for PriceChange {
    const SELECT: &'static str = "SELECT id, product_id, price, list_price, cost, at FROM price_changes WHERE id IN";

    fn key(&self) -> String {
        self.id.to_string()
    }
}
