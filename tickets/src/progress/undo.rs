//! Taking the last change of a ticket back, for ten minutes, as a new change that the history shows.
//!
//! Whether it can be is decided once, in [`before_last`]: the command refuses by it, and a page offers by it.

use belgrano_runtime::storage::Session;
use belgrano_runtime::writer::{Command, Failure};
use belgrano_runtime::{execute, fetch, fetch_scalar};
use belgrano_wire::timestamp::UnixMillis;
use belgrano_wire::{EventKind, OrderNumber, TicketState, TicketView};

use super::{TicketRefusal, check_version};
use crate::tickets::Detail;
use crate::unit::{Action, Actor, AssignmentReason, BoardUnit, BoardWants, Change, Ticket};

/// How long a change can be taken back.
const UNDO_WINDOW_MS: i64 = 10 * 60 * 1000;
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

/// Why the last change of a ticket cannot be taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotUndoable {
    /// Whoever called it off or took it back: the shop has heard of it and sells those goods to somebody else.
    StockIsBack,
    /// It was taken in and nothing else.
    Nothing,
    /// The last change took one back itself.
    AlreadyUndone,
    /// What was before it was forgotten, as too old or with its customer.
    Forgotten,
    /// It was longer ago than a change can be taken back.
    TooLate,
    /// Who would have it again drives no more.
    DriverLeft,
}

impl NotUndoable {
    /// The key of what to say.
    pub(super) const fn text(self) -> &'static str {
        match self {
            Self::StockIsBack => "refusal-undo-stock",
            Self::Nothing => "refusal-undo-nothing",
            Self::AlreadyUndone => "refusal-undo-done",
            Self::Forgotten => "refusal-undo-forgotten",
            Self::TooLate => "refusal-undo-late",
            Self::DriverLeft => "refusal-undo-driver",
        }
    }
}

/// A ticket as it was before its last change.
#[derive(Debug)]
pub(crate) struct Before {
    view: TicketView,
    assignment_reason: Option<AssignmentReason>,
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

/// What taking the last change of `ticket` back would make of it, or why it cannot be. What `session` reads has to be of the
/// version that `ticket` is at: a snapshot, or the writer's own transaction.
pub(crate) async fn before_last(
    session: &mut Session,
    ticket: &TicketView,
    now: UnixMillis,
) -> sqlx::Result<Result<Before, NotUndoable>> {
    let past = fetch!(all, *session, Past, LAST_TWO, ticket.ticket_id, ticket.version - 1)?;
    let known: Vec<_> = past.iter().map(|past| (past.action, past.recorded_at)).collect();
    if let Err(why) = check(ticket, &known, now) {
        return Ok(Err(why));
    }
    let Some(before) = past.into_iter().nth(1) else { return Ok(Err(NotUndoable::Forgotten)) };
    let view: TicketView =
        serde_json::from_str(&before.ticket).map_err(|error| sqlx::Error::Decode(Box::new(error)))?;
    if let Some(driver_id) = view.driver_id.filter(|driver_id| ticket.driver_id != Some(*driver_id))
        && fetch_scalar!(one, *session, i64, DRIVES, driver_id)? == 0
    {
        return Ok(Err(NotUndoable::DriverLeft));
    }
    Ok(Ok(Before { view, assignment_reason: before.assignment_reason.map(AssignmentReason::parse) }))
}

/// The same as far as the ticket and its history alone decide it. `past`: what was done to the ticket and when, the last
/// change first, as far as it is kept.
fn check(ticket: &TicketView, past: &[(Action, UnixMillis)], now: UnixMillis) -> Result<(), NotUndoable> {
    match past {
        _ if matches!(ticket.state, TicketState::Cancelled | TicketState::Returned) => Err(NotUndoable::StockIsBack),
        _ if ticket.version <= 1 => Err(NotUndoable::Nothing),
        [(Action::Undone, _), ..] => Err(NotUndoable::AlreadyUndone),
        [(Action::Forgotten, _), ..] => Err(NotUndoable::Forgotten),
        [(_, at), rest @ ..] if is_fresh(*at, now) => {
            if rest.is_empty() {
                Err(NotUndoable::Forgotten)
            } else {
                Ok(())
            }
        }
        _ => Err(NotUndoable::TooLate),
    }
}

/// Whether what was recorded then can still be taken back. A clock that was set back gives no more time than there is: of what
/// lies further ahead nobody knows how long ago it was.
fn is_fresh(recorded_at: UnixMillis, now: UnixMillis) -> bool {
    now.since_ms(recorded_at).abs() <= UNDO_WINDOW_MS
}

impl Command<BoardUnit> for Undo {
    type Output = Detail;
    type Refusal = TicketRefusal;

    fn wants(&self, wants: &mut BoardWants) {
        wants.tickets.push(self.number.clone());
    }

    async fn apply(&self, unit: &mut BoardUnit) -> Result<Detail, Failure<TicketRefusal>> {
        let missing = || Failure::Refused(TicketRefusal::NotFound(self.number.clone()));
        let ticket = unit.ticket(&self.number).await?.cloned().ok_or_else(missing)?;
        check_version(&ticket, self.if_match).map_err(Failure::Refused)?;
        let (id, now) = (ticket.view.ticket_id, unit.now());
        unit.flush_ticket(id).await?;
        let before = before_last(unit.reader(), &ticket.view, now).await?;
        let before = before.map_err(|why| Failure::Refused(TicketRefusal::NotUndoable(why)))?;
        let next = self.restore(&ticket, before, now);
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
        Ok(unit.record(next, change)?.clone().into())
    }
}

impl Undo {
    fn restore(&self, ticket: &Ticket, Before { view: before, assignment_reason }: Before, now: UnixMillis) -> Ticket {
        let mut next = ticket.clone();
        next.assignment_reason = assignment_reason;
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
    use belgrano_wire::timestamp::UnixMillis;

    use super::{UNDO_WINDOW_MS, is_fresh};

    #[test]
    fn no_clock_gives_more_time_than_there_is() {
        let now = UnixMillis(1_795_284_245_000);
        let fresh = |ms| is_fresh(now.plus_ms(ms), now);
        assert!(fresh(0) && fresh(-UNDO_WINDOW_MS) && fresh(30_000));
        assert!(!fresh(-UNDO_WINDOW_MS - 1) && !fresh(3_600_000));
    }
}
