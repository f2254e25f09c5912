//! The history of one ticket: every change, when it happened and when it was recorded, and who did it.

use belgrano_runtime::storage::Session;
use belgrano_runtime::{fetch, fetch_in};
use belgrano_wire::timestamp::UnixMillis;
use belgrano_wire::{Priority, TicketState};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::unit::{Action, AssignmentReason};

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
    #[schema(value_type = String)]
    pub(crate) action: Action,
    /// Who did it.
    pub(crate) actor: String,
    /// Whose account that was; null for the shop and for the board itself.
    pub(crate) actor_id: Option<i64>,
    /// When it happened: by the clock of whoever did it, corrected where that was off.
    #[serde(rename = "ocurrido")]
    pub(crate) occurred_at: UnixMillis,
    /// By how many seconds that is later than what a phone said whose clock was off; 0 where it said no time, null where
    /// nothing was corrected.
    #[serde(rename = "correccion_s")]
    pub(crate) clock_moved_s: Option<i64>,
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
    /// That driver's name.
    #[serde(rename = "repartidor_nombre")]
    pub(crate) driver_name: Option<String>,
    /// How urgent it was afterwards.
    #[serde(rename = "prioridad")]
    pub(crate) priority: Option<Priority>,
    /// What the driver had to know afterwards.
    #[serde(rename = "indicaciones")]
    pub(crate) instructions: Option<String>,
    /// The reason that stood after it.
    #[serde(rename = "motivo")]
    pub(crate) reason: Option<String>,
    /// Why it had that driver afterwards, when nobody chose by hand.
    #[serde(rename = "asignacion_motivo")]
    #[schema(value_type = Option<String>)]
    pub(crate) assignment_reason: Option<AssignmentReason>,
}

#[derive(sqlx::FromRow)]
struct Row {
    seq: i64,
    kind: String,
    #[sqlx(try_from = "String")]
    action: Action,
    actor: String,
    actor_id: Option<i64>,
    occurred_at: UnixMillis,
    clock_moved_ms: Option<i64>,
    recorded_at: UnixMillis,
    version: i64,
    driver_id: Option<i64>,
    assignment_reason: Option<String>,
    ticket: String,
}

/// What of the ticket as it then was is shown here. A snapshot of an older form may lack a field.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Then {
    estado: Option<TicketState>,
    prioridad: Option<Priority>,
    repartidor_nombre: Option<String>,
    indicaciones: Option<String>,
    motivo: Option<String>,
}

const HISTORY: &str = "SELECT seq, kind, action, actor, actor_id, occurred_at, clock_moved_ms, recorded_at, version, driver_id, \
     assignment_reason, ticket FROM events WHERE ticket_id = $1 AND version > $2 ORDER BY version LIMIT $3";

impl Entry {
    /// The version it made: where the next page begins.
    pub(super) fn version(&self) -> i64 {
        self.version
    }
}

/// Who changed a ticket last.
#[derive(Debug, sqlx::FromRow)]
pub struct LastActor {
    /// Which ticket.
    pub(crate) ticket_id: i64,
    /// Whose account that was; `None` for the shop and for the board itself.
    #[sqlx(rename = "actor_id")]
    pub id: Option<i64>,
    /// As the history has it.
    #[sqlx(rename = "actor")]
    pub name: String,
}

/// Who changed these tickets last, but for those of whom that was forgotten.
pub async fn last_actors(session: &mut Session, ticket_ids: &[i64]) -> sqlx::Result<Vec<LastActor>> {
    const LAST: &str = "SELECT e.ticket_id, e.actor_id, e.actor FROM tickets t \
         JOIN events e ON e.ticket_id = t.id AND e.version = t.version WHERE t.id IN";
    Ok(fetch_in!(*session, LastActor, LAST, ticket_ids, ""))
}

/// The changes of a ticket after the one that made `version`, oldest first.
pub async fn history(session: &mut Session, ticket_id: i64, version: i64, limit: u32) -> sqlx::Result<Vec<Entry>> {
    let rows = fetch!(all, *session, Row, HISTORY, ticket_id, version, i64::from(limit))?;
    rows.into_iter().map(entry).collect()
}

fn entry(row: Row) -> sqlx::Result<Entry> {
    let then: Then = serde_json::from_str(&row.ticket).map_err(|error| sqlx::Error::Decode(Box::new(error)))?;
    Ok(Entry {
        seq: row.seq,
        kind: row.kind,
        action: row.action,
        actor: row.actor,
        actor_id: row.actor_id,
        occurred_at: row.occurred_at,
        clock_moved_s: row.clock_moved_ms.map(|ms| ms / 1000),
        recorded_at: row.recorded_at,
        version: row.version,
        state: then.estado,
        driver_id: row.driver_id,
        driver_name: then.repartidor_nombre,
        priority: then.prioridad,
        instructions: then.indicaciones,
        reason: then.motivo,
        assignment_reason: row.assignment_reason.map(AssignmentReason::parse),
    })
}
