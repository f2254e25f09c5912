//! `/api/ventas/por` and `/api/ventas/horas`: sales apart by what is said of orders and lines, and by hour and weekday.

use axum::extract::State;
use belgrano_runtime::http::{Json, Query};
use belgrano_runtime::problem::{Problem, ProblemDocument};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::ask::rows;
use super::filters::{Filters, money};
use super::global::one_of;
use super::sums::{Cube, OF_HOURS, OF_ORDERS};
use crate::access::Reader;
use crate::app::App;

/// By what sales are told apart: the word of the parameter, and the column.
const BY: [(&str, &str); 10] = [
    ("payment_method", "payment_method"),
    ("device", "device"),
    ("source", "traffic_source"),
    ("country", "country"),
    ("region", "region"),
    ("city", "city"),
    ("barrio", "barrio"),
    ("category", "category"),
    ("negocio", "business"),
    ("sucursal", "branch"),
];

/// By what sales are told apart.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Dimension {
    /// `payment_method`, `device`, `source`, `country`, `region`, `city`, `barrio`, `category`, `negocio` or `sucursal`;
    /// `payment_method` when it is left out.
    por: Option<String>,
}

impl Dimension {
    /// The dimension that a page asks for by its name.
    pub(crate) fn of(por: &str) -> Self {
        Self { por: Some(por.to_owned()) }
    }
}

/// Sales of one value of the dimension.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub(crate) struct Share {
    /// Null for what the source does not know of some sales.
    pub(crate) valor: Option<String>,
    pub(crate) ventas: f64,
    /// An order with lines of two values counts for both.
    pub(crate) pedidos: i64,
    /// Of the lines whose cost is known; null while none is.
    pub(crate) ganancia: Option<f64>,
}

/// Sales told apart, the most first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Shares {
    pub(crate) partes: Vec<Share>,
}

/// Sales by a dimension
///
/// The most first.
#[utoipa::path(get, path = "/api/ventas/por", tag = "Belgrano", params(Filters, Dimension),
    responses((status = 200, body = Shares), (status = 422, body = ProblemDocument)))]
pub(super) async fn breakdown(
    State(app): State<App>,
    reader: Reader,
    Query(filters): Query<Filters>,
    Query(dimension): Query<Dimension>,
) -> Result<Json<Shares>, Problem> {
    Box::pin(breakdown_for(&app, &reader, filters, dimension)).await.map(Json)
}

/// Sales by a dimension.
pub(crate) async fn breakdown_for(
    app: &App,
    reader: &Reader,
    filters: Filters,
    dimension: Dimension,
) -> Result<Shares, Problem> {
    let by = one_of("por", dimension.por.as_deref(), &BY.map(|(word, _)| word))?;
    let column = BY.iter().find(|(word, _)| *word == by).map_or("payment_method", |(_, column)| column);
    let of_lines = ["category", "negocio", "sucursal"].contains(&by);
    let narrowed = filters.check()?;
    // Lines of an order may differ in these, so that its first line does not stand for all of it.
    let narrowed = if of_lines { narrowed.by_line() } else { narrowed };
    let (condition, values) = narrowed.sales(None);
    let sums = narrowed.sums_with_profit(cubes(by));
    let sql = format!(
        "SELECT s.{column} AS valor, coalesce({revenue}, 0.0) AS ventas, CAST(coalesce({orders}, 0) AS BIGINT) AS pedidos, \
         {profit} AS ganancia FROM {table} s WHERE {condition} GROUP BY s.{column} ORDER BY 2 DESC, 1 NULLS LAST",
        revenue = money(&format!("sum({})", narrowed.amount())),
        orders = sums.orders(),
        profit = money(sums.profit()),
        table = sums.table(),
    );
    Ok(Shares { partes: rows(app, reader, &sql, values).await? })
}

/// The cubes that have the column of a dimension, and whose orders add up over the others.
fn cubes(by: &str) -> &'static [Cube] {
    match by {
        "payment_method" | "device" | "source" | "country" => OF_ORDERS.get(..1).unwrap_or_default(),
        "region" | "city" | "barrio" => OF_ORDERS.get(1..).unwrap_or_default(),
        _ => &[],
    }
}

/// Sales of an hour of a weekday.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub(crate) struct WeekHour {
    /// 1 for Monday to 7 for Sunday.
    pub(crate) dia: i64,
    /// 0 to 23, in the zone of the source.
    pub(crate) hora: i64,
    pub(crate) ventas: f64,
    pub(crate) pedidos: i64,
}

/// Sales by hour and weekday; hours without any are left out.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Week {
    pub(crate) horas: Vec<WeekHour>,
}

/// Sales by hour and weekday
#[utoipa::path(get, path = "/api/ventas/horas", tag = "Belgrano", params(Filters),
    responses((status = 200, body = Week), (status = 422, body = ProblemDocument)))]
pub(super) async fn week(
    State(app): State<App>,
    reader: Reader,
    Query(filters): Query<Filters>,
) -> Result<Json<Week>, Problem> {
    Box::pin(week_for(&app, &reader, filters)).await.map(Json)
}

/// Orders by hour and weekday.
pub(crate) async fn week_for(app: &App, reader: &Reader, filters: Filters) -> Result<Week, Problem> {
    let narrowed = filters.check()?;
    let (condition, values) = narrowed.sales(None);
    let sums = narrowed.sums(OF_HOURS);
    let sql = format!(
        "SELECT CAST((extract(dow FROM s.ordered_on) + 6) % 7 + 1 AS BIGINT) AS dia, CAST(s.ordered_hour AS BIGINT) AS hora, \
         coalesce({revenue}, 0.0) AS ventas, CAST(coalesce({orders}, 0) AS BIGINT) AS pedidos FROM {table} s \
         WHERE {condition} AND s.ordered_hour IS NOT NULL GROUP BY 1, 2 ORDER BY 1, 2",
        revenue = money(&format!("sum({})", narrowed.amount())),
        orders = sums.orders(),
        table = sums.table(),
    );
    Ok(Week { horas: rows(app, reader, &sql, values).await? })
}
