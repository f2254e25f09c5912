//! The list of products of Global Ecommerce Analytics, and its sums by category, time and product.

use axum::extract::State;
use belgrano_runtime::http::{Json, Query};
use belgrano_runtime::problem::{Problem, ProblemDocument};
use belgrano_wire::texts::Message;
use datafusion::common::ScalarValue;
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::IntoParams;

use super::ask::{Count, Ids, rows};
use super::filters::{Filters, money, share, within};
use super::sums::{OF_CATEGORIES, OF_PRODUCTS};
use crate::access::Reader;
use crate::app::App;

/// A part of a list.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Slice {
    /// At most so many, 1 to 1000; 100 when it is left out.
    limit: Option<i64>,
    /// After so many.
    offset: Option<i64>,
}

/// Which products.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Rated {
    /// Of at least so many stars, 0 to 5.
    min_rating: Option<f64>,
}

impl Slice {
    /// So many after so many.
    pub(crate) fn of(limit: i64, offset: i64) -> Self {
        Self { limit: Some(limit), offset: Some(offset) }
    }

    /// How many, after how many.
    pub(super) fn check(&self) -> Result<(i64, i64), Problem> {
        let limit = within("limit", self.limit, 100, 1..=1000)?;
        Ok((limit, within("offset", self.offset, 0, 0..=10_000_000)?))
    }
}

/// Rows of a list, and how many there are in all.
pub(crate) type List = Json<Map<String, Value>>;

pub(super) async fn list(
    app: &App,
    reader: &Reader,
    name: &str,
    sql: &str,
    from: &str,
    source: &str,
    values: Vec<ScalarValue>,
) -> Result<List, Problem> {
    let (found, total) = found(app, reader, sql, from, values).await?;
    Ok(named(name, found, total, Ids::of(app, reader, source).await?))
}

/// Rows of a list, and how many there are in all.
pub(super) async fn found(
    app: &App,
    reader: &Reader,
    sql: &str,
    from: &str,
    values: Vec<ScalarValue>,
) -> Result<(Vec<Map<String, Value>>, i64), Problem> {
    let found = rows(app, reader, sql, values.clone()).await?;
    let total: Vec<Count> = rows(app, reader, &format!("SELECT count(*) AS n FROM {from}"), values).await?;
    Ok((found, total.into_iter().next().and_then(|count| count.n).unwrap_or(0)))
}

pub(super) async fn all(
    app: &App,
    reader: &Reader,
    name: &str,
    sql: &str,
    source: &str,
    values: Vec<ScalarValue>,
) -> Result<List, Problem> {
    let found: Vec<Map<String, Value>> = rows(app, reader, sql, values).await?;
    let total = i64::try_from(found.len()).unwrap_or(i64::MAX);
    Ok(named(name, found, total, Ids::of(app, reader, source).await?))
}

/// A list as it is answered, with identifiers as its source has them.
pub(super) fn named(name: &str, mut found: Vec<Map<String, Value>>, total: i64, ids: Ids) -> List {
    as_source_has_them(&mut found, ids);
    listed(name, found, total)
}

/// Puts identifiers as their source has them.
pub(super) fn as_source_has_them(found: &mut [Map<String, Value>], ids: Ids) {
    for row in found {
        for (key, value) in row.iter_mut() {
            match key.as_str() {
                "product_id" => *value = ids.product(value.take()),
                "customer_id" => *value = ids.customer(value.take()),
                _ => {}
            }
        }
    }
}

/// A list as it is answered.
pub(super) fn listed(name: &str, found: Vec<Map<String, Value>>, total: i64) -> List {
    let rows: Vec<Value> = found.into_iter().map(Value::Object).collect();
    Json(Map::from_iter([(name.to_owned(), Value::Array(rows)), ("total".to_owned(), total.into())]))
}

/// Products
///
/// The best selling first, with all that was sold of each so far. Filters by category, business and price are of the catalog; by
/// others it is the articles that were sold so.
#[utoipa::path(
    get, path = "/api/products", tag = "Global", params(Filters, Slice, Rated),
    responses((status = 200, body = Object), (status = 422, body = ProblemDocument))
)]
pub(crate) async fn products(
    State(app): State<App>,
    reader: Reader,
    Query(filters): Query<Filters>,
    Query(slice): Query<Slice>,
    Query(rated): Query<Rated>,
) -> Result<List, Problem> {
    let (limit, offset) = slice.check()?;
    let least = rated.min_rating.map(|least| share("min_rating", Some(least), 0.0, 0.0, 5.0)).transpose()?;
    // An order has many articles: which of them were sold so is told line by line.
    let narrowed = filters.check()?.by_line();
    let (mut condition, mut values) = narrowed.articles_sold();
    if let Some(least) = least {
        values.push(least.into());
        condition = format!("{condition} AND p.avg_rating >= ${}", values.len());
    }
    let from = format!("gold_product_performance p WHERE {condition}");
    let sql = format!(
        "SELECT p.product_id, p.product_name, p.category, p.subcategory, p.brand, p.current_price AS base_price, p.current_cost AS cost_price, \
         p.profit_margin_percent AS margin_percentage, p.current_stock AS stock_quantity, CAST(NULL AS VARCHAR) AS supplier_country, \
         CAST(NULL AS DOUBLE) AS weight, p.avg_rating AS rating, p.reviews AS reviews_count, CAST(p.first_sold_on AS VARCHAR) AS launch_date, \
         p.total_revenue, p.total_units_sold FROM {from} ORDER BY p.total_revenue DESC, p.product_id LIMIT {limit} OFFSET {offset}"
    );
    list(&app, &reader, "products", &sql, &from, &narrowed.source, values).await
}

/// Sales by category
///
/// `profit` and `margin` (percent) are of the lines whose cost is known. Fees are money but no category of goods.
#[utoipa::path(
    get, path = "/api/analytics/categories", tag = "Global", params(Filters),
    responses((status = 200, body = Object), (status = 422, body = ProblemDocument))
)]
pub(crate) async fn categories(
    State(app): State<App>,
    reader: Reader,
    Query(filters): Query<Filters>,
) -> Result<List, Problem> {
    let narrowed = filters.check()?;
    let (condition, values) = narrowed.sales(None);
    let sums = narrowed.sums_with_profit(OF_CATEGORIES);
    let sql = format!(
        "SELECT coalesce(s.category, 'Sin dato') AS category, {revenue} AS revenue, {profit} AS profit, \
         round(100.0 * {profit} / nullif({costed}, 0), 2) AS margin \
         FROM {table} s WHERE {condition} AND NOT s.fee GROUP BY 1 ORDER BY 2 DESC, 1",
        revenue = money(&format!("sum({})", narrowed.amount())),
        profit = money(sums.profit()),
        costed = money(sums.costed()),
        table = sums.table(),
    );
    all(&app, &reader, "categories", &sql, &narrowed.source, values).await
}

/// One of the words of a parameter, or a refusal that names them; the first when it is left out.
pub(super) fn one_of(
    name: &'static str,
    given: Option<&str>,
    choices: &[&'static str],
) -> Result<&'static str, Problem> {
    let Some(given) = given else { return Ok(choices.first().copied().unwrap_or_default()) };
    let found = choices.iter().find(|choice| **choice == given).copied();
    found.ok_or_else(|| {
        Problem::invalid_field(name, Message::new("error-insights-choice").with("of", choices.join(", ")))
    })
}

/// By what products are ranked.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Ranking {
    /// At most so many, 1 to 1000; 10 when it is left out.
    limit: Option<i64>,
    /// `revenue`, `orders` or `margin`; `revenue` when it is left out.
    metric: Option<String>,
}

impl Ranking {
    /// The first so many by revenue.
    pub(crate) fn first(limit: i64) -> Self {
        Self { limit: Some(limit), metric: None }
    }
}

/// Products of the highest sales, orders or margin
#[utoipa::path(
    get, path = "/api/analytics/top-products", tag = "Global", params(Filters, Ranking),
    responses((status = 200, body = Object), (status = 422, body = ProblemDocument))
)]
pub(crate) async fn top_products(
    State(app): State<App>,
    reader: Reader,
    Query(filters): Query<Filters>,
    Query(ranking): Query<Ranking>,
) -> Result<List, Problem> {
    let metric = one_of("metric", ranking.metric.as_deref(), &["revenue", "orders", "margin"])?;
    let limit = within("limit", ranking.limit, 10, 1..=1000)?;
    let narrowed = filters.check()?.by_line();
    let (condition, values) = narrowed.sales(None);
    let sums = narrowed.sums_with_profit(OF_PRODUCTS);
    let sql = format!(
        "SELECT s.product_id, max(s.product_name) AS product_name, {revenue} AS revenue, CAST({orders} AS BIGINT) AS orders, \
         CAST(sum({units}) AS BIGINT) AS units, round(100.0 * {profit} / nullif({costed}, 0), 2) AS margin \
         FROM {table} s WHERE {condition} AND NOT s.fee GROUP BY s.product_id ORDER BY {metric} DESC NULLS LAST, 1 LIMIT {limit}",
        revenue = money(&format!("sum({})", narrowed.amount())),
        orders = sums.orders(),
        units = narrowed.units(),
        profit = money(sums.profit()),
        costed = money(sums.costed()),
        table = sums.table(),
    );
    all(&app, &reader, "products", &sql, &narrowed.source, values).await
}
