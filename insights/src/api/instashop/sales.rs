//! `/api/instashop/ventas`: sales by day and by place, and where they are going.

use axum::extract::State;
use belgrano_runtime::http::{Json, Query};
use belgrano_runtime::problem::{Problem, ProblemDocument};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::percent;
use super::trend::{every_day, line, weekly};
use crate::access::Reader;
use crate::api::ask::rows;
use crate::api::days::Days;
use crate::api::filters::{Filters, Narrowed, money};
use crate::api::kpis::{as_real, days, two};
use crate::api::sums::OF_ORDERS;
use crate::app::App;

/// Places that are listed.
const PLACES: usize = 100;

/// Sales of a local day, with the mean of it and the six before.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DayView {
    pub(crate) date: String,
    pub(crate) revenue: f64,
    pub(crate) orders: i64,
    pub(crate) units: i64,
    /// For each order; null without one.
    pub(crate) aov: Option<f64>,
    /// Mean revenue of this day and the six before; null for the first six.
    pub(crate) average_7d: Option<f64>,
}

/// Sales of the smallest place that orders tell.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RegionView {
    /// The barrio, else the city, region or country: the smallest place that the order tells; null where it tells none.
    pub(crate) region: Option<String>,
    pub(crate) revenue: f64,
    pub(crate) orders: i64,
    pub(crate) aov: Option<f64>,
    /// Percent of the revenue.
    pub(crate) share: Option<f64>,
}

/// Where the daily revenue is going: the straight line of least squares through it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TrendView {
    /// By how much revenue rises from one day to the next.
    pub(crate) slope_per_day: f64,
    /// How far it rises over all of the days, in percent of their mean.
    pub(crate) change_percent: Option<f64>,
}

/// Sales over days and places.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SalesView {
    pub(crate) revenue: f64,
    pub(crate) orders: i64,
    pub(crate) aov: Option<f64>,
    /// Every day of those asked about, the earliest first; a day without a sale is zero.
    pub(crate) days: Vec<DayView>,
    /// Null of fewer than two days.
    pub(crate) trend: Option<TrendView>,
    /// The hundred of the highest sales.
    pub(crate) regions: Vec<RegionView>,
}

#[derive(Debug, Default, Deserialize)]
struct Sold {
    #[serde(default)]
    name: Option<String>,
    revenue: f64,
    orders: i64,
    #[serde(default)]
    units: i64,
}

/// Sales by day and place
///
/// With the mean of seven days, and the line through the days' revenue.
#[utoipa::path(
    get, path = "/api/instashop/ventas", tag = "InstaShop", params(Filters),
    responses((status = 200, body = SalesView), (status = 422, body = ProblemDocument))
)]
pub(crate) async fn sales(
    State(app): State<App>,
    reader: Reader,
    Query(filters): Query<Filters>,
) -> Result<Json<SalesView>, Problem> {
    let narrowed = filters.check()?;
    let asked = days(&app, &reader, &narrowed).await?;
    let by_day = by(&app, &reader, &narrowed, "CAST(s.ordered_on AS VARCHAR)", "1").await?;
    let place = "coalesce(s.barrio, s.city, s.region, s.country)";
    let places = by(&app, &reader, &narrowed, place, "2 DESC, 1").await?;
    let revenue = two(by_day.iter().map(|day| day.revenue).sum());
    let orders = by_day.iter().map(|day| day.orders).sum();
    let days = of_days(asked, by_day);
    let values: Vec<f64> = days.iter().map(|day| day.revenue).collect();
    let region = |place: Sold| RegionView {
        aov: each(place.revenue, place.orders),
        share: percent(place.revenue, revenue),
        region: place.name,
        revenue: place.revenue,
        orders: place.orders,
    };
    Ok(Json(SalesView {
        revenue,
        orders,
        aov: each(revenue, orders),
        days,
        trend: line(&values).map(|line| TrendView { slope_per_day: line.slope, change_percent: line.change_percent }),
        regions: places.into_iter().take(PLACES).map(region).collect(),
    }))
}

fn each(revenue: f64, orders: i64) -> Option<f64> {
    (orders > 0).then(|| two(revenue / as_real(orders)))
}

/// Sums by a column; whole orders have one day and one place.
async fn by(app: &App, reader: &Reader, narrowed: &Narrowed, column: &str, order: &str) -> Result<Vec<Sold>, Problem> {
    let (condition, values) = narrowed.sales(None);
    let cubes = if column.contains("barrio") { OF_ORDERS.get(1..).unwrap_or_default() } else { OF_ORDERS };
    let sums = narrowed.sums(cubes);
    let sql = format!(
        "SELECT {column} AS name, {revenue} AS revenue, CAST({orders} AS BIGINT) AS orders, CAST(sum({units}) AS BIGINT) AS units \
         FROM {table} s WHERE {condition} GROUP BY 1 ORDER BY {order}",
        revenue = money(&format!("sum({})", narrowed.amount())),
        orders = sums.orders(),
        units = narrowed.units(),
        table = sums.table(),
    );
    rows(app, reader, &sql, values).await
}

fn of_days(asked: Option<Days>, found: Vec<Sold>) -> Vec<DayView> {
    let Some(asked) = asked else { return Vec::new() };
    let dated = found.into_iter().filter_map(|day| Some((day.name.as_ref()?.parse().ok()?, day)));
    let days = every_day(asked.from, asked.to, dated.collect());
    let means = weekly(&days.iter().map(|(_, day)| day.revenue).collect::<Vec<_>>());
    let view = |((date, day), average_7d): ((jiff::civil::Date, Sold), Option<f64>)| DayView {
        date: date.to_string(),
        revenue: day.revenue,
        orders: day.orders,
        units: day.units,
        aov: each(day.revenue, day.orders),
        average_7d,
    };
    days.into_iter().zip(means).map(view).collect()
}
