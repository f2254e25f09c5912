//! What customers say, as the feed tells it.

use belgrano_runtime::changes::{Content, Utc};
use serde::Serialize;
use sqlx::FromRow;

/// A review: of a product, or of the delivery.
#[derive(Serialize, FromRow)]
pub(super) struct Review {
    id: i64,
    /// The number of the order.
    #[serde(rename = "pedido")]
    order_number: String,
    #[serde(rename = "cuenta_id")]
    account_id: i64,
    /// The product that was rated; null for the delivery.
    #[serde(rename = "producto_id")]
    product_id: Option<i64>,
    #[serde(rename = "estrellas")]
    stars: i64,
    #[serde(rename = "texto")]
    words: String,
    /// When it was written, or last changed by its author.
    #[serde(rename = "en")]
    updated_at: Utc,
    #[serde(rename = "oculta")]
    hidden: bool,
    #[serde(rename = "motivo_oculta")]
    hidden_reason: Option<String>,
}

impl Content for Review {
    const SELECT: &'static str = "SELECT r.id, o.number AS order_number, r.account_id, r.product_id, r.stars, r.words, \
         r.updated_at, r.hidden_at IS NOT NULL AS hidden, r.hidden_reason FROM reviews r JOIN orders o ON o.id = r.order_id \
         WHERE r.id IN";

    fn key(&self) -> String {
        self.id.to_string()
    }
}
