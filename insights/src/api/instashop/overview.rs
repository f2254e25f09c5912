//! `/api/instashop/kpis`: the figures at the head of the dashboard.

use axum::extract::State;
use belgrano_runtime::http::{Json, Query};
use belgrano_runtime::problem::{Problem, ProblemDocument};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::stock::{StockFigures, stock_figures};
use super::{growth, last_days};
use crate::access::Reader;
use crate::api::ask::rows;
use crate::api::days::{Compare, Days};
use crate::api::filters::{Filters, Narrowed, money};
use crate::api::kpis::{as_real, churn, days, kpis_for, two};
use crate::api::sums::{OF_CATEGORIES, OF_ORDERS};
use crate::app::App;

/// Days of `revenue_30d`.
const MONTH: i64 = 30;
/// Days that are compared for `retention_rate` when none are asked about.
const RETAINED: i64 = 90;

/// Financial figures: revenue, average order, growth and profit.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Financial {
    /// Sales of the days asked about, or of all: net unless `sales=gross`.
    pub(crate) revenue_total: f64,
    /// Of the same, for each order; zero without orders.
    pub(crate) aov: f64,
    /// Sales of the last 30 days, up to the last that is asked about.
    pub(crate) revenue_30d: f64,
    /// By how much those are above the 30 days before, percent; null where those sold nothing.
    pub(crate) growth_rate: Option<f64>,
    /// On the lines whose cost is known; null while none is.
    pub(crate) gross_profit: Option<f64>,
    /// Percent of the sales whose cost is known.
    pub(crate) profit_margin: Option<f64>,
}

/// Figures of customers: how many bought, what they bring, who came back.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CustomerFigures {
    /// Customers who bought.
    pub(crate) active: i64,
    /// Of those, the ones whose first order is of these days.
    pub(crate) new: i64,
    /// Net sales to date of those who bought, on average.
    pub(crate) lifetime_value: Option<f64>,
    /// Of the customers of the stretch before, those who bought again in this one, percent; null without any.
    pub(crate) retention_rate: Option<f64>,
    /// Days of that stretch: those asked about, or 90.
    pub(crate) retention_days: Option<i64>,
}

/// Figures of orders: how many, and how many a day.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SalesFigures {
    pub(crate) orders: i64,
    /// On average over the days, those without an order too; null while the source has no days.
    pub(crate) orders_per_day: Option<f64>,
    /// The category of the highest sales.
    pub(crate) top_category: Option<String>,
    /// The way of paying of the highest sales.
    pub(crate) top_payment_method: Option<String>,
}

/// The figures at the head of the dashboard.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Overview {
    /// First day that is looked at; null while the source has none.
    pub(crate) from: Option<String>,
    /// Last day that is looked at.
    pub(crate) to: Option<String>,
    pub(crate) financial: Financial,
    pub(crate) customers: CustomerFigures,
    pub(crate) inventory: StockFigures,
    pub(crate) sales: SalesFigures,
}

/// Financial, customer, stock and sales figures
///
/// Of the days asked about, or of all. The stock is that of now, by category, business and price.
#[utoipa::path(
    get, path = "/api/instashop/kpis", tag = "InstaShop", params(Filters),
    responses((status = 200, body = Overview), (status = 422, body = ProblemDocument))
)]
pub(crate) async fn overview(
    State(app): State<App>,
    reader: Reader,
    Query(filters): Query<Filters>,
) -> Result<Json<Overview>, Problem> {
    let narrowed = filters.clone().check()?;
    let asked = days(&app, &reader, &narrowed).await?;
    let figures = Box::pin(kpis_for(&app, &reader, filters)).await?;
    let month = asked.and_then(|asked| last_days(asked.to, MONTH));
    let revenue_30d = revenue(&app, &reader, &narrowed, month).await?;
    let before = revenue(&app, &reader, &narrowed, month.and_then(|month| month.before(Compare::Before))).await?;
    let (retention_rate, retention_days) = retention(&app, &reader, &narrowed, asked).await?;
    let top_category = top(&app, &reader, &narrowed, "s.category").await?;
    let top_payment_method = top(&app, &reader, &narrowed, "s.payment_method").await?;
    let now = figures.now;
    let length = asked.map(|asked| i64::from(asked.count()));
    Ok(Json(Overview {
        from: asked.map(|asked| asked.from.to_string()),
        to: asked.map(|asked| asked.to.to_string()),
        financial: Financial {
            revenue_total: now.total_revenue,
            aov: now.avg_order_value,
            revenue_30d,
            growth_rate: growth(revenue_30d, before),
            gross_profit: now.gross_profit,
            profit_margin: now.profit_margin,
        },
        customers: CustomerFigures {
            active: now.total_customers,
            new: now.new_customers,
            lifetime_value: now.customer_lifetime_value,
            retention_rate,
            retention_days,
        },
        inventory: stock_figures(&app, &reader, &narrowed).await?,
        sales: SalesFigures {
            orders: now.total_orders,
            orders_per_day: length.map(|length| two(as_real(now.total_orders) / as_real(length))),
            top_category,
            top_payment_method,
        },
    }))
}

#[derive(Deserialize)]
struct Amount {
    revenue: Option<f64>,
}

async fn revenue(app: &App, reader: &Reader, narrowed: &Narrowed, days: Option<Days>) -> Result<f64, Problem> {
    let Some(days) = days else { return Ok(0.0) };
    let (condition, values) = narrowed.sales(Some(days));
    let sql = format!(
        "SELECT {revenue} AS revenue FROM {table} s WHERE {condition}",
        revenue = money(&format!("sum({})", narrowed.amount())),
        table = narrowed.sums(OF_ORDERS).table(),
    );
    let found: Vec<Amount> = rows(app, reader, &sql, values).await?;
    Ok(found.into_iter().next().and_then(|found| found.revenue).unwrap_or(0.0))
}

/// What `/api/kpis` does not call lost, and over how many days.
async fn retention(
    app: &App,
    reader: &Reader,
    narrowed: &Narrowed,
    asked: Option<Days>,
) -> Result<(Option<f64>, Option<i64>), Problem> {
    let (stretch, compare) = match asked {
        Some(asked) if narrowed.from.is_none() => (last_days(asked.to, RETAINED), Compare::Before),
        asked => (asked, narrowed.compare),
    };
    let Some((now, before)) = stretch.and_then(|now| Some((now, now.before(compare)?))) else {
        return Ok((None, None));
    };
    let lost = churn(app, reader, narrowed, before, now).await?;
    Ok((lost.map(|lost| two(100.0 - lost)), Some(i64::from(now.count()))))
}

#[derive(Deserialize)]
struct Named {
    name: Option<String>,
}

async fn top(app: &App, reader: &Reader, narrowed: &Narrowed, column: &str) -> Result<Option<String>, Problem> {
    let (condition, values) = narrowed.sales(None);
    let sums =
        narrowed.sums(if column == "s.category" { OF_CATEGORIES } else { OF_ORDERS.get(..1).unwrap_or_default() });
    let goods = if column == "s.category" { "AND NOT s.fee" } else { "" };
    let sql = format!(
        "SELECT {column} AS name FROM {table} s WHERE {condition} AND {column} IS NOT NULL {goods} GROUP BY {column} \
         ORDER BY sum({amount}) DESC, 1 LIMIT 1",
        table = sums.table(),
        amount = narrowed.amount(),
    );
    let found: Vec<Named> = rows(app, reader, &sql, values).await?;
    Ok(found.into_iter().next().and_then(|found| found.name))
}
