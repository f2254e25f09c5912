//! `/api/instashop/stock`: what is at hand, how long it lasts and what to order.

use axum::extract::State;
use belgrano_runtime::http::{Json, Query};
use belgrano_runtime::problem::{Problem, ProblemDocument};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::last_days;
use crate::access::Reader;
use crate::api::ask::{Ids, rows};
use crate::api::filters::{Filters, Narrowed, money, within};
use crate::api::kpis::days;
use crate::app::App;

/// Articles `p` of `gold_stock` that are for sale and `Crítico`: what every list and count of what runs out is of.
pub(crate) const CRITICAL: &str = "p.active AND p.urgency = 1";

/// Days that say from which branches an article is sold, when none are asked about.
const SOLD_FROM: i64 = 90;

/// A part of the list.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct StockPage {
    /// At most so many articles, 1 to 1000; 100 when it is left out.
    pub(crate) limit: Option<i64>,
    /// How many articles to leave out before the first that is told.
    pub(crate) offset: Option<i64>,
}

/// The stock as a whole.
#[derive(Clone, Debug, Default, Deserialize, Serialize, ToSchema)]
pub(crate) struct StockFigures {
    /// Articles for sale.
    pub(crate) articles: i64,
    /// None left, or below the reorder point.
    pub(crate) critical: i64,
    /// Up to one and a half times the reorder point, or under two weeks of demand.
    pub(crate) low: i64,
    pub(crate) optimal: i64,
    /// Articles whose stock is not counted.
    pub(crate) uncounted: i64,
    /// Cost of what is at hand, of the articles whose cost is known.
    pub(crate) stock_value: Option<f64>,
    /// How often a year that stock is sold: cost of a year's demand over the cost of the mean stock; null without any.
    pub(crate) rotation: Option<f64>,
    /// Days that all pieces at hand would last together; null where nothing sells.
    pub(crate) days_of_stock: Option<f64>,
    /// Pieces to order of all articles.
    pub(crate) order_quantity: i64,
}

/// Stock of an article, how long it lasts, and how much to order.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
pub(crate) struct StockView {
    #[schema(value_type = i64)]
    pub(crate) product_id: Value,
    pub(crate) product_name: Option<String>,
    pub(crate) category: Option<String>,
    pub(crate) business: Option<String>,
    /// Null when not counted, as all that follows from it.
    pub(crate) state: Option<String>,
    pub(crate) current_stock: Option<i64>,
    pub(crate) reorder_point: Option<i64>,
    /// Days from ordering to receiving; null when unknown.
    pub(crate) lead_days: Option<i64>,
    /// Over the last 90 days.
    pub(crate) units_per_day: f64,
    pub(crate) days_of_stock: Option<f64>,
    /// Mean of the stock of now and of 90 days ago.
    pub(crate) mean_stock: Option<f64>,
    /// How often a year that is sold.
    pub(crate) rotation: Option<f64>,
    /// Pieces to order; zero while there is enough.
    pub(crate) order_quantity: Option<i64>,
    pub(crate) revenue_90d: f64,
    pub(crate) days_since_last_sale: Option<i64>,
}

/// A branch, by what was sold from it.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
pub(crate) struct BranchView {
    pub(crate) business: Option<String>,
    /// Null for lines that name none.
    pub(crate) branch: Option<String>,
    /// Articles sold from it.
    pub(crate) articles: i64,
    pub(crate) units: i64,
    pub(crate) revenue: f64,
    /// Of those articles, the ones that are in that state now.
    pub(crate) critical: i64,
    pub(crate) low: i64,
}

/// What is at hand.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct StockList {
    pub(crate) summary: StockFigures,
    /// The most urgent first.
    pub(crate) products: Vec<StockView>,
    pub(crate) total: i64,
    /// A count of a stock is of the whole marketplace: a branch is known by what was sold from it.
    pub(crate) branches: Vec<BranchView>,
}

/// Stock
///
/// Articles for sale, by category, business and price; the other filters narrow what was sold from each branch, in the days asked
/// about or the last 90.
#[utoipa::path(
    get, path = "/api/instashop/stock", tag = "InstaShop", params(Filters, StockPage),
    responses((status = 200, body = StockList), (status = 422, body = ProblemDocument))
)]
pub(super) async fn stock(
    State(app): State<App>,
    reader: Reader,
    Query(filters): Query<Filters>,
    Query(page): Query<StockPage>,
) -> Result<Json<StockList>, Problem> {
    Box::pin(stock_for(&app, &reader, filters, page)).await.map(Json)
}

/// How articles stand on the shelf.
pub(crate) async fn stock_for(
    app: &App,
    reader: &Reader,
    filters: Filters,
    page: StockPage,
) -> Result<StockList, Problem> {
    let (limit, offset) =
        (within("limit", page.limit, 100, 1..=1000)?, within("offset", page.offset, 0, 0..=10_000_000)?);
    let narrowed = filters.check()?;
    let (condition, values) = narrowed.articles();
    let sql = format!(
        "SELECT p.product_id, p.product_name, p.category, p.business, p.stock_state AS state, p.current_stock, p.reorder_point, p.lead_days, \
         p.units_per_day, p.days_of_stock, p.mean_stock, p.rotation, p.order_quantity, p.revenue_90d, p.days_since_last_sale \
         FROM gold_stock p WHERE {condition} AND p.active \
         ORDER BY p.urgency NULLS LAST, p.days_of_stock NULLS LAST, p.revenue_90d DESC, p.product_id LIMIT {limit} OFFSET {offset}"
    );
    let ids = Ids::of(app, reader, &narrowed.source).await?;
    let found: Vec<StockView> = rows(app, reader, &sql, values).await?;
    let products = found.into_iter().map(|row| StockView { product_id: ids.product(row.product_id), ..row }).collect();
    let summary = stock_figures(app, reader, &narrowed).await?;
    let branches = branches(app, reader, &narrowed).await?;
    Ok(StockList { total: summary.articles, summary, products, branches })
}

/// The stock as a whole.
pub(super) async fn stock_figures(app: &App, reader: &Reader, narrowed: &Narrowed) -> Result<StockFigures, Problem> {
    let (condition, values) = narrowed.articles();
    let sql = format!(
        "SELECT count(*) AS articles, count(CASE WHEN p.urgency = 1 THEN 1 END) AS critical, \
         count(CASE WHEN p.urgency = 2 THEN 1 END) AS low, count(CASE WHEN p.urgency = 3 THEN 1 END) AS optimal, \
         count(CASE WHEN p.urgency IS NULL THEN 1 END) AS uncounted, \
         round(sum(greatest(p.current_stock, 0) * p.current_cost), 2) AS stock_value, \
         round(sum(CASE WHEN p.mean_stock > 0 THEN p.units_per_day * 365 * p.current_cost END) \
           / nullif(sum(CASE WHEN p.mean_stock > 0 THEN p.mean_stock * p.current_cost END), 0), 2) AS rotation, \
         round(sum(greatest(p.current_stock, 0)) / nullif(sum(CASE WHEN p.current_stock IS NOT NULL THEN greatest(p.units_per_day, 0.0) END), 0), 1) \
           AS days_of_stock, \
         CAST(coalesce(sum(p.order_quantity), 0) AS BIGINT) AS order_quantity FROM gold_stock p WHERE {condition} AND p.active"
    );
    let found: Vec<StockFigures> = rows(app, reader, &sql, values).await?;
    Ok(found.into_iter().next().unwrap_or_default())
}

async fn branches(app: &App, reader: &Reader, narrowed: &Narrowed) -> Result<Vec<BranchView>, Problem> {
    let asked = days(app, reader, narrowed).await?;
    let asked = if narrowed.from.is_some() { asked } else { asked.and_then(|asked| last_days(asked.to, SOLD_FROM)) };
    let (condition, values) = narrowed.sales(asked);
    let sql = format!(
        "SELECT l.business, l.branch, count(*) AS articles, CAST(sum(l.units) AS BIGINT) AS units, {revenue} AS revenue, \
         count(CASE WHEN p.urgency = 1 THEN 1 END) AS critical, count(CASE WHEN p.urgency = 2 THEN 1 END) AS low \
         FROM (SELECT s.business, s.branch, s.product_id AS l_product, sum({units}) AS units, sum({amount}) AS amount \
           FROM gold_sales s WHERE {condition} AND NOT s.fee GROUP BY s.business, s.branch, s.product_id) l \
         LEFT JOIN (SELECT product_id, urgency FROM gold_stock WHERE source = $1) p ON p.product_id = l.l_product \
         GROUP BY l.business, l.branch ORDER BY 5 DESC, 1, 2",
        revenue = money("sum(l.amount)"),
        units = narrowed.units(),
        amount = narrowed.amount(),
    );
    rows(app, reader, &sql, values).await
}
