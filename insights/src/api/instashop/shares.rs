//! `/api/instashop/categorias` and `/api/instashop/pagos`: which part of the sales is of which category and way of paying.

use axum::extract::State;
use belgrano_runtime::http::{Json, Query};
use belgrano_runtime::problem::{Problem, ProblemDocument};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{growth, percent};
use crate::access::Reader;
use crate::api::ask::rows;
use crate::api::days::Days;
use crate::api::filters::{Filters, Narrowed, money};
use crate::api::kpis::days;
use crate::api::sums::{Cube, OF_ORDERS};
use crate::app::App;

/// A part of the sales.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
pub(crate) struct ShareView {
    /// Null for lines or orders that name none.
    pub(crate) name: Option<String>,
    pub(crate) revenue: f64,
    /// Orders with such a line.
    pub(crate) orders: i64,
    pub(crate) units: i64,
    /// For each order; null without one.
    pub(crate) aov: Option<f64>,
    /// On the lines whose cost is known; null while none is.
    pub(crate) profit: Option<f64>,
    /// Percent of the sales whose cost is known.
    pub(crate) margin: Option<f64>,
    /// Percent of the revenue of all.
    #[serde(default)]
    pub(crate) share: Option<f64>,
    /// Of the stretch that `compare` names, of the same length right before unless it says otherwise; null when all days are asked about.
    #[serde(default)]
    pub(crate) previous_revenue: Option<f64>,
    /// Against `previous_revenue`, percent; null where that is nothing.
    #[serde(default)]
    pub(crate) growth: Option<f64>,
}

/// Sales by category, each with its part of the whole.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CategoryList {
    /// Of the highest sales first. Fees are money, but no category of goods.
    pub(crate) categories: Vec<ShareView>,
    pub(crate) total: i64,
}

/// Sales by way of paying, each with its part of the whole.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PaymentList {
    /// Of the highest sales first.
    pub(crate) payments: Vec<ShareView>,
    pub(crate) total: i64,
}

/// Sales by category
///
/// With their share and growth. An order with articles of two categories is one order in each.
#[utoipa::path(
    get, path = "/api/instashop/categorias", tag = "InstaShop", params(Filters),
    responses((status = 200, body = CategoryList), (status = 422, body = ProblemDocument))
)]
pub(super) async fn categories(
    State(app): State<App>,
    reader: Reader,
    Query(filters): Query<Filters>,
) -> Result<Json<CategoryList>, Problem> {
    Box::pin(categories_for(&app, &reader, filters)).await.map(Json)
}

/// Sales by category.
pub(crate) async fn categories_for(app: &App, reader: &Reader, filters: Filters) -> Result<CategoryList, Problem> {
    let narrowed = filters.check()?.by_line();
    // No cube: an order with lines of two businesses, or of two parts of a category, is one order of the category.
    let of = Parts { column: "s.category", cubes: &[], only: "AND NOT s.fee" };
    let categories = shares(app, reader, &narrowed, &of).await?;
    let total = i64::try_from(categories.len()).unwrap_or(i64::MAX);
    Ok(CategoryList { categories, total })
}

/// Sales by way of paying
///
/// With their share and growth.
#[utoipa::path(
    get, path = "/api/instashop/pagos", tag = "InstaShop", params(Filters),
    responses((status = 200, body = PaymentList), (status = 422, body = ProblemDocument))
)]
pub(crate) async fn payments(
    State(app): State<App>,
    reader: Reader,
    Query(filters): Query<Filters>,
) -> Result<Json<PaymentList>, Problem> {
    let narrowed = filters.check()?;
    let cubes = OF_ORDERS.get(..1).unwrap_or_default();
    let of = Parts { column: "s.payment_method", cubes, only: "" };
    let payments = shares(&app, &reader, &narrowed, &of).await?;
    let total = i64::try_from(payments.len()).unwrap_or(i64::MAX);
    Ok(Json(PaymentList { payments, total }))
}

/// What sales are parted by.
struct Parts {
    column: &'static str,
    cubes: &'static [Cube],
    /// One more condition on lines.
    only: &'static str,
}

async fn shares(app: &App, reader: &Reader, narrowed: &Narrowed, of: &Parts) -> Result<Vec<ShareView>, Problem> {
    let mut now = parts(app, reader, narrowed, of, None).await?;
    let all = now.iter().map(|part| part.revenue).sum();
    let asked = if narrowed.from.is_some() { days(app, reader, narrowed).await? } else { None };
    let before = match asked.and_then(|asked| asked.before(narrowed.compare)) {
        Some(before) => Some(parts(app, reader, narrowed, of, Some(before)).await?),
        None => None,
    };
    for part in &mut now {
        part.share = percent(part.revenue, all);
        let Some(before) = &before else { continue };
        let revenue = before.iter().find(|other| other.name == part.name).map_or(0.0, |other| other.revenue);
        part.previous_revenue = Some(revenue);
        part.growth = growth(part.revenue, revenue);
    }
    Ok(now)
}

async fn parts(
    app: &App,
    reader: &Reader,
    narrowed: &Narrowed,
    of: &Parts,
    days: Option<Days>,
) -> Result<Vec<ShareView>, Problem> {
    let (condition, values) = narrowed.sales(days);
    let sums = narrowed.sums_with_profit(of.cubes);
    let sql = format!(
        "SELECT {column} AS name, {revenue} AS revenue, CAST({orders} AS BIGINT) AS orders, CAST(sum({units}) AS BIGINT) AS units, \
         round({revenue} / nullif({orders}, 0), 2) AS aov, {profit} AS profit, round(100.0 * {profit} / nullif({costed}, 0), 2) AS margin \
         FROM {table} s WHERE {condition} {only} GROUP BY {column} ORDER BY 2 DESC, 1",
        column = of.column,
        only = of.only,
        revenue = money(&format!("sum({})", narrowed.amount())),
        orders = sums.orders(),
        units = narrowed.units(),
        profit = money(sums.profit()),
        costed = money(sums.costed()),
        table = sums.table(),
    );
    rows(app, reader, &sql, values).await
}
