//! The list of lines of orders, the latest first.

use axum::extract::State;
use belgrano_shared::http::Query;
use belgrano_shared::problem::{Problem, ProblemDocument};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::ask::{Ids, rows};
use super::filters::{Filters, Narrowed};
use super::global::{List, Slice, named};
use super::sums::OF_ORDERS;
use crate::access::Reader;
use crate::app::App;

/// Lines of orders
///
/// The latest first; what the source does not know is null.
#[utoipa::path(
    get, path = "/api/transactions", tag = "Global", params(Filters, Slice),
    responses((status = 200, body = Object), (status = 422, body = ProblemDocument))
)]
pub(crate) async fn transactions(
    State(app): State<App>,
    reader: Reader,
    Query(filters): Query<Filters>,
    Query(slice): Query<Slice>,
) -> Result<List, Problem> {
    let (limit, offset) = slice.check()?;
    let narrowed = filters.check()?;
    let (total, since) = latest(&app, &reader, &narrowed, offset.saturating_add(limit)).await?;
    let ids = Ids::of(&app, &reader, &narrowed.source).await?;
    if total <= offset {
        return Ok(named("transactions", Vec::new(), total, ids));
    }
    let (condition, values) = narrowed.sales(None);
    let sql = format!(
        "SELECT concat(s.order_id, '-', CAST(s.line_no AS VARCHAR)) AS transaction_id, s.order_id, s.ordered_at AS date, s.customer_id, \
         s.country, s.region, s.city, s.barrio, s.product_id, s.product_name, s.category, s.subcategory, s.quantity, \
         CAST(s.unit_price AS DOUBLE) AS unit_price, CAST(s.amount AS DOUBLE) AS total_amount, \
         CAST(s.discount AS DOUBLE) AS discount_applied, s.payment_method, CAST(NULL AS DOUBLE) AS shipping_cost, \
         CAST(NULL AS DOUBLE) AS delivery_time, CAST(NULL AS VARCHAR) AS customer_segment, s.device AS device_type, \
         s.traffic_source, s.currency, CAST(NULL AS DOUBLE) AS exchange_rate, CAST(NULL AS DOUBLE) AS total_amount_usd, \
         CAST(s.cost AS DOUBLE) AS cost_price, CAST(s.amount - s.cost AS DOUBLE) AS profit, s.kind, s.voided \
         FROM gold_sales s WHERE {condition}{since} ORDER BY s.ordered_at DESC, s.order_id DESC, s.line_no LIMIT {limit} OFFSET {offset}"
    );
    let found: Vec<Map<String, Value>> = rows(&app, &reader, &sql, values).await?;
    Ok(named("transactions", found, total, ids))
}

#[derive(Deserialize)]
struct DayCount {
    day: Option<String>,
    n: i64,
}

/// How many lines there are, and a condition on their day that the latest `wanted` hold: days are in the order of instants, so that
/// the rest need not be looked at.
async fn latest(app: &App, reader: &Reader, narrowed: &Narrowed, wanted: i64) -> Result<(i64, String), Problem> {
    let (condition, values) = narrowed.sales(None);
    let sums = narrowed.sums(OF_ORDERS);
    let sql = format!(
        "SELECT CAST(s.ordered_on AS VARCHAR) AS day, CAST({lines} AS BIGINT) AS n FROM {table} s \
         WHERE {condition} GROUP BY s.ordered_on ORDER BY s.ordered_on DESC NULLS LAST",
        lines = sums.lines(),
        table = sums.table(),
    );
    let days: Vec<DayCount> = rows(app, reader, &sql, values).await?;
    let (mut total, mut since) = (0_i64, None);
    for DayCount { day, n } in days {
        total = total.saturating_add(n);
        if since.is_none() && total >= wanted {
            since = day;
        }
    }
    Ok((total, since.map(|day| format!(" AND s.ordered_on >= DATE '{day}'")).unwrap_or_default()))
}
