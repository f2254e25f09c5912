//! The one place that decides whether a ticket may take a step, and what the ticket is afterwards.
//!
//! Pure: no storage, no clock. The table of legal states is in the wire's [`TicketState`]; which of them are for whom is
//! here. What must never happen: a state that changes anywhere else.

use belgrano_wire::timestamp::UnixMillis;
use belgrano_wire::{EventKind, TicketState};

use crate::unit::{AssignmentReason, Ticket};

/// A step, with what it needs to be taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Offer it to a driver.
    Offer(Offer),
    /// The driver takes it.
    Accept,
    /// Back to the pool: rejected, expired, unassigned, or a next attempt.
    Release,
    /// On the way to the customer.
    Start,
    /// Delivered.
    Deliver,
    /// The delivery failed, and why.
    Fail(String),
    /// Given back to the merchant, and why.
    Return(String),
    /// Called off, and why.
    Cancel(String),
}

/// Who a ticket is offered to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// The driver.
    pub driver_id: i64,
    /// The driver's name.
    pub driver_name: String,
    /// When the offer returns to the pool by itself.
    pub expires_at: UnixMillis,
    /// Why this driver, when nobody chose by hand.
    pub reason: Option<AssignmentReason>,
}

/// As whom a step is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum As {
    /// An administrator, the shop or the board itself: any legal step.
    Board,
    /// The driver who carries it: the steps of a delivery.
    Driver,
}

/// A step that cannot be taken from here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IllegalStep {
    /// Where the ticket is.
    pub from: TicketState,
    /// Where it was to go.
    pub to: TicketState,
    /// Where it can go, for whoever asked.
    pub legal: Vec<TicketState>,
}

impl Step {
    /// The state it leads to.
    #[must_use]
    pub const fn target(&self) -> TicketState {
        match self {
            Self::Offer(_) => TicketState::Assigned,
            Self::Accept => TicketState::Accepted,
            Self::Release => TicketState::Pending,
            Self::Start => TicketState::OnTheWay,
            Self::Deliver => TicketState::Delivered,
            Self::Fail(_) => TicketState::Failed,
            Self::Return(_) => TicketState::Returned,
            Self::Cancel(_) => TicketState::Cancelled,
        }
    }

    /// What readers of the feed are told.
    #[must_use]
    pub const fn kind(&self) -> EventKind {
        match self {
            Self::Offer(_) => EventKind::Assigned,
            Self::Release => EventKind::Unassigned,
            Self::Accept | Self::Start | Self::Deliver | Self::Fail(_) | Self::Return(_) | Self::Cancel(_) => {
                EventKind::Status
            }
        }
    }
}

/// Where `who` can take a ticket from `from`.
#[must_use]
pub fn legal(from: TicketState, who: As) -> Vec<TicketState> {
    let allowed = |to: &TicketState| match who {
        As::Board => true,
        // Calling off is the shop's and the board's; a next attempt is for the board to plan.
        As::Driver => *to != TicketState::Cancelled && (from, *to) != (TicketState::Failed, TicketState::Pending),
    };
    from.legal_next().iter().copied().filter(allowed).collect()
}

/// `ticket` after `step`, which happened at `occurred_at`.
pub fn transition(ticket: &Ticket, step: &Step, who: As, occurred_at: UnixMillis) -> Result<Ticket, IllegalStep> {
    let (from, to) = (ticket.view.state, step.target());
    let legal = legal(from, who);
    if !legal.contains(&to) {
        return Err(IllegalStep { from, to, legal });
    }
    let mut next = ticket.clone();
    next.view.state = to;
    // Whatever happens to an offer, it is answered now.
    next.view.offer_expires_at = None;
    match step {
        Step::Offer(offer) => {
            next.view.set_driver(Some((offer.driver_id, offer.driver_name.clone())));
            next.view.offer_expires_at = Some(offer.expires_at);
            next.view.assigned_at = Some(occurred_at);
            next.assignment_reason.clone_from(&offer.reason);
        }
        Step::Release => {
            next.view.set_driver(None);
            next.view.assigned_at = None;
            next.assignment_reason = None;
            // Why the last attempt failed is in the history; it says nothing of the next one.
            next.view.reason = None;
        }
        Step::Accept | Step::Start => {}
        Step::Deliver => {
            next.view.delivered_at = Some(occurred_at);
            next.view.reason = None;
        }
        Step::Fail(reason) | Step::Return(reason) | Step::Cancel(reason) => next.view.reason = Some(reason.clone()),
    }
    Ok(next)
}

/// `ticket` back in the pool although its driver has set out with the goods, for an administrator who says so: a driver whose
/// phone is dead cannot. What nobody set out with takes the ordinary step.
pub fn recall(ticket: &Ticket, occurred_at: UnixMillis) -> Result<Ticket, IllegalStep> {
    let mut held = ticket.clone();
    if held.view.state == TicketState::OnTheWay {
        held.view.state = TicketState::Accepted;
    }
    transition(&held, &Step::Release, As::Board, occurred_at)
}

#[cfg(test)]
pub(super) mod tests {
    use belgrano_wire::timestamp::UnixMillis;
    use belgrano_wire::{OrderMessage, TicketState};
    use proptest::prelude::*;

    use super::{As, Offer, Step, recall, transition};
    use crate::intake::new_ticket;
    use crate::unit::Ticket;

    pub(crate) fn ticket() -> Ticket {
        let json = br#"{"numero":"A-1","cliente_nombre":"Ana","total":1}"#;
        new_ticket(&OrderMessage::from_json(json).expect("an order"), [0; 32], 1, UnixMillis(1000))
    }

    fn step_to(to: TicketState) -> Step {
        let reason = || "nadie en casa".to_owned();
        match to {
            TicketState::Assigned => Step::Offer(Offer {
                driver_id: 3,
                driver_name: "Beto".to_owned(),
                expires_at: UnixMillis(61_000),
                reason: None,
            }),
            TicketState::Accepted => Step::Accept,
            TicketState::Pending => Step::Release,
            TicketState::OnTheWay => Step::Start,
            TicketState::Delivered => Step::Deliver,
            TicketState::Failed => Step::Fail(reason()),
            TicketState::Returned => Step::Return(reason()),
            TicketState::Cancelled => Step::Cancel(reason()),
        }
    }

    #[test]
    fn every_pair_for_everybody() {
        // Rows and columns in the order of `ALL`: `x` for everybody, `b` for the board only.
        let table = [".x.....b", "x.x....b", "x..x...b", "....xx.b", "........", "b.....xb", "........", "........"];
        for (from, row) in TicketState::ALL.iter().zip(table) {
            for (to, mark) in TicketState::ALL.iter().zip(row.chars()) {
                let mut ticket = ticket();
                ticket.view.state = *from;
                for (who, legal) in [(As::Board, mark != '.'), (As::Driver, mark == 'x')] {
                    let outcome = transition(&ticket, &step_to(*to), who, UnixMillis(2000));
                    assert_eq!(outcome.is_ok(), legal, "{from} -> {to} as {who:?}");
                    match outcome {
                        Ok(next) => assert_eq!(next.view.state, *to),
                        Err(illegal) => {
                            assert!(illegal.legal.iter().all(|next| from.can_become(*next)));
                            assert_eq!((illegal.from, illegal.to), (*from, *to));
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn what_somebody_set_out_with_is_taken_back_only_by_saying_so() {
        for state in TicketState::ALL.iter().copied() {
            let mut ticket = ticket();
            ticket.view.state = state;
            let ordinary = transition(&ticket, &Step::Release, As::Board, UnixMillis(2000));
            let recalled = recall(&ticket, UnixMillis(2000));
            assert_eq!(recalled.is_ok(), ordinary.is_ok() || state == TicketState::OnTheWay, "{state}");
            if let Ok(next) = recalled {
                assert_eq!((next.view.state, next.view.driver_id), (TicketState::Pending, None));
            }
        }
    }

    proptest! {
        #[test]
        fn no_walk_breaks_a_ticket(walk in proptest::collection::vec((0..8_usize, any::<bool>()), 0..60)) {
            let mut ticket = ticket();
            for (at, (to, driver)) in walk.into_iter().enumerate() {
                let who = if driver { As::Driver } else { As::Board };
                let now = UnixMillis(2000 + i64::try_from(at).expect("short"));
                if let Ok(next) = transition(&ticket, &step_to(TicketState::ALL[to]), who, now) {
                    prop_assert!(!ticket.view.state.is_final());
                    ticket = next;
                }
                let (view, state) = (&ticket.view, ticket.view.state);
                prop_assert_eq!(view.offer_expires_at.is_some(), state == TicketState::Assigned);
                let may_say_why = matches!(state, TicketState::Failed | TicketState::Returned | TicketState::Cancelled);
                prop_assert!(view.reason.is_none() || may_say_why);
                prop_assert_eq!(view.delivered_at.is_some(), state == TicketState::Delivered);
                if state == TicketState::Pending {
                    prop_assert!(view.driver_id.is_none() && view.assigned_driver.is_none());
                } else if state != TicketState::Cancelled {
                    prop_assert!(view.driver_id.is_some() && view.driver_name.is_some());
                }
            }
        }
    }
}
