//! The list of customers of Global Ecommerce Analytics, with what was learned of them.

use axum::extract::State;
use belgrano_shared::http::Query;
use belgrano_shared::problem::{Problem, ProblemDocument};

use super::ask::{Ids, text};
use super::filters::Filters;
use super::global::{List, Slice, found, named};
use super::ml;
use crate::access::Reader;
use crate::app::App;

/// Customers
///
/// Of the highest value first. `churn_probability` is the chance of no order in the next 90 days, as far as it was learned already:
/// null until then, of too few customers, and for who never bought.
#[utoipa::path(
    get, path = "/api/customers", tag = "Global", params(Filters, Slice),
    responses((status = 200, body = Object), (status = 422, body = ProblemDocument))
)]
pub(crate) async fn customers(
    State(app): State<App>,
    reader: Reader,
    Query(filters): Query<Filters>,
    Query(slice): Query<Slice>,
) -> Result<List, Problem> {
    let (limit, offset) = slice.check()?;
    let country = filters.country().cloned();
    let narrowed = filters.check()?;
    let mut values = vec![text(&narrowed.source)];
    let mut condition = "c.source = $1".to_owned();
    for (column, value) in [("c.country", country), ("c.rfm_segment", slice.rfm_segment)] {
        if let Some(value) = value {
            values.push(text(value));
            condition = format!("{condition} AND {column} = ${}", values.len());
        }
    }
    if let Some(least) = slice.min_ltv {
        values.push(least.into());
        condition = format!("{condition} AND c.customer_lifetime_value >= ${}", values.len());
    }
    let from = format!("gold_customer_analytics c WHERE {condition}");
    let sql = format!(
        "SELECT c.customer_id, CAST(c.registered_on AS VARCHAR) AS registration_date, c.country, c.age, c.gender, \
         c.customer_lifetime_value AS lifetime_value, c.total_orders, c.avg_order_value, CAST(c.last_order_on AS VARCHAR) AS last_purchase_date, \
         c.recency_score, c.frequency_score, c.monetary_score, c.rfm_segment, c.customer_segment, \
         c.preferred_category FROM {from} ORDER BY c.customer_lifetime_value DESC, c.customer_id LIMIT {limit} OFFSET {offset}"
    );
    let (mut found, total) = found(&app, &reader, &sql, &from, values).await?;
    let ids: Vec<&str> = found.iter().map(|row| row["customer_id"].as_str().unwrap_or_default()).collect();
    let chances = ml::chances(&app, &reader, &narrowed.source, &ids).await?;
    for (row, chance) in found.iter_mut().zip(chances) {
        row.insert("churn_probability".to_owned(), chance.into());
    }
    Ok(named("customers", found, total, Ids::of(&app, &reader, &narrowed.source).await?))
}
