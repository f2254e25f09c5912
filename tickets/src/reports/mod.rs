//! Reports: counts by state, by driver and by day, and lateness.
//!
//! An open ticket is late when what its customer was promised has passed. Where nothing was promised, and for how long deliveries
//! took, a ticket is late when more than `LATE_AFTER` (an hour unless set) has passed since it was ordered and it is not
//! delivered, or was delivered later than that. Failed, returned and cancelled tickets are not counted as late: they
//! have a reason instead. A day is a day of the calendar on the wall (`TIME_ZONE`), by when the order was made.
//!
//! Nothing here counts tickets: what a report says was counted with each change (`unit::counts`), so that it takes as
//! long for a year as for a day. How long a delivery took is known in whole minutes, the begun one included.

mod analysis;
mod kept;

use axum::extract::State;
use belgrano_runtime::http::Json;
use belgrano_runtime::problem::{Problem, ProblemDocument};
use belgrano_wire::timestamp::UnixMillis;
use belgrano_wire::zone::LocalDay;
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::sessions::Admin;

pub(crate) use analysis::{Analysis, Took, analyse};
use kept::{by_day, by_driver, by_state, lateness};

/// Days that are reported, today included.
const DAYS: i64 = 14;

/// `/api/reportes`.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(summary))
}

/// The board in numbers.
#[derive(Serialize, ToSchema)]
pub(crate) struct Summary {
    /// Tickets there are.
    pub(crate) total: i64,
    /// How many in each state, zeroes too.
    pub(crate) por_estado: BTreeMap<&'static str, i64>,
    /// Each driver's work.
    pub(crate) por_repartidor: Vec<DriverRow>,
    /// The last two weeks.
    pub(crate) por_dia: Vec<Day>,
    /// How late deliveries are.
    pub(crate) demora: Lateness,
}

/// One driver's work.
#[derive(Serialize, ToSchema, sqlx::FromRow)]
pub(crate) struct DriverRow {
    pub(crate) repartidor_id: i64,
    pub(crate) nombre: String,
    /// Offered, accepted or under way.
    pub(crate) abiertos: i64,
    pub(crate) entregados: i64,
    pub(crate) fallidos: i64,
}

/// One day's orders and what became of them.
#[derive(Serialize, ToSchema)]
pub(crate) struct Day {
    /// `2026-11-21`.
    pub(crate) dia: String,
    pub(crate) recibidos: i64,
    pub(crate) entregados: i64,
    pub(crate) cancelados: i64,
}

/// How late deliveries are.
#[derive(Serialize, ToSchema)]
pub(crate) struct Lateness {
    /// From when on a ticket is late of which nothing was promised, in seconds after it was ordered.
    pub(crate) limite_s: i64,
    /// Open and late now.
    pub(crate) abiertos_tarde: i64,
    pub(crate) entregados: i64,
    /// Delivered later than the limit, whatever was promised.
    pub(crate) entregados_tarde: i64,
    /// Delivered of those whose customer was promised a time.
    pub(crate) prometidos: i64,
    /// Delivered by the time that was promised.
    pub(crate) cumplidos: i64,
    /// From order to delivery on average, in seconds; null while nothing was delivered.
    pub(crate) promedio_s: Option<i64>,
}

/// How many tickets there are by state, driver and day, and how late they are.
#[utoipa::path(get, path = "/api/reportes/resumen", tag = "reportes", responses(
    (status = 200, body = Summary), (status = 403, body = ProblemDocument)))]
async fn summary(State(app): State<App>, admin: Admin) -> Result<Json<Summary>, Problem> {
    summarise(&app, &admin).await.map(Json)
}

/// The board in numbers, as of now.
pub(crate) async fn summarise(app: &App, _: &Admin) -> Result<Summary, Problem> {
    let now = app.ambient.now();
    let late_ms = i64::try_from(app.settings.late_after.as_millis()).unwrap_or(i64::MAX);
    let mut session = app.db.snapshot().await?;
    let por_estado = by_state(&mut session).await?;
    Ok(Summary {
        total: por_estado.values().sum(),
        por_estado,
        por_repartidor: by_driver(&mut session).await?,
        por_dia: by_day(&mut session, now).await?,
        demora: lateness(&mut session, now, late_ms).await?,
    })
}

/// The days that are reported, today last, each with when it begins and when the next does.
fn days(now: UnixMillis) -> impl Iterator<Item = (String, UnixMillis, UnixMillis)> {
    LocalDay::last(DAYS, now).map(|day| (day.date.to_string(), day.begins, day.ends))
}

/// The hour of the day it is.
fn hour(at: UnixMillis) -> i64 {
    at.local().map_or(0, |local| i64::from(local.hour()))
}
