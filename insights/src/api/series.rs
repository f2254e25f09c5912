//! Sales over time: `/api/analytics/time-series` of Global Ecommerce Analytics.

use axum::extract::State;
use belgrano_runtime::http::{Json, Query};
use belgrano_runtime::problem::{Problem, ProblemDocument};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::ask::rows;
use super::filters::{Filters, money};
use super::global::one_of;
use super::sums::OF_ORDERS;
use crate::access::Reader;
use crate::app::App;

/// How fine a series is.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Granularity {
    /// `day`, `week` (from Monday) or `month`; `day` when it is left out.
    granularity: Option<String>,
}

impl Granularity {
    /// The step that a page asks for by its name.
    pub(crate) fn of(step: &str) -> Self {
        Self { granularity: Some(step.to_owned()) }
    }
}

/// Sales of a day, or of the week or month that begins on it.
#[derive(Clone, Debug, Default, Deserialize, Serialize, ToSchema)]
#[schema(as = SalesPoint)]
pub(crate) struct Point {
    /// The first day, of the source's own days.
    pub(crate) date: String,
    pub(crate) revenue: f64,
    pub(crate) orders: i64,
    /// Before cancellations and returns.
    pub(crate) gross_revenue: f64,
    /// What was given back, as a negative amount.
    pub(crate) returns: f64,
    /// Of the lines whose cost is known; null while none is.
    pub(crate) profit: Option<f64>,
}

/// Sales over time, the earliest first; days without any are left out.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Series {
    pub(crate) series: Vec<Point>,
    /// How many points there are.
    pub(crate) total: usize,
}

/// Sales over time
///
/// By day, week or month of the source's own days, the earliest first.
#[utoipa::path(
    get, path = "/api/analytics/time-series", tag = "Global", params(Filters, Granularity),
    responses((status = 200, body = Series), (status = 422, body = ProblemDocument))
)]
pub(super) async fn time_series(
    State(app): State<App>,
    reader: Reader,
    Query(filters): Query<Filters>,
    Query(granularity): Query<Granularity>,
) -> Result<Json<Series>, Problem> {
    Box::pin(time_series_for(&app, &reader, filters, granularity)).await.map(Json)
}

/// Sales by day, week or month.
pub(crate) async fn time_series_for(
    app: &App,
    reader: &Reader,
    filters: Filters,
    granularity: Granularity,
) -> Result<Series, Problem> {
    let step = one_of("granularity", granularity.granularity.as_deref(), &["day", "week", "month"])?;
    let narrowed = filters.check()?;
    let (condition, values) = narrowed.sales(None);
    let sums = narrowed.sums_with_profit(OF_ORDERS);
    let sql = format!(
        "SELECT CAST(CAST(date_trunc('{step}', s.ordered_on) AS DATE) AS VARCHAR) AS date, coalesce({revenue}, 0.0) AS revenue, \
         CAST(coalesce({orders}, 0) AS BIGINT) AS orders, coalesce({gross}, 0.0) AS gross_revenue, \
         coalesce({returned}, 0.0) AS returns, {profit} AS profit \
         FROM {table} s WHERE {condition} AND s.ordered_on IS NOT NULL GROUP BY 1 ORDER BY 1",
        revenue = money(&format!("sum({})", narrowed.amount())),
        orders = sums.orders(),
        gross = money("sum(s.gross)"),
        returned = money(sums.returned()),
        profit = money(sums.profit()),
        table = sums.table(),
    );
    let series: Vec<Point> = rows(app, reader, &sql, values).await?;
    let total = series.len();
    Ok(Series { series, total })
}
