//! The addresses of TechStore's analytics: customers by value, products by sales, sales by period, in its words.

use axum::extract::State;
use belgrano_shared::http::{Json, Path, Query};
use belgrano_shared::problem::{Problem, ProblemDocument};
use belgrano_shared::texts::Message;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::ask::{Ids, rows, text};
use super::filters::within;
use crate::access::Reader;
use crate::app::App;
use crate::ingest::OWN;

/// The segments that it names.
const SEGMENTS: [&str; 6] = ["VIP", "Loyal", "New", "At Risk", "Lost", "Regular"];

/// How many, of which source.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Limited {
    /// At most so many, 1 to 1000; 10 when it is left out.
    limit: Option<i64>,
    /// Name of the source of data; our own when it is left out.
    #[serde(default = "own")]
    fuente: String,
}

fn own() -> String {
    OWN.to_owned()
}

impl Limited {
    fn limit(&self) -> Result<i64, Problem> {
        within("limit", self.limit, 10, 1..=1000)
    }
}

/// A customer.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
pub(crate) struct CustomerView {
    #[schema(value_type = i64)]
    customer_id: Value,
    /// Null for who may not see names.
    name: Option<String>,
    /// Null for who may not see addresses.
    email: Option<String>,
    city: Option<String>,
    country: Option<String>,
    age_group: Option<String>,
    customer_lifetime_stage: Option<String>,
    total_orders: i64,
    total_revenue: f64,
    avg_order_value: Option<f64>,
    customer_segment: Option<String>,
    customer_lifetime_value: f64,
}

const CUSTOMERS: &str = "SELECT c.customer_id, nullif(trim(concat_ws(' ', p.first_name, p.last_name)), '') AS name, p.email, c.city, \
     c.country, c.age_group, c.customer_lifetime_stage, c.total_orders, c.total_revenue, c.avg_order_value, c.customer_segment, \
     c.customer_lifetime_value FROM (SELECT * FROM gold_customer_analytics WHERE source = $1 AND total_orders > 0 {and} \
       ORDER BY customer_lifetime_value DESC, customer_id LIMIT {limit}) c \
     LEFT JOIN silver_persons p ON p.source = $1 AND p.customer_id = c.customer_id \
     ORDER BY c.customer_lifetime_value DESC, c.customer_id";

async fn customers(
    app: &App,
    reader: &Reader,
    limited: Limited,
    segment: Option<String>,
) -> Result<Json<Vec<CustomerView>>, Problem> {
    let condition = if segment.is_some() { "AND customer_segment = $2" } else { "" };
    let sql = CUSTOMERS.replace("{and}", condition).replace("{limit}", &limited.limit()?.to_string());
    let ids = Ids::of(app, reader, &limited.fuente).await?;
    let values = [text(limited.fuente)].into_iter().chain(segment.map(text)).collect();
    let found: Vec<CustomerView> = rows(app, reader, &sql, values).await?;
    let view = |row: CustomerView| CustomerView {
        customer_id: ids.customer(row.customer_id),
        name: row.name.filter(|_| reader.persons),
        email: row.email.filter(|_| reader.persons),
        ..row
    };
    Ok(Json(found.into_iter().map(view).collect()))
}

/// Customers of the highest lifetime value
#[utoipa::path(
    get, path = "/api/customers/top-customers", tag = "TechStore", params(Limited),
    responses((status = 200, body = [CustomerView]), (status = 422, body = ProblemDocument))
)]
pub(crate) async fn top_customers(
    State(app): State<App>,
    reader: Reader,
    Query(limited): Query<Limited>,
) -> Result<Json<Vec<CustomerView>>, Problem> {
    customers(&app, &reader, limited, None).await
}

/// Customers of a segment
///
/// `VIP`, `Loyal`, `New`, `At Risk`, `Lost` or `Regular`, of the highest lifetime value first.
#[utoipa::path(
    get, path = "/api/customers/segments/{segment}", tag = "TechStore", params(("segment" = String, Path), Limited),
    responses((status = 200, body = [CustomerView]), (status = 422, body = ProblemDocument))
)]
pub(crate) async fn by_segment(
    State(app): State<App>,
    reader: Reader,
    Path(segment): Path<String>,
    Query(limited): Query<Limited>,
) -> Result<Json<Vec<CustomerView>>, Problem> {
    let Some(known) = SEGMENTS.iter().find(|known| known.eq_ignore_ascii_case(&segment)) else {
        let message = Message::new("error-insights-choice").with("of", SEGMENTS.join(", "));
        return Err(Problem::invalid_field("segment", message));
    };
    customers(&app, &reader, limited, Some((*known).to_owned())).await
}

/// A product.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
pub(crate) struct ProductView {
    #[schema(value_type = i64)]
    product_id: Value,
    product_name: Option<String>,
    category: Option<String>,
    /// Null: our catalog does not know brands.
    brand: Option<String>,
    current_price: Option<f64>,
    current_stock: Option<i64>,
    total_units_sold: i64,
    total_revenue: f64,
    /// Null while no cost is known.
    total_profit: Option<f64>,
    sales_performance: String,
    avg_rating: Option<f64>,
    product_health_score: f64,
    /// `Out of Stock`, `Critical`, `Low`, `Normal` or `Overstock`; null where stock is not counted.
    stock_level: Option<String>,
    reorder_point: Option<i64>,
    /// How many days the stock lasts at the pace of the last ninety days.
    days_of_stock: Option<f64>,
}

async fn products(
    app: &App,
    reader: &Reader,
    limited: Limited,
    condition: &str,
    order: &str,
) -> Result<Json<Vec<ProductView>>, Problem> {
    let limit = limited.limit()?;
    let sql = format!(
        "SELECT product_id, product_name, category, brand, current_price, current_stock, total_units_sold, total_revenue, \
         total_profit, sales_performance, avg_rating, product_health_score, stock_level, reorder_point, days_of_stock \
         FROM gold_product_performance WHERE source = $1 AND {condition} ORDER BY {order}, product_id LIMIT {limit}"
    );
    let ids = Ids::of(app, reader, &limited.fuente).await?;
    let found: Vec<ProductView> = rows(app, reader, &sql, vec![text(limited.fuente)]).await?;
    let view = |row: ProductView| ProductView { product_id: ids.product(row.product_id), ..row };
    Ok(Json(found.into_iter().map(view).collect()))
}

/// Best selling products
///
/// By net sales, most first.
#[utoipa::path(
    get, path = "/api/products/best-sellers", tag = "TechStore", params(Limited),
    responses((status = 200, body = [ProductView]), (status = 422, body = ProblemDocument))
)]
pub(crate) async fn best_sellers(
    State(app): State<App>,
    reader: Reader,
    Query(limited): Query<Limited>,
) -> Result<Json<Vec<ProductView>>, Problem> {
    products(&app, &reader, limited, "total_units_sold > 0", "total_revenue DESC").await
}

/// Products with little or no stock
///
/// What is out of stock first, then what lasts the shortest.
#[utoipa::path(
    get, path = "/api/products/low-stock", tag = "TechStore", params(Limited),
    responses((status = 200, body = [ProductView]), (status = 422, body = ProblemDocument))
)]
pub(crate) async fn low_stock(
    State(app): State<App>,
    reader: Reader,
    Query(limited): Query<Limited>,
) -> Result<Json<Vec<ProductView>>, Problem> {
    let condition = "active AND stock_level IN ('Out of Stock', 'Critical', 'Low')";
    let order =
        "CASE stock_level WHEN 'Out of Stock' THEN 0 WHEN 'Critical' THEN 1 ELSE 2 END, days_of_stock NULLS LAST";
    products(&app, &reader, limited, condition, order).await
}

/// A period that ends today.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Period {
    /// Days, today among them, 1 to 3650; 30 when it is left out.
    days: Option<i64>,
    /// Name of the source of data; our own when it is left out.
    #[serde(default = "own")]
    fuente: String,
}

/// What was sold in a period.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
pub(crate) struct Summary {
    #[serde(default)]
    days_analyzed: i64,
    total_revenue: f64,
    total_orders: i64,
    avg_daily_revenue: f64,
    avg_order_value: f64,
}

/// What was sold in a period
///
/// Net sales of the last days, today among them; of an import, of the days up to its last order.
#[utoipa::path(
    get, path = "/api/sales/summary", tag = "TechStore", params(Period),
    responses((status = 200, body = Summary), (status = 422, body = ProblemDocument))
)]
pub(crate) async fn summary(
    State(app): State<App>,
    reader: Reader,
    Query(period): Query<Period>,
) -> Result<Json<Summary>, Problem> {
    let days = within("days", period.days, 30, 1..=3650)?;
    let sql = format!(
        "SELECT round(CAST(revenue AS DOUBLE), 2) AS total_revenue, orders AS total_orders, \
           round(CAST(revenue AS DOUBLE) / {days}, 2) AS avg_daily_revenue, \
           coalesce(round(CAST(revenue AS DOUBLE) / nullif(orders, 0), 2), 0.0) AS avg_order_value \
         FROM (SELECT coalesce(sum(d.net), 0) AS revenue, coalesce(sum(d.net_orders), 0) AS orders \
           FROM gold_sources f LEFT JOIN gold_daily_sales d ON d.source = f.source \
             AND d.ordered_on > f.told_until - INTERVAL '{days} day' AND d.ordered_on <= f.told_until WHERE f.source = $1)"
    );
    let found: Vec<Summary> = rows(&app, &reader, &sql, vec![text(period.fuente)]).await?;
    let none =
        Summary { days_analyzed: 0, total_revenue: 0.0, total_orders: 0, avg_daily_revenue: 0.0, avg_order_value: 0.0 };
    let summary = found.into_iter().next().unwrap_or(none);
    Ok(Json(Summary { days_analyzed: days, ..summary }))
}

/// Months that end with this one.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Months {
    /// How many, 1 to 120; 12 when it is left out.
    months: Option<i64>,
    /// Name of the source of data; our own when it is left out.
    #[serde(default = "own")]
    fuente: String,
}

/// A month.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
pub(crate) struct MonthView {
    /// Its first day, as `2024-10-01T00:00:00`.
    sale_date: String,
    /// Net sales of the whole month: the name is TechStore's.
    daily_revenue: f64,
    /// Orders of the whole month.
    daily_orders: i64,
    monthly_revenue: f64,
    /// Against the month before; for the month that is not over, against the same days of the one before. Null without one.
    #[serde(default)]
    mom_revenue_growth_percent: Option<f64>,
}

/// Months
///
/// Net sales by month, the latest first.
#[utoipa::path(
    get, path = "/api/sales/trends", tag = "TechStore", params(Months),
    responses((status = 200, body = [MonthView]), (status = 422, body = ProblemDocument))
)]
pub(crate) async fn trends(
    State(app): State<App>,
    reader: Reader,
    Query(months): Query<Months>,
) -> Result<Json<Vec<MonthView>>, Problem> {
    let count = within("months", months.months, 12, 1..=120)?;
    let sql = format!(
        "SELECT concat(CAST(month AS VARCHAR), 'T00:00:00') AS sale_date, monthly_revenue AS daily_revenue, \
         monthly_orders AS daily_orders, monthly_revenue, mom_revenue_growth_percent \
         FROM gold_monthly_sales WHERE source = $1 ORDER BY month DESC LIMIT {count}"
    );
    Ok(Json(rows(&app, &reader, &sql, vec![text(months.fuente)]).await?))
}
