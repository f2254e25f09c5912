//! The addresses of TechStore's analytics: customers by value, products by sales, sales by period, in its words.

pub(super) mod sales;

use axum::extract::State;
use belgrano_runtime::http::{Json, Path, Query};
use belgrano_runtime::problem::{Problem, ProblemDocument};
use belgrano_wire::texts::Message;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::ask::{Ids, rows, text};
use super::customers::buyers;
use super::filters::{Filters, within};
use crate::access::Reader;
use crate::app::App;

/// The segments that it names.
const SEGMENTS: [&str; 6] = ["VIP", "Loyal", "New", "At Risk", "Lost", "Regular"];

/// How many.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Limited {
    /// At most so many, 1 to 1000; 10 when it is left out.
    limit: Option<i64>,
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
     c.customer_lifetime_value FROM (SELECT * FROM gold_customer_analytics c WHERE {condition} AND c.total_orders > 0 \
       ORDER BY c.customer_lifetime_value DESC, c.customer_id LIMIT {limit}) c \
     LEFT JOIN silver_persons p ON p.source = $1 AND p.customer_id = c.customer_id \
     ORDER BY c.customer_lifetime_value DESC, c.customer_id";

async fn customers(
    app: &App,
    reader: &Reader,
    filters: Filters,
    limited: &Limited,
    segment: Option<&str>,
) -> Result<Json<Vec<CustomerView>>, Problem> {
    let limit = limited.limit()?;
    let narrowed = filters.check()?;
    let (mut condition, mut values) = buyers(&narrowed);
    if let Some(segment) = segment {
        values.push(text(segment));
        condition = format!("{condition} AND c.customer_segment = ${}", values.len());
    }
    let sql = CUSTOMERS.replace("{condition}", &condition).replace("{limit}", &limit.to_string());
    let ids = Ids::of(app, reader, &narrowed.source).await?;
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
///
/// Their figures are of all that they bought; filters choose those who bought what they say.
#[utoipa::path(
    get, path = "/api/customers/top-customers", tag = "TechStore", params(Filters, Limited),
    responses((status = 200, body = [CustomerView]), (status = 422, body = ProblemDocument))
)]
pub(crate) async fn top_customers(
    State(app): State<App>,
    reader: Reader,
    Query(filters): Query<Filters>,
    Query(limited): Query<Limited>,
) -> Result<Json<Vec<CustomerView>>, Problem> {
    customers(&app, &reader, filters, &limited, None).await
}

/// Customers of a segment
///
/// `VIP`, `Loyal`, `New`, `At Risk`, `Lost` or `Regular`, of the highest lifetime value first.
#[utoipa::path(
    get, path = "/api/customers/segments/{segment}", tag = "TechStore", params(("segment" = String, Path), Filters, Limited),
    responses((status = 200, body = [CustomerView]), (status = 422, body = ProblemDocument))
)]
pub(crate) async fn by_segment(
    State(app): State<App>,
    reader: Reader,
    Path(segment): Path<String>,
    Query(filters): Query<Filters>,
    Query(limited): Query<Limited>,
) -> Result<Json<Vec<CustomerView>>, Problem> {
    let Some(known) = SEGMENTS.iter().find(|known| known.eq_ignore_ascii_case(&segment)) else {
        let message = Message::new("error-insights-choice").with("of", SEGMENTS.join(", "));
        return Err(Problem::invalid_field("segment", message));
    };
    customers(&app, &reader, filters, &limited, Some(known)).await
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
    filters: Filters,
    limited: &Limited,
    only: &str,
    order: &str,
) -> Result<Json<Vec<ProductView>>, Problem> {
    let limit = limited.limit()?;
    let narrowed = filters.check()?.by_line();
    let (condition, values) = narrowed.articles_sold();
    let sql = format!(
        "SELECT p.product_id, p.product_name, p.category, p.brand, p.current_price, p.current_stock, p.total_units_sold, p.total_revenue, \
         p.total_profit, p.sales_performance, p.avg_rating, p.product_health_score, p.stock_level, p.reorder_point, p.days_of_stock \
         FROM gold_product_performance p WHERE {condition} AND {only} ORDER BY {order}, p.product_id LIMIT {limit}"
    );
    let ids = Ids::of(app, reader, &narrowed.source).await?;
    let found: Vec<ProductView> = rows(app, reader, &sql, values).await?;
    let view = |row: ProductView| ProductView { product_id: ids.product(row.product_id), ..row };
    Ok(Json(found.into_iter().map(view).collect()))
}

/// Best selling products
///
/// By net sales, most first. Filters choose products; their figures are of all that was sold.
#[utoipa::path(
    get, path = "/api/products/best-sellers", tag = "TechStore", params(Filters, Limited),
    responses((status = 200, body = [ProductView]), (status = 422, body = ProblemDocument))
)]
pub(crate) async fn best_sellers(
    State(app): State<App>,
    reader: Reader,
    Query(filters): Query<Filters>,
    Query(limited): Query<Limited>,
) -> Result<Json<Vec<ProductView>>, Problem> {
    products(&app, &reader, filters, &limited, "p.total_units_sold > 0", "p.total_revenue DESC").await
}

/// Products with little or no stock
///
/// What is out of stock first, then what lasts the shortest.
#[utoipa::path(
    get, path = "/api/products/low-stock", tag = "TechStore", params(Filters, Limited),
    responses((status = 200, body = [ProductView]), (status = 422, body = ProblemDocument))
)]
pub(crate) async fn low_stock(
    State(app): State<App>,
    reader: Reader,
    Query(filters): Query<Filters>,
    Query(limited): Query<Limited>,
) -> Result<Json<Vec<ProductView>>, Problem> {
    let only = "p.active AND p.stock_level IN ('Out of Stock', 'Critical', 'Low')";
    let order =
        "CASE p.stock_level WHEN 'Out of Stock' THEN 0 WHEN 'Critical' THEN 1 ELSE 2 END, p.days_of_stock NULLS LAST";
    products(&app, &reader, filters, &limited, only, order).await
}
