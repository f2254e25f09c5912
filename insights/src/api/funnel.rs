//! `/api/ventas/embudo`: from a visit to an order, as far as views are counted.

use axum::extract::State;
use belgrano_runtime::http::{Json, Query};
use belgrano_runtime::problem::{Problem, ProblemDocument};
use datafusion::common::ScalarValue;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::ask::{rows, text};
use super::by::By;
use super::filters::{Filters, Narrowed};
use crate::access::Reader;
use crate::app::App;

/// Views of each step, and orders; all null where nothing is counted, and under a filter that views know nothing of.
#[derive(Clone, Debug, Default, Deserialize, Serialize, ToSchema)]
pub(crate) struct Funnel {
    /// Views that came from another site, or from nowhere.
    pub(crate) visitas: Option<i64>,
    pub(crate) inicio: Option<i64>,
    pub(crate) producto: Option<i64>,
    pub(crate) carrito: Option<i64>,
    pub(crate) checkout: Option<i64>,
    pub(crate) pedidos: Option<i64>,
}

/// From a visit to an order
///
/// Views are counted by hour, device and origin, of nobody in particular: other filters leave nothing to count.
#[utoipa::path(get, path = "/api/ventas/embudo", tag = "Belgrano", params(Filters),
    responses((status = 200, body = Funnel), (status = 422, body = ProblemDocument)))]
pub(super) async fn funnel(
    State(app): State<App>,
    reader: Reader,
    Query(filters): Query<Filters>,
) -> Result<Json<Funnel>, Problem> {
    Box::pin(funnel_for(&app, &reader, filters)).await.map(Json)
}

/// From a visit to an order.
pub(crate) async fn funnel_for(app: &App, reader: &Reader, filters: Filters) -> Result<Funnel, Problem> {
    let narrowed = filters.check()?;
    let Some((condition, values)) = views(&narrowed, narrowed.from, narrowed.to) else {
        return Ok(Funnel::default());
    };
    let sum = |column: &str| format!("CAST(sum({column}) AS BIGINT)");
    let sql = format!(
        "SELECT {} AS visitas, {} AS inicio, {} AS producto, {} AS carrito, {} AS checkout, {} AS pedidos \
         FROM silver_funnel WHERE {condition}",
        sum("visits"),
        sum("home"),
        sum("product"),
        sum("cart"),
        sum("checkout"),
        sum("orders"),
    );
    let found: Vec<Funnel> = rows(app, reader, &sql, values).await?;
    Ok(found.into_iter().next().unwrap_or_default())
}

/// The condition over counted views of some days, with its values from `$1` on. `None` under a filter that views know nothing of:
/// they are counted of nobody in particular.
pub(super) fn views(narrowed: &Narrowed, from: Option<Date>, to: Option<Date>) -> Option<(String, Vec<ScalarValue>)> {
    let (mut condition, mut values) = ("source = $1".to_owned(), vec![text(&narrowed.source)]);
    for asked in &narrowed.conditions {
        let column = match asked.by {
            By::Device => "device",
            By::Origin => "traffic_source",
            _ => return None,
        };
        condition = format!("{condition} AND {}", asked.on(column, &mut values));
    }
    for (day, sign) in [(from, ">="), (to, "<=")] {
        if let Some(day) = day {
            condition = format!("{condition} AND hour_on {sign} DATE '{day}'");
        }
    }
    Some((condition, values))
}
