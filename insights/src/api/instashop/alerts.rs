//! `/api/instashop/alertas`: what is not as it should be at this moment, of the four kinds that InstaShop names.
//!
//! These are conditions, worked out when they are asked for; nobody is written to.

use std::time::Duration;

use axum::extract::State;
use belgrano_runtime::http::{Json, Query};
use belgrano_runtime::problem::{Problem, ProblemDocument};
use belgrano_wire::timestamp::UnixMillis;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{CRITICAL, last_days, share};
use crate::access::Reader;
use crate::api::ask::{Count, rows, text};
use crate::api::filters::{Filters, Narrowed};
use crate::api::kpis::{as_real, told, two};
use crate::app::App;
use crate::capacity;

/// Things that are named of each condition.
const NAMED: usize = 20;
/// Days in which orders that were called off are counted.
const CANCELLED_DAYS: i64 = 7;
/// Percent of the orders of those days from which on it is too many, and of how many orders at least.
const CANCELLED_PERCENT: f64 = 10.0;
const CANCELLED_LEAST: i64 = 20;
/// What a question may take, and for how long slow ones are told.
const SLOW: Duration = Duration::from_secs(1);
const SLOW_FOR_MS: i64 = 15 * 60_000;
/// Percent of its memory that the process may have, and that the machine has to have free.
const MEMORY_PERCENT: f64 = 85.0;
const FREE_PERCENT: f64 = 5.0;

/// Something that a condition is about.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
pub(crate) struct AlertItem {
    /// What it is about: the id of an article, or the number of an order.
    pub(crate) id: String,
    /// Name of the article; barrio of the delivery.
    pub(crate) name: Option<String>,
    /// Pieces at hand; attempts to deliver.
    pub(crate) value: Option<i64>,
}

/// A condition that holds or does not at this moment, with what makes it hold.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AlertView {
    /// `critical_stock`, `failed_transactions`, `performance` or `capacity`.
    pub(crate) kind: &'static str,
    /// `stock_below_reorder_point`, `failed_deliveries`, `cancelled_orders`, `slow_queries`, `memory`.
    pub(crate) condition: &'static str,
    /// Whether it holds now; null where it cannot be known, or not by who asks.
    pub(crate) active: Option<bool>,
    /// What is compared: articles, deliveries, percent of the orders of a week, questions of a quarter of an hour, percent of memory.
    pub(crate) value: Option<f64>,
    /// From which value on it holds: at least this, or more than this for percents.
    pub(crate) threshold: f64,
    /// The first twenty things it is about.
    pub(crate) items: Vec<AlertItem>,
}

/// The four conditions of InstaShop's monitoring.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AlertList {
    pub(crate) alerts: Vec<AlertView>,
    /// How many of them hold.
    pub(crate) total: i64,
}

/// Alerts
///
/// Conditions of the present. `category`, `negocio` and prices narrow the articles; how the service is doing is told to who sees every
/// business.
#[utoipa::path(
    get, path = "/api/instashop/alertas", tag = "InstaShop", params(Filters),
    responses((status = 200, body = AlertList), (status = 422, body = ProblemDocument))
)]
pub(crate) async fn alerts(
    State(app): State<App>,
    reader: Reader,
    Query(filters): Query<Filters>,
) -> Result<Json<AlertList>, Problem> {
    let narrowed = filters.check()?;
    let alerts = vec![
        critical_stock(&app, &reader, &narrowed).await?,
        failed_deliveries(&app, &reader, &narrowed).await?,
        cancelled_orders(&app, &reader, &narrowed).await?,
        slow_queries(&app, &reader),
        memory(&reader).await,
    ];
    let total = alerts.iter().filter(|alert| alert.active == Some(true)).count();
    Ok(Json(AlertList { alerts, total: i64::try_from(total).unwrap_or(i64::MAX) }))
}

fn counted(kind: &'static str, condition: &'static str, count: i64, items: Vec<AlertItem>) -> AlertView {
    AlertView { kind, condition, active: Some(count > 0), value: Some(as_real(count)), threshold: 1.0, items }
}

async fn count(app: &App, reader: &Reader, sql: &str, narrowed: &Narrowed) -> Result<i64, Problem> {
    let (_, values) = narrowed.articles();
    let found: Vec<Count> = rows(app, reader, sql, values).await?;
    Ok(found.into_iter().next().and_then(|count| count.n).unwrap_or(0))
}

async fn critical_stock(app: &App, reader: &Reader, narrowed: &Narrowed) -> Result<AlertView, Problem> {
    let (condition, values) = narrowed.articles();
    let from = format!("FROM gold_stock p WHERE {condition} AND {CRITICAL}");
    let sql = format!(
        "SELECT p.product_id AS id, p.product_name AS name, p.current_stock AS value {from} \
         ORDER BY p.days_of_stock NULLS LAST, p.revenue_90d DESC, p.product_id LIMIT {NAMED}"
    );
    let items = rows(app, reader, &sql, values).await?;
    let count = count(app, reader, &format!("SELECT count(*) AS n {from}"), narrowed).await?;
    Ok(counted("critical_stock", "stock_below_reorder_point", count, items))
}

/// Deliveries that failed and wait for another attempt.
async fn failed_deliveries(app: &App, reader: &Reader, narrowed: &Narrowed) -> Result<AlertView, Problem> {
    const FROM: &str = "FROM silver_tickets t WHERE t.source = $1 AND t.status = 'fallido'";
    let sql = format!(
        "SELECT t.order_id AS id, t.barrio AS name, CAST(t.attempts AS BIGINT) AS value {FROM} \
         ORDER BY t.created_at, t.order_id LIMIT {NAMED}"
    );
    let values = || vec![text(&narrowed.source)];
    let items = rows(app, reader, &sql, values()).await?;
    let found: Vec<Count> = rows(app, reader, &format!("SELECT count(*) AS n {FROM}"), values()).await?;
    let count = found.into_iter().next().and_then(|count| count.n).unwrap_or(0);
    Ok(counted("failed_transactions", "failed_deliveries", count, items))
}

#[derive(Deserialize)]
struct Orders {
    orders: Option<i64>,
    cancelled: Option<i64>,
}

/// Orders of the last week that were called off or given back.
async fn cancelled_orders(app: &App, reader: &Reader, narrowed: &Narrowed) -> Result<AlertView, Problem> {
    let until = told(app, reader, &narrowed.source).await?.told_until;
    let days = until.and_then(|until| last_days(until, CANCELLED_DAYS));
    let found: Vec<Orders> = match days {
        Some(days) => {
            let sql = format!(
                "SELECT count(*) AS orders, count(CASE WHEN o.called_off THEN 1 END) AS cancelled FROM silver_orders o \
                 WHERE o.source = $1 AND NOT o.cancellation AND o.ordered_on BETWEEN DATE '{}' AND DATE '{}'",
                days.from, days.to
            );
            rows(app, reader, &sql, vec![text(&narrowed.source)]).await?
        }
        None => Vec::new(),
    };
    let found = found.into_iter().next();
    let (orders, cancelled) = found.map_or((0, 0), |found| (found.orders.unwrap_or(0), found.cancelled.unwrap_or(0)));
    let value = share(cancelled, orders);
    Ok(AlertView {
        kind: "failed_transactions",
        condition: "cancelled_orders",
        active: Some(orders >= CANCELLED_LEAST && value.is_some_and(|value| value > CANCELLED_PERCENT)),
        value,
        threshold: CANCELLED_PERCENT,
        items: Vec::new(),
    })
}

/// Questions of the last quarter of an hour that took longer than a second.
fn slow_queries(app: &App, reader: &Reader) -> AlertView {
    let from = UnixMillis(app.ambient.now().0 - SLOW_FOR_MS);
    let pacing = app.answers.pacing(from, SLOW);
    let slow = i64::try_from(pacing.slow).unwrap_or(i64::MAX);
    let alert = counted("performance", "slow_queries", slow, Vec::new());
    if reader.business.is_none() { alert } else { AlertView { active: None, value: None, ..alert } }
}

/// Memory of the process, as a part of what it may have, and whether the machine has any left.
async fn memory(reader: &Reader) -> AlertView {
    let memory = if reader.business.is_none() { capacity::memory().await } else { capacity::Memory::default() };
    let percent = |part: u64, whole: u64| {
        let [part, whole] = [part, whole].map(|bytes| as_real(i64::try_from(bytes >> 10).unwrap_or(i64::MAX)));
        (whole > 0.0).then(|| two(100.0 * part / whole))
    };
    let used = memory.used.zip(memory.limit).and_then(|(used, limit)| percent(used, limit));
    let free = memory.free.zip(memory.limit).and_then(|(free, limit)| percent(free, limit));
    AlertView {
        kind: "capacity",
        condition: "memory",
        active: used.map(|used| used > MEMORY_PERCENT || free.is_some_and(|free| free < FREE_PERCENT)),
        value: used,
        threshold: MEMORY_PERCENT,
        items: Vec::new(),
    }
}
