//! Drivers as the board shows them.

use belgrano_runtime::fetch;
use belgrano_runtime::storage::Session;
use belgrano_wire::timestamp::UnixMillis;
use serde::Serialize;
use utoipa::ToSchema;

/// A driver.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DriverView {
    /// The account's id.
    pub id: i64,
    /// What it is called.
    #[serde(rename = "nombre")]
    pub name: String,
    /// What it logs in with.
    pub email: String,
    /// How to reach it.
    #[serde(rename = "telefono")]
    pub phone: String,
    /// Tickets it carries at once.
    #[serde(rename = "capacidad")]
    pub capacity: i64,
    /// Where it usually is.
    #[serde(rename = "barrio")]
    pub neighbourhood: Option<String>,
    /// Whether it may log in.
    #[serde(rename = "activo")]
    pub active: bool,
    /// Whether it works now.
    #[serde(rename = "en_turno")]
    pub on_shift: bool,
    /// Tickets it carries now.
    #[serde(rename = "carga")]
    pub load: i64,
    /// Latitude of its last fix, degrees.
    pub lat: Option<f64>,
    /// Longitude of its last fix, degrees.
    pub lng: Option<f64>,
    /// When it was there.
    #[serde(rename = "posicion_fecha")]
    pub position_at: Option<UnixMillis>,
    /// How old that is, in seconds.
    #[serde(rename = "posicion_edad_s")]
    pub position_age_s: Option<i64>,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: i64,
    name: String,
    email: String,
    phone: String,
    capacity: i64,
    barrio: Option<String>,
    active: bool,
    on_shift: bool,
    load: i64,
    lat: Option<f64>,
    lng: Option<f64>,
    position_at: Option<UnixMillis>,
}

const LIST: &str = "SELECT u.id, u.name, u.email, d.phone, d.capacity, d.barrio, u.active, d.on_shift, \
     (SELECT COUNT(*) FROM tickets t WHERE t.driver_id = d.user_id AND t.state IN ('asignado', 'aceptado', 'en-camino')) \
     AS load, d.lat, d.lng, d.position_at FROM drivers d JOIN users u ON u.id = d.user_id \
     WHERE u.role = 'flota' AND u.id > $1 AND ($2 IS NULL OR u.id = $2) ORDER BY u.id LIMIT $3";

/// Drivers with ids beyond `after`, or just the one with id `only`.
pub async fn list(
    session: &mut Session,
    after: i64,
    only: Option<i64>,
    limit: u32,
    now: UnixMillis,
) -> sqlx::Result<Vec<DriverView>> {
    let rows = fetch!(all, *session, Row, LIST, after, only, i64::from(limit))?;
    Ok(rows.into_iter().map(|row| view(row, now)).collect())
}

fn view(row: Row, now: UnixMillis) -> DriverView {
    DriverView {
        id: row.id,
        name: row.name,
        email: row.email,
        phone: row.phone,
        capacity: row.capacity,
        neighbourhood: row.barrio,
        active: row.active,
        on_shift: row.on_shift,
        load: row.load,
        lat: row.lat,
        lng: row.lng,
        position_at: row.position_at,
        position_age_s: row.position_at.map(|at| now.since_ms(at).max(0) / 1000),
    }
}
