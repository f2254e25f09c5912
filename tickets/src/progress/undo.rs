//! Taking the last change of a ticket back, for ten minutes, as a new change that the history shows.

use belgrano_shared::timestamp::UnixMillis;
use belgrano_shared::wire::{EventKind, OrderNumber, TicketState, TicketView};
use belgrano_shared::writer::{Command, Failure};
use belgrano_shared::{execute, fetch, fetch_scalar};

use super::{TicketRefusal, check_version};
use crate::unit::{Action, Actor, AssignmentReason, BoardUnit, BoardWants, Change, Ticket};

/// How long a change can be taken back.
const UNDO_WINDOW_MS: i64 = 10 * 60 * 1000;
/// Whoever did it: the shop has heard of it and sells those goods to somebody else.
const STOCK_IS_BACK: &str = "refusal-undo-stock";

const DRIVER_LEFT: &str = "refusal-undo-driver";
/// What was before it was forgotten as too old.
const FORGOTTEN: &str = "refusal-undo-forgotten";
const FORGET_PROOFS: &str = "DELETE FROM proofs WHERE ticket_id = $1";
const DRIVES: &str = "SELECT COUNT(*) FROM users WHERE id = $1 AND active AND role = 'flota'";

/// Take the last change back.
#[derive(Debug)]
pub struct Undo {
    /// Of which ticket.
    pub number: OrderNumber,
    /// Only if the ticket is at this version.
    pub if_match: Option<i64>,
    /// Who takes it back.
    pub by: Actor,
    /// How long an offer holds that is made again.
    pub offer_timeout_ms: i64,
}

#[derive(sqlx::FromRow)]
struct Past {
    #[sqlx(try_from = "String")]
    action: Action,
    recorded_at: UnixMillis,
    assignment_reason: Option<String>,
    ticket: String,
}

const LAST_TWO: &str = "SELECT action, recorded_at, assignment_reason, ticket FROM events \
     WHERE ticket_id = $1 AND version >= $2 ORDER BY version DESC";

impl Command<BoardUnit> for Undo {
    type Output = TicketView;
    type Refusal = TicketRefusal;

    fn wants(&self, wants: &mut BoardWants) {
        wants.tickets.push(self.number.clone());
    }

    async fn apply(&self, unit: &mut BoardUnit) -> Result<TicketView, Failure<TicketRefusal>> {
        let missing = || Failure::Refused(TicketRefusal::NotFound(self.number.clone()));
        let ticket = unit.ticket(&self.number).await?.cloned().ok_or_else(missing)?;
        check_version(&ticket, self.if_match).map_err(Failure::Refused)?;
        let (id, from) = (ticket.view.ticket_id, ticket.view.version - 1);
        unit.flush_ticket(id).await?;
        let past = fetch!(all, *unit.reader(), Past, LAST_TWO, id, from)?;
        let now = unit.now();
        let known: Vec<_> = past.iter().map(|past| (past.action, past.recorded_at)).collect();
        let why = |why| Failure::Refused(TicketRefusal::NotUndoable(why));
        check_undoable(&ticket.view, &known, now).map_err(why)?;
        let before = past.get(1).ok_or_else(|| why(FORGOTTEN))?;
        let reason = before.assignment_reason.clone().map(AssignmentReason::parse);
        let before: TicketView =
            serde_json::from_str(&before.ticket).map_err(|error| sqlx::Error::Decode(Box::new(error)))?;
        if let Some(driver_id) = before.driver_id.filter(|driver_id| ticket.view.driver_id != Some(*driver_id))
            && fetch_scalar!(one, *unit.reader(), i64, DRIVES, driver_id)? == 0
        {
            return Err(Failure::Refused(TicketRefusal::NotUndoable(DRIVER_LEFT)));
        }
        let mut next = self.restore(&ticket, before, now);
        next.assignment_reason = reason;
        if ticket.view.state == TicketState::Delivered && next.view.state != TicketState::Delivered {
            // They prove the delivery that is taken back, and no other; nor are they for whoever carries it next.
            execute!(*unit.session(), FORGET_PROOFS, id)?;
        }
        let change = Change {
            kind: kind(&ticket.view, &next.view),
            action: Action::Undone,
            actor: self.by.clone(),
            occurred_at: now,
            clock_moved_ms: None,
            previous_driver: ticket.view.driver_id,
        };
        Ok(unit.record(next, change)?.view.clone())
    }
}

impl Undo {
    fn restore(&self, ticket: &Ticket, before: TicketView, now: UnixMillis) -> Ticket {
        let mut next = ticket.clone();
        let view = &mut next.view;
        view.set_driver(before.driver_id.zip(before.driver_name));
        view.state = before.state;
        view.priority = before.priority;
        view.instructions = before.instructions;
        view.reason = before.reason;
        view.assigned_at = before.assigned_at;
        view.delivered_at = before.delivered_at;
        // An offer that ran out meanwhile would be gone again at once.
        let renewed = now.plus_ms(self.offer_timeout_ms);
        view.offer_expires_at = before.offer_expires_at.map(|at| if at > now { at } else { renewed });
        next
    }
}

/// Whether what was recorded then can still be taken back. A clock that was set back gives no more time than there is: of what
/// lies further ahead nobody knows how long ago it was.
fn is_fresh(recorded_at: UnixMillis, now: UnixMillis) -> bool {
    now.since_ms(recorded_at).abs() <= UNDO_WINDOW_MS
}

/// Whether the last change of a ticket can be taken back, else the key of the text that says why not. The command refuses by this,
/// and the page offers by it. `past`: what was done to the ticket and when, the last change first, as far as it is kept.
pub fn check_undoable(ticket: &TicketView, past: &[(Action, UnixMillis)], now: UnixMillis) -> Result<(), &'static str> {
    match past {
        _ if matches!(ticket.state, TicketState::Cancelled | TicketState::Returned) => Err(STOCK_IS_BACK),
        _ if ticket.version <= 1 => Err("refusal-undo-nothing"),
        [(Action::Undone, _), ..] => Err("refusal-undo-done"),
        [(Action::Forgotten, _), ..] => Err(FORGOTTEN),
        [(_, at), rest @ ..] if is_fresh(*at, now) => {
            if rest.is_empty() {
                Err(FORGOTTEN)
            } else {
                Ok(())
            }
        }
        _ => Err("refusal-undo-late"),
    }
}

/// What readers of the feed are told.
fn kind(from: &TicketView, to: &TicketView) -> EventKind {
    if from.driver_id != to.driver_id {
        if to.driver_id.is_some() { EventKind::Assigned } else { EventKind::Unassigned }
    } else if from.state != to.state {
        EventKind::Status
    } else {
        EventKind::Updated
    }
}

#[cfg(test)]
mod tests {
    use belgrano_shared::timestamp::UnixMillis;

    use super::{UNDO_WINDOW_MS, is_fresh};

    #[test]
    fn no_clock_gives_more_time_than_there_is() {
        let now = UnixMillis(1_795_284_245_000);
        let fresh = |ms| is_fresh(now.plus_ms(ms), now);
        assert!(fresh(0) && fresh(-UNDO_WINDOW_MS) && fresh(30_000));
        assert!(!fresh(-UNDO_WINDOW_MS - 1) && !fresh(3_600_000));
    }
}
