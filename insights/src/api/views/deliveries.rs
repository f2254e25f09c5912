//! `/api/entregas`: what was promised and what was kept, where, when and by whom.

use axum::extract::State;
use belgrano_runtime::http::{Json, Query};
use belgrano_runtime::problem::{Problem, ProblemDocument};
use datafusion::common::ScalarValue;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::access::Reader;
use crate::api::ask::{rows, text};
use crate::api::filters::{Filters, Narrowed};
use crate::app::App;

/// Rows of each list.
const LISTED: usize = 100;

/// Deliveries that have something in common, by the day of their order.
#[derive(Clone, Debug, Default, Deserialize, Serialize, ToSchema)]
pub(crate) struct DeliveryPart {
    /// Barrio, hour of the order (`0` to `23`), day, or number of the driver; null where it is not known.
    #[serde(default)]
    pub(crate) of: Option<String>,
    /// Name of a driver; null for who may not see names.
    #[serde(default)]
    pub(crate) name: Option<String>,
    pub(crate) deliveries: i64,
    pub(crate) delivered: i64,
    /// Failed, and waiting for another attempt.
    pub(crate) failed: i64,
    pub(crate) given_back: i64,
    pub(crate) cancelled: i64,
    /// On their way, or waiting.
    pub(crate) open: i64,
    /// Left more than once.
    pub(crate) retried: i64,
    /// Delivered ones that had a promise.
    pub(crate) promised: i64,
    /// Of those, delivered by then.
    pub(crate) on_time: i64,
    /// Those in percent; null without a promise.
    pub(crate) on_time_percent: Option<f64>,
    /// From order to delivery, on average.
    pub(crate) minutes: Option<f64>,
    /// After what was promised, on average of the late ones.
    pub(crate) late_minutes: Option<f64>,
}

/// Why deliveries failed.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
pub(crate) struct ReasonView {
    /// As it was written; null where nothing was.
    pub(crate) reason: Option<String>,
    /// `fallido`, `devuelto` or `cancelado`.
    pub(crate) status: String,
    pub(crate) deliveries: i64,
}

/// How many can be delivered at once.
#[derive(Debug, Default, Deserialize, Serialize, ToSchema)]
pub(crate) struct CapacityView {
    /// Drivers that are in use; zero for who sees one business alone.
    pub(crate) drivers: i64,
    pub(crate) on_shift: i64,
    /// What the drivers on shift can carry at once.
    pub(crate) capacity: i64,
    /// Deliveries that are assigned or on their way.
    pub(crate) carried: i64,
    /// Those in percent of the capacity; null without any.
    pub(crate) load_percent: Option<f64>,
    /// Deliveries that wait for a driver.
    pub(crate) waiting: i64,
}

/// Deliveries against what was promised: in all, and by day, barrio, hour and driver.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Deliveries {
    pub(crate) all: DeliveryPart,
    /// The earliest first.
    pub(crate) days: Vec<DeliveryPart>,
    /// Those with most deliveries.
    pub(crate) barrios: Vec<DeliveryPart>,
    /// By the hour of the order.
    pub(crate) hours: Vec<DeliveryPart>,
    /// Those with most deliveries; none for who sees one business alone.
    pub(crate) drivers: Vec<DeliveryPart>,
    /// The most frequent first.
    pub(crate) reasons: Vec<ReasonView>,
    /// Of now, whatever is asked about.
    pub(crate) capacity: CapacityView,
}

/// Deliveries
///
/// Promised against kept, by day, barrio, hour and driver; why they failed; and how many can be carried now.
#[utoipa::path(
    get, path = "/api/entregas", tag = "Belgrano", params(Filters),
    responses((status = 200, body = Deliveries), (status = 422, body = ProblemDocument))
)]
pub(super) async fn deliveries(
    State(app): State<App>,
    reader: Reader,
    Query(filters): Query<Filters>,
) -> Result<Json<Deliveries>, Problem> {
    Box::pin(deliveries_for(&app, &reader, filters)).await.map(Json)
}

/// How deliveries went, by driver, neighbourhood and hour.
pub(crate) async fn deliveries_for(app: &App, reader: &Reader, filters: Filters) -> Result<Deliveries, Problem> {
    const NOBODY: &str = "CAST(NULL AS VARCHAR)";
    let narrowed = filters.check()?;
    let (from, values) = tickets(&narrowed);
    let zone = app.settings.common.zone.name().replace('\'', "");
    let hour = format!("date_part('hour', to_local_time(t.created_at AT TIME ZONE '{zone}'))");
    let by = async |column: &str, name: &str, order: &str| -> Result<Vec<DeliveryPart>, Problem> {
        let sql = format!(
            "SELECT CAST({column} AS VARCHAR) AS \"of\", {name} AS name, {SUMS} {from} GROUP BY {column} ORDER BY {order} LIMIT {LISTED}"
        );
        rows(app, reader, &sql, values.clone()).await
    };
    let all: Vec<DeliveryPart> = rows(app, reader, &format!("SELECT {SUMS} {from}"), values.clone()).await?;
    let mut days = by("t.created_on", NOBODY, "t.created_on DESC").await?;
    days.reverse();
    let barrios = by("t.barrio", NOBODY, "deliveries DESC, 1").await?;
    let hours = by(&format!("CAST({hour} AS BIGINT)"), NOBODY, &format!("CAST({hour} AS BIGINT)")).await?;
    let drivers = by("t.driver_id", "max(t.driver_name)", "deliveries DESC, 1").await?;
    let reasons = format!(
        "SELECT t.reason, t.status, count(*) AS deliveries {from} AND t.status IN ('fallido', 'devuelto', 'cancelado') \
         GROUP BY t.reason, t.status ORDER BY 3 DESC, 2, 1 LIMIT {LISTED}"
    );
    Ok(Deliveries {
        all: all.into_iter().next().unwrap_or_default(),
        days,
        barrios,
        hours,
        drivers: drivers.into_iter().filter(|driver| driver.of.is_some()).collect(),
        reasons: rows(app, reader, &reasons, values).await?,
        capacity: capacity(app, reader, &narrowed.source).await?,
    })
}

/// What is summed of deliveries `t`.
const SUMS: &str = "count(*) AS deliveries, count(CASE WHEN t.status = 'entregado' THEN 1 END) AS delivered, \
     count(CASE WHEN t.status = 'fallido' THEN 1 END) AS failed, count(CASE WHEN t.status = 'devuelto' THEN 1 END) AS given_back, \
     count(CASE WHEN t.status = 'cancelado' THEN 1 END) AS cancelled, \
     count(CASE WHEN t.status IN ('pendiente', 'asignado', 'aceptado', 'en-camino') THEN 1 END) AS \"open\", \
     count(CASE WHEN t.attempts > 1 THEN 1 END) AS retried, count(t.on_time) AS promised, count(CASE WHEN t.on_time THEN 1 END) AS on_time, \
     round(100.0 * count(CASE WHEN t.on_time THEN 1 END) / nullif(count(t.on_time), 0), 2) AS on_time_percent, \
     round(avg(CAST(t.delivery_seconds AS DOUBLE)) / 60, 1) AS minutes, \
     round(avg(CASE WHEN NOT t.on_time THEN date_part('epoch', t.delivered_at) - date_part('epoch', t.promised_at) END) / 60, 1) \
       AS late_minutes";

/// What comes after the columns of a question about deliveries `t`, with its values: by the day of the order, and where lines are
/// narrowed, those of orders with such a line, called off or not.
pub(super) fn tickets(narrowed: &Narrowed) -> (String, Vec<ScalarValue>) {
    use std::fmt::Write as _;
    let mut sql = "FROM silver_tickets t WHERE t.source = $1".to_owned();
    let ever = narrowed.of_all_days();
    let (condition, values) = ever.sales(None);
    if !ever.is_of_everything() {
        let _ = write!(sql, " AND t.order_id IN (SELECT s.order_id FROM silver_sales s WHERE {condition})");
    }
    let _ = narrowed.from.map(|day| write!(sql, " AND t.created_on >= DATE '{day}'"));
    let _ = narrowed.to.map(|day| write!(sql, " AND t.created_on <= DATE '{day}'"));
    (sql, values)
}

async fn capacity(app: &App, reader: &Reader, source: &str) -> Result<CapacityView, Problem> {
    const SQL: &str = "SELECT d.drivers, d.on_shift, d.capacity, t.carried, t.waiting, \
         round(100.0 * t.carried / nullif(d.capacity, 0), 2) AS load_percent FROM \
         (SELECT count(CASE WHEN active THEN 1 END) AS drivers, count(CASE WHEN active AND on_shift THEN 1 END) AS on_shift, \
           coalesce(sum(CASE WHEN active AND on_shift THEN CAST(capacity AS BIGINT) END), 0) AS capacity \
           FROM silver_drivers WHERE source = $1) d CROSS JOIN \
         (SELECT count(CASE WHEN status IN ('asignado', 'aceptado', 'en-camino') THEN 1 END) AS carried, \
           count(CASE WHEN status = 'pendiente' THEN 1 END) AS waiting FROM silver_tickets WHERE source = $1) t";
    let found: Vec<CapacityView> = rows(app, reader, SQL, vec![text(source)]).await?;
    Ok(found.into_iter().next().unwrap_or_default())
}
