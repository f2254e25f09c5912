//! The history of one ticket: every change, when it happened and when it was recorded, and who did it.

use belgrano_shared::fetch;
use belgrano_shared::storage::Session;
use belgrano_shared::timestamp::UnixMillis;
use belgrano_shared::wire::TicketState;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// One change.
#[derive(Serialize, ToSchema)]
pub struct Entry {
    /// Its place in the one order of all changes.
    pub(crate) seq: i64,
    /// What kind of change, as in the live feed.
    #[serde(rename = "tipo")]
    pub(crate) kind: String,
    /// What was done, for people.
    #[serde(rename = "accion")]
    pub(crate) action: String,
    /// Who did it.
    pub(crate) actor: String,
    /// Whose account that was; null for the shop and for the board itself.
    pub(crate) actor_id: Option<i64>,
    /// When it happened, by the clock of whoever did it.
    #[serde(rename = "ocurrido")]
    pub(crate) occurred_at: UnixMillis,
    /// When it was recorded, by ours.
    #[serde(rename = "registrado")]
    pub(crate) recorded_at: UnixMillis,
    /// The version it made.
    pub(crate) version: i64,
    /// The state it led to.
    #[serde(rename = "estado")]
    pub(crate) state: Option<TicketState>,
    /// Who carried the ticket afterwards.
    #[serde(rename = "repartidor_id")]
    pub(crate) driver_id: Option<i64>,
    /// The reason that stood after it.
    #[serde(rename = "motivo")]
    pub(crate) reason: Option<String>,
}

#[derive(sqlx::FromRow)]
struct Row {
    seq: i64,
    kind: String,
    action: String,
    actor: String,
    actor_id: Option<i64>,
    occurred_at: UnixMillis,
    recorded_at: UnixMillis,
    version: i64,
    driver_id: Option<i64>,
    ticket: String,
}

/// What of the ticket as it then was is shown here.
#[derive(Deserialize)]
struct Then {
    estado: TicketState,
    motivo: Option<String>,
}

const HISTORY: &str = "SELECT seq, kind, action, actor, actor_id, occurred_at, recorded_at, version, driver_id, ticket \
     FROM events WHERE ticket_id = $1 AND version > $2 ORDER BY version LIMIT $3";

impl Entry {
    /// The version it made: where the next page begins.
    pub(super) fn version(&self) -> i64 {
        self.version
    }
}

/// The changes of a ticket after the one that made `version`, oldest first.
pub async fn history(session: &mut Session, ticket_id: i64, version: i64, limit: u32) -> sqlx::Result<Vec<Entry>> {
    let rows = fetch!(all, *session, Row, HISTORY, ticket_id, version, i64::from(limit))?;
    Ok(rows.into_iter().map(entry).collect())
}

fn entry(row: Row) -> Entry {
    // A snapshot of an older form may lack a field; the rest of the line is worth showing all the same.
    let then: Option<Then> = serde_json::from_str(&row.ticket).ok();
    let (state, reason) = then.map(|then| (then.estado, then.motivo)).unzip();
    Entry {
        seq: row.seq,
        kind: row.kind,
        action: row.action,
        actor: row.actor,
        actor_id: row.actor_id,
        occurred_at: row.occurred_at,
        recorded_at: row.recorded_at,
        version: row.version,
        state,
        driver_id: row.driver_id,
        reason: reason.flatten(),
    }
}
