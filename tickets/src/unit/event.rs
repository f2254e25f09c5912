//! A change of a ticket: who did it, when it happened, when it was recorded, and the ticket as it then was.

use std::sync::Arc;

use belgrano_runtime::execute_rows;
use belgrano_runtime::storage::Session;
use belgrano_wire::timestamp::UnixMillis;
use belgrano_wire::{EventKind, OrderNumber};

use super::{Action, AssignmentReason, Ticket, as_json};

/// Who changed a ticket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// The shop, over the wire.
    Shop,
    /// The board itself: an offer that expired, the automatic assignment.
    System,
    /// Someone with an account.
    User {
        /// Whose.
        id: i64,
        /// As it was called then.
        name: String,
    },
}

impl Actor {
    /// What the history calls it.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Shop => "tienda",
            Self::System => "sistema",
            Self::User { name, .. } => name,
        }
    }

    fn id(&self) -> Option<i64> {
        match self {
            Self::Shop | Self::System => None,
            Self::User { id, .. } => Some(*id),
        }
    }
}

/// What an event says beside the ticket itself.
#[derive(Clone, Debug)]
pub struct Change {
    /// What readers branch on.
    pub kind: EventKind,
    /// What was done, for the history.
    pub action: Action,
    /// Who did it.
    pub actor: Actor,
    /// When it happened, which may be before it was recorded: a driver may have been offline.
    pub occurred_at: UnixMillis,
    /// By how much that is later than what a phone said whose clock was off; 0 where it said no time. `None`: as it was said.
    pub clock_moved_ms: Option<i64>,
    /// Who carried the ticket before the change: a driver it was taken from must be told.
    pub previous_driver: Option<i64>,
}

/// A committed change, ready to be sent to everyone who may see it.
#[derive(Clone, Debug)]
pub struct CommittedEvent {
    /// Its place in the one order all readers see.
    pub seq: i64,
    /// What kind of change.
    pub kind: EventKind,
    /// When it was recorded.
    pub at: UnixMillis,
    /// Which ticket.
    pub number: OrderNumber,
    /// The ticket's id.
    pub ticket_id: i64,
    /// The ticket's version after the change.
    pub version: i64,
    /// Who carries it now.
    pub driver_id: Option<i64>,
    /// Who carried it before.
    pub previous_driver_id: Option<i64>,
    /// The whole ticket, serialised once.
    pub ticket_json: Arc<str>,
    /// Whether with it everything that was told before of the ticket forgets its customer.
    pub forgets: bool,
}

#[derive(Debug)]
pub(super) struct Row {
    seq: i64,
    change: Change,
    ticket_id: i64,
    driver_id: Option<i64>,
    version: i64,
    recorded_at: UnixMillis,
    assignment_reason: Option<String>,
    failure: Option<String>,
    ticket_json: Arc<str>,
}

const INSERT: &str = "INSERT INTO events (seq, ticket_id, kind, action, actor, actor_id, driver_id, previous_driver_id, \
     occurred_at, clock_moved_ms, recorded_at, version, assignment_reason, ticket) VALUES";

impl Row {
    pub(super) fn new(seq: i64, ticket: &Ticket, change: Change, recorded_at: UnixMillis) -> sqlx::Result<Self> {
        let ticket_json = as_json(&ticket.view)?.into();
        Ok(Self {
            seq,
            failure: ticket.view.reason.clone().filter(|_| change.action == Action::Failed),
            change,
            ticket_id: ticket.view.ticket_id,
            driver_id: ticket.view.driver_id,
            version: ticket.view.version,
            recorded_at,
            assignment_reason: ticket.assignment_reason.as_ref().map(AssignmentReason::stored).transpose()?,
            ticket_json,
        })
    }

    /// When an attempt failed and why, if this says so.
    pub(super) fn failure(&self) -> Option<(UnixMillis, &str)> {
        Some((self.recorded_at, self.failure.as_deref()?))
    }

    pub(super) fn committed(&self, number: &OrderNumber) -> CommittedEvent {
        CommittedEvent {
            seq: self.seq,
            kind: self.change.kind,
            at: self.recorded_at,
            number: number.clone(),
            ticket_id: self.ticket_id,
            version: self.version,
            driver_id: self.driver_id,
            previous_driver_id: self.change.previous_driver,
            ticket_json: Arc::clone(&self.ticket_json),
            forgets: self.change.action == Action::Forgotten,
        }
    }
}

pub(super) async fn store(session: &mut Session, rows: &[Row]) -> sqlx::Result<()> {
    execute_rows!(*session, INSERT, 14, rows, |query, row| {
        query
            .bind(row.seq)
            .bind(row.ticket_id)
            .bind(row.change.kind.as_str())
            .bind(row.change.action.code())
            .bind(row.change.actor.name())
            .bind(row.change.actor.id())
            .bind(row.driver_id)
            .bind(row.change.previous_driver)
            .bind(row.change.occurred_at)
            .bind(row.change.clock_moved_ms)
            .bind(row.recorded_at)
            .bind(row.version)
            .bind(&row.assignment_reason)
            .bind(&*row.ticket_json)
    });
    Ok(())
}
