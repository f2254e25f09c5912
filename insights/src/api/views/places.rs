//! `/api/mapa`: sales and deliveries by place, how much of them the first few places make, and what is bought where.

use std::collections::BTreeMap;

use axum::extract::State;
use belgrano_runtime::http::{Json, Query};
use belgrano_runtime::problem::{Problem, ProblemDocument};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::deliveries::tickets;
use crate::access::Reader;
use crate::api::ask::{rows, text};
use crate::api::filters::{Filters, money};
use crate::api::instashop::percent;
use crate::api::kpis::two;
use crate::api::sums::OF_ORDERS;
use crate::app::App;

/// Sales of a place, and how long deliveries to it take.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
pub(crate) struct PlaceView {
    pub(crate) country: Option<String>,
    pub(crate) region: Option<String>,
    pub(crate) city: Option<String>,
    pub(crate) barrio: Option<String>,
    pub(crate) revenue: f64,
    pub(crate) orders: i64,
    /// For each order; null without one.
    pub(crate) aov: Option<f64>,
    /// Percent of the revenue.
    #[serde(default)]
    pub(crate) share: Option<f64>,
    /// Percent of the revenue, of this and of all places before it.
    #[serde(default)]
    pub(crate) running_share: Option<f64>,
    /// From order to delivery, on average; null where nothing was delivered.
    #[serde(default)]
    pub(crate) delivery_minutes: Option<f64>,
    /// Delivered by what was promised, percent.
    #[serde(default)]
    pub(crate) on_time_percent: Option<f64>,
    /// Middle of where its orders went; null of fewer than five, and for who sees one business alone.
    #[serde(default)]
    pub(crate) lat: Option<f64>,
    #[serde(default)]
    pub(crate) lng: Option<f64>,
}

/// Sales by place, and how much the first few make.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Places {
    /// Of the highest sales first.
    pub(crate) places: Vec<PlaceView>,
    pub(crate) total: i64,
    pub(crate) revenue: f64,
    /// Percent of the revenue that the first one, three, five and ten places make; null without any.
    pub(crate) top_1: Option<f64>,
    pub(crate) top_3: Option<f64>,
    pub(crate) top_5: Option<f64>,
    pub(crate) top_10: Option<f64>,
}

#[derive(Deserialize)]
struct Delivered {
    barrio: String,
    minutes: Option<f64>,
    on_time: Option<f64>,
}

#[derive(Deserialize)]
struct Middle {
    barrio: String,
    lat: Option<f64>,
    lng: Option<f64>,
}

/// Where orders of a barrio went, to some hundred metres, and of five orders or more: of fewer it would tell somebody's door.
const MIDDLES: &str = "SELECT o.barrio, round(avg(o.lat), 3) AS lat, round(avg(o.lng), 3) AS lng FROM silver_orders o \
     WHERE o.source = $1 AND o.barrio IS NOT NULL AND o.lat IS NOT NULL AND o.lng IS NOT NULL GROUP BY o.barrio HAVING count(*) >= 5";

/// Sales by place
///
/// With the time to deliver where the source has deliveries.
#[utoipa::path(
    get, path = "/api/mapa", tag = "Belgrano", params(Filters),
    responses((status = 200, body = Places), (status = 422, body = ProblemDocument))
)]
pub(super) async fn places(
    State(app): State<App>,
    reader: Reader,
    Query(filters): Query<Filters>,
) -> Result<Json<Places>, Problem> {
    Box::pin(places_for(&app, &reader, filters)).await.map(Json)
}

/// Sales by place.
pub(crate) async fn places_for(app: &App, reader: &Reader, filters: Filters) -> Result<Places, Problem> {
    let narrowed = filters.check()?;
    let (condition, values) = narrowed.sales(None);
    // The second cube is that of places.
    let sums = narrowed.sums(OF_ORDERS.get(1..).unwrap_or_default());
    let sql = format!(
        "SELECT s.country, s.region, s.city, s.barrio, {revenue} AS revenue, CAST({orders} AS BIGINT) AS orders, \
         round({revenue} / nullif({orders}, 0), 2) AS aov FROM {table} s WHERE {condition} \
         GROUP BY s.country, s.region, s.city, s.barrio ORDER BY 5 DESC, 1, 2, 3, 4",
        revenue = money(&format!("sum({})", narrowed.amount())),
        orders = sums.orders(),
        table = sums.table(),
    );
    let mut places: Vec<PlaceView> = rows(app, reader, &sql, values).await?;
    let (from, values) = tickets(&narrowed);
    let sql = format!(
        "SELECT t.barrio, round(avg(CAST(t.delivery_seconds AS DOUBLE)) / 60, 1) AS minutes, \
         round(100.0 * count(CASE WHEN t.on_time THEN 1 END) / nullif(count(t.on_time), 0), 2) AS on_time \
         {from} AND t.barrio IS NOT NULL GROUP BY t.barrio"
    );
    let delivered: Vec<Delivered> = rows(app, reader, &sql, values).await?;
    let delivered: BTreeMap<_, _> = delivered.into_iter().map(|row| (row.barrio.clone(), row)).collect();
    let middles: Vec<Middle> = rows(app, reader, MIDDLES, vec![text(&narrowed.source)]).await?;
    let middles: BTreeMap<_, _> = middles.into_iter().map(|row| (row.barrio.clone(), row)).collect();
    let revenue: f64 = places.iter().map(|place| place.revenue).sum();
    let mut running = 0.0;
    for place in &mut places {
        running += place.revenue;
        place.share = percent(place.revenue, revenue);
        place.running_share = percent(running, revenue);
        let Some(barrio) = &place.barrio else { continue };
        let times = delivered.get(barrio);
        place.delivery_minutes = times.and_then(|row| row.minutes);
        place.on_time_percent = times.and_then(|row| row.on_time);
        place.lat = middles.get(barrio).and_then(|row| row.lat);
        place.lng = middles.get(barrio).and_then(|row| row.lng);
    }
    let top = |count: usize| places.get(..count.min(places.len()))?.last()?.running_share;
    let (top_1, top_3, top_5, top_10) = (top(1), top(3), top(5), top(10));
    let total = i64::try_from(places.len()).unwrap_or(i64::MAX);
    Ok(Places { places, total, revenue: two(revenue), top_1, top_3, top_5, top_10 })
}

/// What was bought of a category in a place.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
pub(crate) struct LeafView {
    pub(crate) country: Option<String>,
    pub(crate) city: Option<String>,
    pub(crate) barrio: Option<String>,
    pub(crate) category: Option<String>,
    pub(crate) revenue: f64,
}

/// What is bought where.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Tree {
    /// Of the highest sales first, the first thousand.
    pub(crate) leaves: Vec<LeafView>,
    pub(crate) total: i64,
}

/// Sales by place and category
///
/// Country, city, barrio and category: the leaves of a tree.
#[utoipa::path(
    get, path = "/api/mapa/arbol", tag = "Belgrano", params(Filters),
    responses((status = 200, body = Tree), (status = 422, body = ProblemDocument))
)]
pub(super) async fn tree(
    State(app): State<App>,
    reader: Reader,
    Query(filters): Query<Filters>,
) -> Result<Json<Tree>, Problem> {
    Box::pin(tree_for(&app, &reader, filters)).await.map(Json)
}

/// Sales by place and category.
pub(crate) async fn tree_for(app: &App, reader: &Reader, filters: Filters) -> Result<Tree, Problem> {
    let narrowed = filters.check()?;
    let (condition, values) = narrowed.sales(None);
    let sql = format!(
        "SELECT s.country, s.city, s.barrio, s.category, {revenue} AS revenue FROM gold_sales s WHERE {condition} AND NOT s.fee \
         GROUP BY s.country, s.city, s.barrio, s.category HAVING sum({amount}) > 0 ORDER BY 5 DESC, 1, 2, 3, 4 LIMIT 1000",
        revenue = money(&format!("sum({})", narrowed.amount())),
        amount = narrowed.amount(),
    );
    let leaves: Vec<LeafView> = rows(app, reader, &sql, values).await?;
    let total = i64::try_from(leaves.len()).unwrap_or(i64::MAX);
    Ok(Tree { leaves, total })
}
