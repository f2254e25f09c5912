//! What a product was sold for and what it cost, from when on: rows that are only added, one for each change of its price, its
//! list price or its cost. Administrators read them.

use axum::extract::State;
use belgrano_runtime::http::{Json, Page, Path};
use belgrano_runtime::problem::{Problem, ProblemDocument};
use belgrano_runtime::storage::{Session, require_one};
use belgrano_runtime::{execute, execute_rows, fetch};
use belgrano_wire::money::Money;
use belgrano_wire::timestamp::UnixMillis;
use serde::Serialize;
use utoipa::ToSchema;

use super::manage::require_product;
use super::rows::ProductRow;
use crate::accounts::Admin;
use crate::app::App;

/// What a product was sold for and what it cost from a moment on.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema, sqlx::FromRow)]
pub(crate) struct PriceView {
    pub(crate) id: i64,
    /// The price without offers, in pesos.
    #[serde(rename = "precio")]
    pub(crate) price: Money,
    /// The list price that was shown beside it, in pesos; null without one.
    #[serde(rename = "precio_lista")]
    pub(crate) list_price: Option<Money>,
    /// What one cost its business, in pesos; null where nobody said.
    #[serde(rename = "costo")]
    pub(crate) cost: Option<Money>,
    /// The account that changed it; null was an import.
    #[serde(rename = "cuenta_id")]
    pub(crate) account_id: Option<i64>,
    /// Whose account that is.
    #[serde(rename = "quien")]
    pub(crate) who: Option<String>,
    /// From when on.
    #[serde(rename = "en")]
    pub(crate) at: UnixMillis,
}

/// A page of prices, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PricePage {
    pub(crate) precios: Vec<PriceView>,
    /// Where the next page starts; null on the last one.
    pub(crate) cursor: Option<String>,
}

/// Notes what a product is sold for and costs from now on, after it was written.
pub(super) async fn note(
    session: &mut Session,
    product_id: i64,
    account_id: Option<i64>,
    now: UnixMillis,
) -> sqlx::Result<()> {
    const NOTE: &str = "INSERT INTO price_changes (product_id, price, list_price, cost, account_id, at) \
         SELECT id, price, list_price, cost, $2, $3 FROM products WHERE id = $1";
    require_one(execute!(*session, NOTE, product_id, account_id, now)?)
}

/// The same for what an import writes.
pub(super) async fn note_all(session: &mut Session, rows: &[&ProductRow], now: UnixMillis) -> sqlx::Result<()> {
    let head = "INSERT INTO price_changes (product_id, price, list_price, cost, at) VALUES";
    execute_rows!(*session, head, 5, rows, |query, row| {
        query.bind(row.id).bind(row.price).bind(row.list_price).bind(row.cost).bind(now)
    });
    Ok(())
}

/// The changes of a product's prices, newest first; 404 without such a product.
pub(crate) async fn prices_of(app: &App, _: &Admin, product_id: i64, page: &Page) -> Result<PricePage, Problem> {
    const PAGE: &str = "SELECT c.id, c.price, c.list_price, c.cost, c.account_id, a.first_name AS who, c.at \
         FROM price_changes c LEFT JOIN accounts a ON a.id = c.account_id \
         WHERE c.product_id = $1 AND c.id < $2 ORDER BY c.id DESC LIMIT $3";
    let before = page.position::<i64>()?.unwrap_or(i64::MAX);
    let mut snapshot = app.db.snapshot().await?;
    require_product(&mut snapshot, product_id).await?;
    let mut rows = fetch!(all, snapshot, PriceView, PAGE, product_id, before, i64::from(page.limit) + 1)?;
    let more = rows.len() > page.limit as usize;
    rows.truncate(page.limit as usize);
    let cursor = rows.last().filter(|_| more).map(|row| Page::encode(&row.id));
    Ok(PricePage { precios: rows, cursor })
}

/// What a product was sold for and what it cost (administrators)
///
/// A row for each change of its price, its list price or its cost, newest first.
#[utoipa::path(
    get, path = "/api/productos/{id}/precios", tag = "catálogo",
    params(
        ("id" = i64, Path),
        ("cursor" = Option<String>, Query, description = "Where the last page ended"),
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 200),
    ),
    responses(
        (status = 200, body = PricePage),
        (status = 401, body = ProblemDocument),
        (status = 403, body = ProblemDocument),
        (status = 404, body = ProblemDocument),
        (status = 422, body = ProblemDocument),
    )
)]
pub(super) async fn list_prices(
    State(app): State<App>,
    admin: Admin,
    Path(id): Path<i64>,
    page: Page,
) -> Result<Json<PricePage>, Problem> {
    prices_of(&app, &admin, id, &page).await.map(Json)
}
