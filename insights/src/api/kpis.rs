//! Key figures of a period, and of the one before: `/api/kpis` of Global Ecommerce Analytics.

use axum::extract::State;
use belgrano_runtime::http::{Json, Query};
use belgrano_runtime::problem::{Problem, ProblemDocument};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::ask::{Count, rows, text};
use super::days::Days;
use super::filters::{Filters, Narrowed, money};
use super::funnel::views;
use super::sums::OF_ORDERS;
use crate::access::Reader;
use crate::app::App;

/// Key figures of a period.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub(crate) struct Figures {
    pub(crate) total_revenue: f64,
    pub(crate) total_orders: i64,
    pub(crate) avg_order_value: f64,
    /// Of the lines whose cost is known; null while none is.
    pub(crate) gross_profit: Option<f64>,
    /// Percent of the sales whose cost is known.
    pub(crate) profit_margin: Option<f64>,
    /// Customers who bought; sales without one are in no count of customers.
    pub(crate) total_customers: i64,
    /// Customers whose first order is of the period.
    pub(crate) new_customers: i64,
    /// Orders over visits, percent; null where visits are not counted, and under any filter but `device` and `source`.
    pub(crate) conversion_rate: Option<f64>,
    /// Net sales to date of the customers of the period, on average.
    pub(crate) customer_lifetime_value: Option<f64>,
    /// Of the customers of the period before, those who did not buy in this one, percent; null without one.
    pub(crate) churn_rate: Option<f64>,
    /// Before cancellations and returns.
    pub(crate) gross_revenue: f64,
    /// What was given back, as a negative amount.
    pub(crate) returns: f64,
}

/// Key figures, and the same of the period before.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Kpis {
    #[serde(flatten)]
    pub(crate) now: Figures,
    /// The stretch that `compare` names, of the same length right before unless it says otherwise; null when all days are asked
    /// about.
    pub(crate) previous: Option<Figures>,
}

#[derive(Deserialize)]
struct Sums {
    revenue: Option<f64>,
    orders: Option<i64>,
    profit: Option<f64>,
    costed: Option<f64>,
    gross: Option<f64>,
    returned: Option<f64>,
}

/// Who bought in a stretch of days, and in the one it is compared with.
#[derive(Default, Deserialize)]
struct People {
    customers: i64,
    new_customers: i64,
    lifetime: Option<f64>,
    customers_before: i64,
    new_before: i64,
    lifetime_before: Option<f64>,
    /// Of those before, who did not buy again, percent.
    churn: Option<f64>,
}

/// Key figures
///
/// Of the days asked about, or of all, and the same figures of the stretch before.
#[utoipa::path(
    get, path = "/api/kpis", tag = "Global", params(Filters),
    responses((status = 200, body = Kpis), (status = 422, body = ProblemDocument))
)]
pub(super) async fn kpis(
    State(app): State<App>,
    reader: Reader,
    Query(filters): Query<Filters>,
) -> Result<Json<Kpis>, Problem> {
    Box::pin(kpis_for(&app, &reader, filters)).await.map(Json)
}

/// The key figures, as `reader` may see them.
pub(crate) async fn kpis_for(app: &App, reader: &Reader, filters: Filters) -> Result<Kpis, Problem> {
    let narrowed = filters.check()?;
    let days = days(app, reader, &narrowed).await?;
    let before = days.filter(|_| narrowed.from.is_some()).and_then(|days| days.before(narrowed.compare));
    let people = Box::pin(people(app, reader, &narrowed, days, before)).await?;
    let mut now = Box::pin(figures(app, reader, &narrowed, days)).await?;
    let mut previous = None;
    if let Some(before) = before {
        let mut figures = Box::pin(figures(app, reader, &narrowed, Some(before))).await?;
        figures.total_customers = people.customers_before;
        figures.new_customers = people.new_before;
        figures.customer_lifetime_value = people.lifetime_before;
        previous = Some(figures);
        now.churn_rate = people.churn;
    }
    now.total_customers = people.customers;
    now.new_customers = people.new_customers;
    now.customer_lifetime_value = people.lifetime;
    Ok(Kpis { now, previous })
}

#[derive(Deserialize)]
struct ToldView {
    first_day: Option<String>,
    told_until: Option<String>,
}

/// The days that a source has figures of.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Told {
    pub(super) first_day: Option<Date>,
    pub(super) told_until: Option<Date>,
}

/// From which day to which a source has figures.
pub(super) async fn told(app: &App, reader: &Reader, source: &str) -> Result<Told, Problem> {
    const SQL: &str = "SELECT CAST(first_day AS VARCHAR) AS first_day, CAST(told_until AS VARCHAR) AS told_until \
         FROM gold_sources WHERE source = $1";
    let told: Vec<ToldView> = rows(app, reader, SQL, vec![text(source)]).await?;
    let day = |text: Option<String>| text.and_then(|text| text.parse().ok());
    let told = told.into_iter().next();
    Ok(told
        .map_or_else(Told::default, |told| Told { first_day: day(told.first_day), told_until: day(told.told_until) }))
}

/// The days that are asked about; `None` while the source has none.
pub(crate) async fn days(app: &App, reader: &Reader, narrowed: &Narrowed) -> Result<Option<Days>, Problem> {
    let told = told(app, reader, &narrowed.source).await?;
    let days = narrowed.from.or(told.first_day).zip(narrowed.to.or(told.told_until));
    Ok(days.filter(|(from, to)| from <= to).map(|(from, to)| Days { from, to }))
}

/// The figures of a stretch of days but those of its customers.
async fn figures(app: &App, reader: &Reader, narrowed: &Narrowed, days: Option<Days>) -> Result<Figures, Problem> {
    let (condition, values) = narrowed.sales(days);
    let sums = narrowed.sums_with_profit(OF_ORDERS);
    let sql = format!(
        "SELECT {revenue} AS revenue, CAST({orders} AS BIGINT) AS orders, {profit} AS profit, {costed} AS costed, \
         {gross} AS gross, {returned} AS returned FROM {table} s WHERE {condition}",
        revenue = money(&format!("sum({})", narrowed.amount())),
        orders = sums.orders(),
        profit = money(sums.profit()),
        costed = money(sums.costed()),
        gross = money("sum(s.gross)"),
        returned = money(sums.returned()),
        table = sums.table(),
    );
    let sums: Vec<Sums> = rows(app, reader, &sql, values).await?;
    let Some(sums) = sums.into_iter().next() else { return Ok(Figures::default()) };
    let (revenue, orders) = (sums.revenue.unwrap_or(0.0), sums.orders.unwrap_or(0));
    let share = |part: f64, whole: f64| (whole != 0.0).then(|| two(part / whole));
    Ok(Figures {
        total_revenue: revenue,
        total_orders: orders,
        avg_order_value: share(revenue, as_real(orders)).unwrap_or(0.0),
        gross_profit: sums.profit,
        profit_margin: sums.profit.zip(sums.costed).and_then(|(profit, costed)| share(profit * 100.0, costed)),
        conversion_rate: conversion(app, reader, narrowed, days, orders).await?,
        gross_revenue: sums.gross.unwrap_or(0.0),
        returns: sums.returned.unwrap_or(0.0),
        ..Figures::default()
    })
}

/// Who bought, of both stretches by one look at their sales: how many, how many for the first time, and what they have brought so
/// far.
async fn people(
    app: &App,
    reader: &Reader,
    narrowed: &Narrowed,
    now: Option<Days>,
    before: Option<Days>,
) -> Result<People, Problem> {
    let within = |column: &str, days: Option<Days>, otherwise: &str| {
        let between = |days: Days| format!("{column} BETWEEN DATE '{}' AND DATE '{}'", days.from, days.to);
        days.map_or_else(|| otherwise.to_owned(), between)
    };
    let looked_at = now.map(|now| now.with(before));
    let (condition, values) = narrowed.sales(looked_at);
    let (is_now, is_before) = (within("s.ordered_on", now, "TRUE"), within("s.ordered_on", before, "FALSE"));
    let sql = format!(
        "SELECT {now}, {earlier}, \
         round(100.0 * count(CASE WHEN q.before AND NOT q.now THEN 1 END) / nullif(count(CASE WHEN q.before THEN 1 END), 0), 2) AS churn \
         FROM (SELECT s.customer_id AS q_customer, bool_or({is_now}) AS now, bool_or({is_before}) AS before FROM gold_sales s \
           WHERE {condition} AND ({is_now} OR {is_before}) AND {bought} AND s.customer_id IS NOT NULL GROUP BY s.customer_id) q \
         INNER JOIN gold_customer_analytics c ON c.customer_id = q.q_customer WHERE c.source = $1",
        now = counted("q.now", &within("c.first_order_on", now, "TRUE"), ["customers", "new_customers", "lifetime"]),
        earlier = counted(
            "q.before",
            &within("c.first_order_on", before, "FALSE"),
            ["customers_before", "new_before", "lifetime_before"]
        ),
        bought = narrowed.bought(),
    );
    Ok(rows(app, reader, &sql, values).await?.into_iter().next().unwrap_or_default())
}

/// Of the customers of a stretch of days, those who did not buy in another one, percent; `None` where there were none.
pub(super) async fn churn(
    app: &App,
    reader: &Reader,
    narrowed: &Narrowed,
    before: Days,
    now: Days,
) -> Result<Option<f64>, Problem> {
    Ok(people(app, reader, narrowed, Some(now), Some(before)).await?.churn)
}

/// How many customers are of a stretch, how many of them new in it, and what they have brought on average, under these names.
fn counted(of: &str, new: &str, [customers, new_customers, lifetime]: [&str; 3]) -> String {
    format!(
        "count(CASE WHEN {of} THEN 1 END) AS {customers}, count(CASE WHEN {of} AND {new} THEN 1 END) AS {new_customers}, \
         round(avg(CASE WHEN {of} THEN c.total_revenue END), 2) AS {lifetime}"
    )
}

/// Orders over visits; visits are counted of nobody in particular, so under a filter that they know nothing of there is none.
async fn conversion(
    app: &App,
    reader: &Reader,
    narrowed: &Narrowed,
    days: Option<Days>,
    orders: i64,
) -> Result<Option<f64>, Problem> {
    let counted = days.and_then(|days| views(narrowed, Some(days.from), Some(days.to)));
    let Some((condition, values)) = counted else { return Ok(None) };
    let sql = format!("SELECT CAST(sum(visits) AS BIGINT) AS n FROM silver_funnel WHERE {condition}");
    let visits: Vec<Count> = rows(app, reader, &sql, values).await?;
    let visits = visits.into_iter().next().and_then(|count| count.n).filter(|visits| *visits > 0);
    Ok(visits.map(|visits| two(100.0 * as_real(orders) / as_real(visits))))
}

/// Rounded to two decimals.
pub(super) fn two(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}

#[expect(clippy::cast_precision_loss, reason = "counts of orders are far below 2^53")]
pub(super) fn as_real(count: i64) -> f64 {
    count as f64
}
