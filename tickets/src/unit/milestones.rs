//! When a ticket last came to each state, kept with it: the events that say so are forgotten in time.
//!
//! When it was offered and delivered is in the wire's view of it already.

use belgrano_wire::TicketState;
use belgrano_wire::timestamp::UnixMillis;

use super::{Action, Change};

/// Null until it happened. What was taken back did not happen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, sqlx::FromRow)]
pub struct Milestones {
    /// Its driver took it.
    pub accepted_at: Option<UnixMillis>,
    /// Its driver set out.
    pub departed_at: Option<UnixMillis>,
    /// A delivery failed.
    pub failed_at: Option<UnixMillis>,
    /// It was called off.
    pub cancelled_at: Option<UnixMillis>,
    /// How often a driver set out with it.
    pub attempts: i64,
}

impl Milestones {
    /// A change led from one state to another.
    pub(super) fn pass(&mut self, from: TicketState, to: TicketState, change: &Change) {
        if from == to {
            return;
        }
        let (state, at, attempt) =
            if change.action == Action::Undone { (from, None, -1) } else { (to, Some(change.occurred_at), 1) };
        match state {
            TicketState::Accepted => self.accepted_at = at,
            TicketState::OnTheWay => {
                self.departed_at = at;
                self.attempts += attempt;
            }
            TicketState::Failed => self.failed_at = at,
            TicketState::Cancelled => self.cancelled_at = at,
            TicketState::Pending | TicketState::Assigned | TicketState::Delivered | TicketState::Returned => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use belgrano_wire::timestamp::UnixMillis;
    use belgrano_wire::{EventKind, TicketState};

    use super::super::{Action, Actor, Change, Milestones};

    #[test]
    fn what_was_taken_back_did_not_happen() {
        let mut milestones = Milestones::default();
        let mut pass = |from, to, action, at| {
            let (occurred_at, kind, actor) = (UnixMillis(at), EventKind::Status, Actor::System);
            let change = Change { kind, action, actor, occurred_at, clock_moved_ms: None, previous_driver: None };
            milestones.pass(from, to, &change);
            milestones
        };
        let (accepted, away) = (TicketState::Accepted, TicketState::OnTheWay);
        pass(TicketState::Assigned, accepted, Action::Accepted, 1);
        let left = pass(accepted, away, Action::Started, 2);
        assert_eq!((left.accepted_at, left.departed_at, left.attempts), (Some(UnixMillis(1)), Some(UnixMillis(2)), 1));
        assert_eq!(pass(away, away, Action::Edited, 3), left);
        assert_eq!(pass(away, TicketState::Failed, Action::Failed, 4).failed_at, Some(UnixMillis(4)));
        assert_eq!(pass(TicketState::Failed, away, Action::Undone, 5), left);
        let back = pass(away, accepted, Action::Undone, 6);
        assert_eq!((back.accepted_at, back.departed_at, back.attempts), (Some(UnixMillis(1)), None, 0));
    }
}
