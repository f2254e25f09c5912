//! What happened to a product's stock, as administrators read it.

use belgrano_runtime::fetch;
use belgrano_runtime::http::Page;
use belgrano_runtime::problem::Problem;
use belgrano_wire::timestamp::UnixMillis;
use serde::Serialize;
use utoipa::ToSchema;

use crate::accounts::Admin;
use crate::app::App;
use crate::catalog::require_product;
use crate::unit::MovementKind;

/// One change of a stock.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema, sqlx::FromRow)]
pub(crate) struct MovementView {
    pub(crate) id: i64,
    /// What happened.
    #[serde(rename = "tipo")]
    #[sqlx(try_from = "String")]
    pub(crate) kind: MovementKind,
    /// By how many the stock changed; below zero for what left. Where counting began or ended, all that was counted.
    #[serde(rename = "cantidad")]
    pub(crate) quantity: i64,
    /// What there was afterwards; null: not counted.
    pub(crate) stock: Option<i64>,
    /// Why, where somebody said so.
    #[serde(rename = "motivo")]
    pub(crate) reason: Option<String>,
    /// The account that did it; null was the program.
    #[serde(rename = "cuenta_id")]
    pub(crate) account_id: Option<i64>,
    /// Whose account that is.
    #[serde(rename = "quien")]
    pub(crate) who: Option<String>,
    /// The order that took it or gave it back.
    #[serde(rename = "pedido")]
    pub(crate) order_number: Option<String>,
    /// When it happened.
    #[serde(rename = "en")]
    pub(crate) at: UnixMillis,
}

/// A page of movements, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MovementPage {
    pub(crate) movimientos: Vec<MovementView>,
    /// Where the next page starts; null on the last one.
    pub(crate) cursor: Option<String>,
}

const PAGE: &str = "SELECT m.id, m.kind, m.quantity, m.stock, m.reason, m.account_id, \
     TRIM(a.first_name || ' ' || a.last_name) AS who, m.order_number, m.at FROM stock_movements m \
     LEFT JOIN accounts a ON a.id = m.account_id WHERE m.product_id = $1 AND m.id < $2 ORDER BY m.id DESC LIMIT $3";

/// The movements of a product, newest first; 404 without such a product.
pub(crate) async fn movements_of(app: &App, _: &Admin, product_id: i64, page: &Page) -> Result<MovementPage, Problem> {
    let before = page.position::<i64>()?.unwrap_or(i64::MAX);
    let mut snapshot = app.db.snapshot().await?;
    require_product(&mut snapshot, product_id).await?;
    let mut rows = fetch!(all, snapshot, MovementView, PAGE, product_id, before, i64::from(page.limit) + 1)?;
    let more = rows.len() > page.limit as usize;
    rows.truncate(page.limit as usize);
    let cursor = rows.last().filter(|_| more).map(|row| Page::encode(&row.id));
    Ok(MovementPage { movimientos: rows, cursor })
}
