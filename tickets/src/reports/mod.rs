//! Reports: counts by state, by driver and by day, and lateness.
//!
//! A ticket is late when more than `LATE_AFTER` (an hour unless set) has passed since it was ordered and it is not
//! delivered, or was delivered later than that. Failed, returned and cancelled tickets are not counted as late: they
//! have a reason instead. A day is a day in Buenos Aires, by when the order was made.

mod analysis;

use axum::extract::State;
use belgrano_shared::http::Json;
use belgrano_shared::problem::{Problem, ProblemDocument};
use belgrano_shared::storage::Session;
use belgrano_shared::timestamp::UnixMillis;
use belgrano_shared::wire::TicketState;
use belgrano_shared::{fetch, fetch_scalar};
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::sessions::Admin;

pub(crate) use analysis::{Analysis, Took, analyse};

/// Days that are reported, today included.
const DAYS: i64 = 14;
const DAY_MS: i64 = 24 * 3600 * 1000;
/// Argentina has one offset and no daylight saving (Law 26.350).
const OFFSET_MS: i64 = -3 * 3600 * 1000;

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
    /// How late.
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

/// How late.
#[derive(Serialize, ToSchema)]
pub(crate) struct Lateness {
    /// From when on a ticket is late, in seconds after it was ordered.
    pub(crate) limite_s: i64,
    /// Open and late now.
    pub(crate) abiertos_tarde: i64,
    pub(crate) entregados: i64,
    pub(crate) entregados_tarde: i64,
    /// From order to delivery on average, in seconds; null while nothing was delivered.
    pub(crate) promedio_s: Option<i64>,
}

/// Cuántos tickets hay por estado, por repartidor y por día, y cuánto se demora.
#[utoipa::path(get, path = "/api/reportes/resumen", tag = "reportes", responses(
    (status = 200, body = Summary), (status = 403, body = ProblemDocument)))]
pub(crate) async fn summary(State(app): State<App>, _: Admin) -> Result<Json<Summary>, Problem> {
    let now = app.ambient.now();
    let late_ms = i64::try_from(app.settings.late_after.as_millis()).unwrap_or(i64::MAX);
    let mut session = app.db.snapshot().await?;
    let por_estado = by_state(&mut session).await?;
    Ok(Json(Summary {
        total: por_estado.values().sum(),
        por_estado,
        por_repartidor: by_driver(&mut session).await?,
        por_dia: by_day(&mut session, now).await?,
        demora: lateness(&mut session, now, late_ms).await?,
    }))
}

async fn by_state(session: &mut Session) -> sqlx::Result<BTreeMap<&'static str, i64>> {
    const COUNT: &str = "SELECT state, COUNT(*) FROM tickets GROUP BY state";
    let mut counts: BTreeMap<&'static str, i64> = TicketState::WORDS.iter().map(|word| (*word, 0)).collect();
    for (state, count) in fetch!(all, *session, (String, i64), COUNT)? {
        if let Some(state) = TicketState::parse(&state) {
            counts.insert(state.as_str(), count);
        }
    }
    Ok(counts)
}

async fn by_driver(session: &mut Session) -> sqlx::Result<Vec<DriverRow>> {
    const COUNT: &str = "SELECT u.id AS repartidor_id, u.name AS nombre, \
         COUNT(CASE WHEN t.state IN ('asignado', 'aceptado', 'en-camino') THEN 1 END) AS abiertos, \
         COUNT(CASE WHEN t.state = 'entregado' THEN 1 END) AS entregados, \
         COUNT(CASE WHEN t.state IN ('fallido', 'devuelto') THEN 1 END) AS fallidos \
         FROM drivers d JOIN users u ON u.id = d.user_id LEFT JOIN tickets t ON t.driver_id = d.user_id \
         GROUP BY u.id, u.name ORDER BY u.id";
    fetch!(all, *session, DriverRow, COUNT)
}

#[derive(sqlx::FromRow)]
struct DayRow {
    day: i64,
    received: i64,
    delivered: i64,
    cancelled: i64,
}

async fn by_day(session: &mut Session, now: UnixMillis) -> sqlx::Result<Vec<Day>> {
    const COUNT: &str = "SELECT (created_at + $1) / $2 AS day, COUNT(*) AS received, \
         COUNT(CASE WHEN state = 'entregado' THEN 1 END) AS delivered, \
         COUNT(CASE WHEN state = 'cancelado' THEN 1 END) AS cancelled \
         FROM tickets WHERE created_at >= $3 GROUP BY 1 ORDER BY 1";
    let first_day = (now.0 + OFFSET_MS) / DAY_MS - DAYS + 1;
    let since = first_day * DAY_MS - OFFSET_MS;
    let rows = fetch!(all, *session, DayRow, COUNT, OFFSET_MS, DAY_MS, since)?;
    let day = |row: DayRow| Day {
        dia: UnixMillis(row.day * DAY_MS - OFFSET_MS).to_rfc3339().chars().take(10).collect(),
        recibidos: row.received,
        entregados: row.delivered,
        cancelados: row.cancelled,
    };
    Ok(rows.into_iter().map(day).collect())
}

#[derive(sqlx::FromRow)]
struct DeliveredRow {
    delivered: i64,
    late: i64,
    took_ms: Option<i64>,
}

async fn lateness(session: &mut Session, now: UnixMillis, late_ms: i64) -> sqlx::Result<Lateness> {
    const OPEN: &str = "SELECT COUNT(*) FROM tickets \
         WHERE state IN ('pendiente', 'asignado', 'aceptado', 'en-camino') AND created_at < $1";
    // An average of BIGINTs is a NUMERIC on Postgres and a double on SQLite; truncated, it is the same on both.
    const DELIVERED: &str = "SELECT COUNT(*) AS delivered, \
         COUNT(CASE WHEN delivered_at - created_at > $1 THEN 1 END) AS late, \
         CAST(AVG(delivered_at - created_at) AS BIGINT) AS took_ms \
         FROM tickets WHERE state = 'entregado' AND delivered_at IS NOT NULL";
    let abiertos_tarde = fetch_scalar!(one, *session, i64, OPEN, now.plus_ms(-late_ms))?;
    let row = fetch!(one, *session, DeliveredRow, DELIVERED, late_ms)?;
    Ok(Lateness {
        limite_s: late_ms / 1000,
        abiertos_tarde,
        entregados: row.delivered,
        entregados_tarde: row.late,
        promedio_s: row.took_ms.map(|ms| ms / 1000),
    })
}
