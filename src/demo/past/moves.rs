//! The steps of a ticket, from what became of its order. Shop and board are told the same ones, so they agree.

use belgrano_wire::EventKind;
use belgrano_wire::timestamp::UnixMillis;
use tickets::progress::{As, Offer, Step, transition};
use tickets::unit::{Action, Actor, Change, Ticket};

use super::course::{Course, End, MINUTE_MS};

/// Until the relay has delivered an order.
const DELIVERED_MS: i64 = 250;

/// Who carried something.
#[derive(Clone, Debug)]
pub struct Driver {
    pub id: i64,
    pub name: String,
}

/// Something that happened to a ticket.
#[derive(Clone, Debug)]
pub struct Move {
    pub at: UnixMillis,
    /// `None`: it was received.
    step: Option<Step>,
    action: Action,
    actor: Actor,
}

/// All that happened to the ticket of an order, in its order.
pub fn moves(course: &Course, created_at: UnixMillis, drivers: &[Driver]) -> Vec<Move> {
    let received = created_at.plus_ms(DELIVERED_MS);
    let mut moves = vec![Move { at: received, step: None, action: Action::Received, actor: Actor::Shop }];
    match course {
        Course::Waiting => {}
        Course::Cancelled { at, why } => {
            let step = Some(Step::Cancel((*why).to_owned()));
            let at = (*at).max(received.plus_ms(1));
            moves.push(Move { at, step, action: Action::CancelledByShop, actor: Actor::Shop });
        }
        Course::Taken { driver, assigned_at, started_at, ended_at, end } => {
            let driver = &drivers[*driver];
            go_out(&mut moves, driver, *assigned_at, *started_at);
            match end {
                End::Delivered => moves.push(by(driver, *ended_at, Step::Deliver, Action::Delivered)),
                End::Returned(why) => {
                    moves.push(by(driver, *ended_at, Step::Fail((*why).to_owned()), Action::Failed));
                    let (at, step) = (ended_at.plus_ms(MINUTE_MS), Some(Step::Return((*why).to_owned())));
                    moves.push(Move { at, step, action: Action::Returned, actor: Actor::System });
                }
                End::Again { why, delivered_at } => {
                    moves.push(by(driver, *ended_at, Step::Fail((*why).to_owned()), Action::Failed));
                    let (at, way_ms) = (ended_at.plus_ms(MINUTE_MS), delivered_at.since_ms(*ended_at));
                    moves.push(Move {
                        at,
                        step: Some(Step::Release),
                        action: Action::MadePending,
                        actor: Actor::System,
                    });
                    go_out(&mut moves, driver, at.plus_ms(way_ms / 8), at.plus_ms(way_ms / 3));
                    moves.push(by(driver, *delivered_at, Step::Deliver, Action::Delivered));
                }
            }
        }
    }
    moves
}

fn go_out(moves: &mut Vec<Move>, driver: &Driver, assigned_at: UnixMillis, started_at: UnixMillis) {
    let offer = Offer { driver_id: driver.id, driver_name: driver.name.clone(), expires_at: started_at, reason: None };
    let step = Some(Step::Offer(offer));
    moves.push(Move { at: assigned_at, step, action: Action::Assigned, actor: Actor::System });
    let accepted_at = assigned_at.plus_ms(started_at.since_ms(assigned_at) / 3);
    moves.push(by(driver, accepted_at, Step::Accept, Action::Accepted));
    moves.push(by(driver, started_at, Step::Start, Action::Started));
}

fn by(driver: &Driver, at: UnixMillis, step: Step, action: Action) -> Move {
    Move { at, step: Some(step), action, actor: Actor::User { id: driver.id, name: driver.name.clone() } }
}

impl Move {
    /// The ticket after it; `None` where the board would refuse it.
    pub fn take(&self, ticket: &Ticket) -> Option<Ticket> {
        let mut next = match &self.step {
            None => ticket.clone(),
            Some(step) => transition(ticket, step, As::Board, self.at).ok()?,
        };
        next.view.updated_at = self.at;
        Some(next)
    }

    /// What the history says of it.
    pub fn change(&self, ticket: &Ticket) -> Change {
        Change {
            kind: self.step.as_ref().map_or(EventKind::Created, Step::kind),
            action: self.action,
            actor: self.actor.clone(),
            occurred_at: self.at,
            clock_moved_ms: None,
            previous_driver: ticket.view.driver_id,
        }
    }
}
