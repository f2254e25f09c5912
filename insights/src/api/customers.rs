//! The list of customers of Global Ecommerce Analytics, with what was learned of them, and how many there are of each of the eleven
//! segments.

use std::collections::HashMap;

use axum::extract::State;
use belgrano_runtime::http::Query;
use belgrano_runtime::problem::{Problem, ProblemDocument};
use belgrano_wire::texts::Message;
use datafusion::common::ScalarValue;
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::IntoParams;

use super::ask::{Ids, rows, text};
use super::blank;
use super::by::By;
use super::filters::{Filters, Narrowed};
use super::global::{List, Slice, found, named, one_of};
use super::ml;
use crate::access::Reader;
use crate::app::App;

/// The eleven segments by recency, frequency and value.
const SEGMENTS: [&str; 11] = [
    "Champions",
    "Loyal",
    "Potential Loyalists",
    "New Customers",
    "Promising",
    "Need Attention",
    "About To Sleep",
    "Cannot Lose Them",
    "At Risk",
    "Hibernating",
    "Lost",
];

/// Which customers.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Which {
    /// Of one of the eleven RFM segments.
    #[serde(default, deserialize_with = "blank::text")]
    rfm_segment: Option<String>,
    /// Who have brought at least so much.
    min_ltv: Option<f64>,
}

impl Which {
    fn check(&self) -> Result<(), Problem> {
        if let Some(segment) = &self.rfm_segment {
            one_of("rfm_segment", Some(segment), &SEGMENTS)?;
        }
        let bad = self.min_ltv.is_some_and(|least| !least.is_finite());
        if bad { Err(Problem::invalid_field("min_ltv", Message::new("error-number"))) } else { Ok(()) }
    }
}

/// Customers
///
/// Of the highest value first. Values, orders and scores are of all that a customer has bought; filters choose customers who
/// bought what they say. `churn_probability` is the chance of no order in the next 90 days, as far as it was learned already:
/// null until then, of too few customers, and for who never bought.
#[utoipa::path(
    get, path = "/api/customers", tag = "Global", params(Filters, Slice, Which),
    responses((status = 200, body = Object), (status = 422, body = ProblemDocument))
)]
pub(crate) async fn customers(
    State(app): State<App>,
    reader: Reader,
    Query(filters): Query<Filters>,
    Query(slice): Query<Slice>,
    Query(which): Query<Which>,
) -> Result<List, Problem> {
    best(&app, &reader, filters, slice, which, false).await
}

/// Customers, of the highest value first; with their names when those are asked for and `reader` may see them.
pub(crate) async fn best(
    app: &App,
    reader: &Reader,
    filters: Filters,
    slice: Slice,
    which: Which,
    names: bool,
) -> Result<List, Problem> {
    let (limit, offset) = slice.check()?;
    which.check()?;
    let narrowed = filters.check()?;
    let (mut condition, mut values) = buyers(&narrowed);
    if let Some(countries) = narrowed.only(By::Country) {
        condition = format!("{condition} AND {}", countries.on("c.country", &mut values));
    }
    if let Some(segment) = which.rfm_segment {
        values.push(text(segment));
        condition = format!("{condition} AND c.rfm_segment = ${}", values.len());
    }
    if let Some(least) = which.min_ltv {
        values.push(least.into());
        condition = format!("{condition} AND c.customer_lifetime_value >= ${}", values.len());
    }
    let from = format!("gold_customer_analytics c WHERE {condition}");
    let (name, persons) = if names && reader.persons { NAMED } else { ("", "") };
    let sql = format!(
        "SELECT c.customer_id, {name}CAST(c.registered_on AS VARCHAR) AS registration_date, c.country, c.age, c.gender, \
         c.customer_lifetime_value AS lifetime_value, c.total_orders, c.avg_order_value, CAST(c.last_order_on AS VARCHAR) AS last_purchase_date, \
         c.recency_score, c.frequency_score, c.monetary_score, c.rfm_segment, c.customer_segment, \
         c.preferred_category FROM (SELECT * FROM {from} ORDER BY c.customer_lifetime_value DESC, c.customer_id LIMIT {limit} OFFSET {offset}) c \
         {persons} ORDER BY c.customer_lifetime_value DESC, c.customer_id"
    );
    let (mut found, total) = found(app, reader, &sql, &from, values).await?;
    let ids: Vec<&str> = found.iter().map(|row| row["customer_id"].as_str().unwrap_or_default()).collect();
    let chances = ml::chances(app, reader, &narrowed.source, &ids).await?;
    for (row, chance) in found.iter_mut().zip(chances) {
        row.insert("churn_probability".to_owned(), chance.into());
    }
    Ok(named("customers", found, total, Ids::of(app, reader, &narrowed.source).await?))
}

/// The name as a column, and the table that it is from.
const NAMED: (&str, &str) = (
    "nullif(trim(concat_ws(' ', p.first_name, p.last_name)), '') AS name, ",
    "LEFT JOIN silver_persons p ON p.source = $1 AND p.customer_id = c.customer_id",
);

#[derive(Deserialize)]
struct Named {
    customer_id: String,
    name: Option<String>,
}

/// The names of these customers of a source, by their identifiers; none for who may not see them.
pub(super) async fn names_of(
    app: &App,
    reader: &Reader,
    source: &str,
    customers: &[&str],
) -> Result<HashMap<String, String>, Problem> {
    if !reader.persons || customers.is_empty() {
        return Ok(HashMap::new());
    }
    let places: Vec<String> = (2..2 + customers.len()).map(|place| format!("${place}")).collect();
    let sql = format!(
        "SELECT p.customer_id, nullif(trim(concat_ws(' ', p.first_name, p.last_name)), '') AS name FROM silver_persons p \
         WHERE p.source = $1 AND p.customer_id IN ({})",
        places.join(", ")
    );
    let values = std::iter::once(text(source)).chain(customers.iter().map(|customer| text(*customer)));
    let found: Vec<Named> = rows(app, reader, &sql, values.collect()).await?;
    Ok(found.into_iter().filter_map(|Named { customer_id, name }| Some((customer_id, name?))).collect())
}

/// The condition over customers, called `c`, that holds for those who bought what the filters say; for all when they say nothing.
pub(super) fn buyers(narrowed: &Narrowed) -> (String, Vec<ScalarValue>) {
    if narrowed.is_whole() {
        return ("c.source = $1".to_owned(), vec![text(&narrowed.source)]);
    }
    let (sold, values) = narrowed.sales(None);
    let condition = format!(
        "c.source = $1 AND c.customer_id IN (SELECT s.customer_id FROM gold_sales s \
         WHERE {sold} AND {bought} AND s.customer_id IS NOT NULL)",
        bought = narrowed.bought(),
    );
    (condition, values)
}

/// The customers of each of the eleven segments: how many, what they have brought and ordered to date, and for how many days they
/// have not on average; of the highest value first.
pub(crate) async fn segments(
    app: &App,
    reader: &Reader,
    narrowed: &Narrowed,
) -> Result<Vec<Map<String, Value>>, Problem> {
    let (condition, values) = buyers(narrowed);
    let sql = format!(
        "SELECT c.rfm_segment AS segment, count(*) AS customers, round(sum(c.total_revenue), 2) AS revenue, \
         CAST(sum(c.total_orders) AS BIGINT) AS orders, \
         coalesce(round(sum(c.total_revenue) / nullif(sum(c.total_orders), 0), 2), 0.0) AS aov, \
         round(avg(CAST(c.days_since_last_order AS DOUBLE)), 1) AS days_since, \
         round(avg(CAST(c.recency_score AS DOUBLE)), 2) AS recency, round(avg(CAST(c.frequency_score AS DOUBLE)), 2) AS frequency, \
         round(avg(CAST(c.monetary_score AS DOUBLE)), 2) AS monetary \
         FROM gold_customer_analytics c WHERE {condition} AND c.rfm_segment IS NOT NULL GROUP BY 1 ORDER BY 3 DESC, 1"
    );
    rows(app, reader, &sql, values).await
}
