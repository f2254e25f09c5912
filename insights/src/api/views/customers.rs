//! `/api/clientes/…`: segments, new and returning customers, and how what they bring is spread.

use axum::extract::State;
use belgrano_runtime::http::{Json, Query};
use belgrano_runtime::problem::{Problem, ProblemDocument};
use datafusion::common::ScalarValue;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::access::Reader;
use crate::api::ask::rows;
use crate::api::filters::{Filters, Narrowed, money};
use crate::api::instashop::{percent, share};
use crate::app::App;

/// A segment of recency, frequency and value.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
pub(crate) struct SegmentView {
    /// One of the eleven RFM segments.
    pub(crate) segment: String,
    /// The segment of TechStore's six.
    pub(crate) group: String,
    /// Customers of it who bought what is asked about.
    pub(crate) customers: i64,
    pub(crate) orders: i64,
    pub(crate) revenue: f64,
    /// For each order.
    pub(crate) aov: Option<f64>,
    /// Days since the last order, on average.
    pub(crate) recency: Option<f64>,
    /// Percent of the customers.
    #[serde(default)]
    pub(crate) share: Option<f64>,
    /// Percent of their revenue.
    #[serde(default)]
    pub(crate) revenue_share: Option<f64>,
}

/// Customers who bought what is asked about, by segment.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Segments {
    /// Of the highest revenue first; those without a customer are left out.
    pub(crate) segments: Vec<SegmentView>,
    pub(crate) total: i64,
}

/// Segments of customers
///
/// Who bought what is asked about, by the segment that they are of now.
#[utoipa::path(
    get, path = "/api/clientes/segmentos", tag = "Belgrano", params(Filters),
    responses((status = 200, body = Segments), (status = 422, body = ProblemDocument))
)]
pub(super) async fn segments(
    State(app): State<App>,
    reader: Reader,
    Query(filters): Query<Filters>,
) -> Result<Json<Segments>, Problem> {
    Box::pin(segments_for(&app, &reader, filters)).await.map(Json)
}

/// Buyers of the period by their segment (RFM), with how many they are and what they spent.
pub(crate) async fn segments_for(app: &App, reader: &Reader, filters: Filters) -> Result<Segments, Problem> {
    let (buyers, values) = filters.check()?.buyers();
    let sql = format!(
        "SELECT c.rfm_segment AS segment, max(c.customer_segment) AS \"group\", count(*) AS customers, \
         CAST(sum(b.b_orders) AS BIGINT) AS orders, {revenue} AS revenue, round({revenue} / nullif(sum(b.b_orders), 0), 2) AS aov, \
         round(avg(CAST(c.days_since_last_order AS DOUBLE)), 1) AS recency \
         FROM gold_customer_analytics c INNER JOIN ({buyers}) b ON c.customer_id = b.b_customer \
         WHERE c.source = $1 AND c.rfm_segment IS NOT NULL GROUP BY c.rfm_segment ORDER BY 5 DESC, 1",
        revenue = money("sum(b.b_revenue)"),
    );
    let mut segments: Vec<SegmentView> = rows(app, reader, &sql, values).await?;
    let customers = segments.iter().map(|segment| segment.customers).sum();
    let revenue = segments.iter().map(|segment| segment.revenue).sum();
    for segment in &mut segments {
        segment.share = share(segment.customers, customers);
        segment.revenue_share = percent(segment.revenue, revenue);
    }
    let total = i64::try_from(segments.len()).unwrap_or(i64::MAX);
    Ok(Segments { segments, total })
}

/// New and returning customers of a month.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
pub(crate) struct NewcomersView {
    /// Its first day.
    pub(crate) month: String,
    /// Customers whose first net order is of this month.
    pub(crate) new: i64,
    /// Customers who had bought in an earlier month.
    pub(crate) returning: i64,
    /// What each brought in the month.
    pub(crate) new_revenue: f64,
    pub(crate) returning_revenue: f64,
    /// Sales that name no customer.
    pub(crate) nobody_revenue: f64,
}

/// New customers and those who came back.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NewAndReturning {
    /// The earliest first.
    pub(crate) months: Vec<NewcomersView>,
    pub(crate) total: i64,
}

/// New and returning customers
///
/// By month: who bought what is asked about for the first time ever in that month, and who had bought before it.
#[utoipa::path(
    get, path = "/api/clientes/nuevos", tag = "Belgrano", params(Filters),
    responses((status = 200, body = NewAndReturning), (status = 422, body = ProblemDocument))
)]
pub(super) async fn returning(
    State(app): State<App>,
    reader: Reader,
    Query(filters): Query<Filters>,
) -> Result<Json<NewAndReturning>, Problem> {
    Box::pin(returning_for(&app, &reader, filters)).await.map(Json)
}

/// New and returning customers by month.
pub(crate) async fn returning_for(app: &App, reader: &Reader, filters: Filters) -> Result<NewAndReturning, Problem> {
    let narrowed = filters.check()?;
    let (months, values) = by_month(&narrowed);
    let known = "b.b_customer IS NOT NULL AND b.b_orders > 0";
    let new = "CAST(date_trunc('month', c.first_order_on) AS DATE) = b.b_month";
    let sum = |of: &str| format!("coalesce({}, 0.0)", money(&format!("sum(CASE WHEN {of} THEN b.b_revenue END)")));
    let sql = format!(
        "SELECT CAST(b.b_month AS VARCHAR) AS month, count(CASE WHEN {known} AND {new} THEN 1 END) AS \"new\", \
         count(CASE WHEN {known} AND NOT {new} THEN 1 END) AS \"returning\", {new_revenue} AS new_revenue, \
         {returning_revenue} AS returning_revenue, {nobody} AS nobody_revenue FROM \
         ({months}) b \
         LEFT JOIN (SELECT customer_id, first_order_on FROM gold_customer_analytics WHERE source = $1) c ON c.customer_id = b.b_customer \
         GROUP BY b.b_month ORDER BY 1",
        new_revenue = sum(&format!("b.b_customer IS NOT NULL AND {new}")),
        returning_revenue = sum(&format!("b.b_customer IS NOT NULL AND ({new}) IS NOT TRUE")),
        nobody = sum("b.b_customer IS NULL"),
    );
    let months: Vec<NewcomersView> = rows(app, reader, &sql, values).await?;
    let total = i64::try_from(months.len()).unwrap_or(i64::MAX);
    Ok(NewAndReturning { months, total })
}

/// What each customer, and nobody, bought in each month: of everything it is kept, else it is summed of lines.
fn by_month(narrowed: &Narrowed) -> (String, Vec<ScalarValue>) {
    let (condition, values) = narrowed.sales(None);
    let month = "CAST(date_trunc('month', s.ordered_on) AS DATE)";
    if narrowed.is_of_everything() && narrowed.from.is_none() && narrowed.to.is_none() && !narrowed.gross {
        let sql = format!(
            "SELECT m.customer_id AS b_customer, m.month AS b_month, m.orders AS b_orders, m.net AS b_revenue FROM gold_customer_months m \
             WHERE m.source = $1 UNION ALL \
             SELECT s.customer_id, {month}, CAST(0 AS BIGINT), CAST(sum(s.net) AS DECIMAL(28, 4)) FROM gold_sales s \
             WHERE {condition} AND s.customer_id IS NULL GROUP BY 1, 2"
        );
        return (sql, values);
    }
    // Whether there was an order is enough: to count different ones would keep a set of them for each row.
    let sold = if narrowed.gross { "s.kind = 'sale'" } else { "s.kind = 'sale' AND NOT s.voided" };
    let sql = format!(
        "SELECT s.customer_id AS b_customer, {month} AS b_month, max(CASE WHEN {sold} THEN 1 ELSE 0 END) AS b_orders, \
         sum({amount}) AS b_revenue FROM gold_sales s WHERE {condition} GROUP BY 1, 2",
        amount = narrowed.amount(),
    );
    (sql, values)
}

/// How what customers bring is spread.
#[derive(Debug, Default, Deserialize, Serialize, ToSchema)]
pub(crate) struct ValueView {
    /// Customers who bought what is asked about.
    pub(crate) customers: i64,
    /// What they brought of it, on average.
    pub(crate) mean: Option<f64>,
    /// The tenth, the quarter, half and so on brought this much or less.
    pub(crate) p10: Option<f64>,
    pub(crate) p25: Option<f64>,
    pub(crate) p50: Option<f64>,
    pub(crate) p75: Option<f64>,
    pub(crate) p90: Option<f64>,
    pub(crate) p95: Option<f64>,
    pub(crate) p99: Option<f64>,
    /// Customers and their revenue by how much they brought, in ten steps of customers: the least first.
    #[serde(default)]
    pub(crate) tenths: Vec<TenthView>,
}

/// A tenth of the customers.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
pub(crate) struct TenthView {
    /// 1 to 10, the last being those who brought most.
    pub(crate) tenth: i64,
    pub(crate) customers: i64,
    pub(crate) from: f64,
    pub(crate) to: f64,
    pub(crate) revenue: f64,
    /// Percent of the revenue of all.
    #[serde(default)]
    pub(crate) share: Option<f64>,
}

/// Spread of customers' value
///
/// What each customer brought of what is asked about: percentiles, and tenths of the customers.
#[utoipa::path(
    get, path = "/api/clientes/valor", tag = "Belgrano", params(Filters),
    responses((status = 200, body = ValueView), (status = 422, body = ProblemDocument))
)]
pub(super) async fn values(
    State(app): State<App>,
    reader: Reader,
    Query(filters): Query<Filters>,
) -> Result<Json<ValueView>, Problem> {
    Box::pin(values_for(&app, &reader, filters)).await.map(Json)
}

/// What customers are worth.
pub(crate) async fn values_for(app: &App, reader: &Reader, filters: Filters) -> Result<ValueView, Problem> {
    let narrowed = filters.check()?;
    let (buyers, values) = narrowed.buyers();
    let at = |share: &str, name: &str| {
        format!("round(percentile_cont({share}) WITHIN GROUP (ORDER BY b.b_revenue), 2) AS {name}")
    };
    let points = [
        ("0.1", "p10"),
        ("0.25", "p25"),
        ("0.5", "p50"),
        ("0.75", "p75"),
        ("0.9", "p90"),
        ("0.95", "p95"),
        ("0.99", "p99"),
    ];
    let points: Vec<String> = points.iter().map(|(share, name)| at(share, name)).collect();
    let sql = format!(
        "SELECT count(*) AS customers, round(avg(b.b_revenue), 2) AS mean, {} FROM ({buyers}) b",
        points.join(", ")
    );
    let found: Vec<ValueView> = rows(app, reader, &sql, values.clone()).await?;
    let sql = format!(
        "SELECT t.tenth, count(*) AS customers, min(t.b_revenue) AS \"from\", max(t.b_revenue) AS \"to\", \
         round(sum(t.b_revenue), 2) AS revenue FROM (SELECT b.b_revenue, \
           CAST(ntile(10) OVER (ORDER BY b.b_revenue, b.b_customer) AS BIGINT) AS tenth FROM ({buyers}) b) t GROUP BY t.tenth ORDER BY 1"
    );
    let mut tenths: Vec<TenthView> = rows(app, reader, &sql, values).await?;
    let all = tenths.iter().map(|tenth| tenth.revenue).sum();
    for tenth in &mut tenths {
        tenth.share = percent(tenth.revenue, all);
    }
    let found = found.into_iter().next().unwrap_or_default();
    Ok(ValueView { tenths, ..found })
}
