//! The shop calls an order off: `POST /api/tickets/{numero}/cancelar`, with the same authentication as intake.

use belgrano_runtime::problem::{NOT_CANCELLABLE, Problem};
use belgrano_runtime::writer::{Command, Failure};
use belgrano_wire::texts::Message;
use belgrano_wire::{IntakeReply, OrderNumber, TicketState};

use crate::progress::{As, IllegalStep, Step, legal, transition};
use crate::unit::{Action, Actor, BoardUnit, BoardWants, Change};

/// Call an order off. Again is the same.
#[derive(Debug)]
pub struct CancelOrder {
    /// Which.
    pub number: OrderNumber,
    /// Why.
    pub reason: String,
}

/// Why an order is not called off.
#[derive(Debug)]
pub enum CancelRefusal {
    /// It was never taken in.
    NotFound,
    /// It is over already, or its driver has set out.
    TooLate(IllegalStep),
}

impl From<CancelRefusal> for Problem {
    fn from(refusal: CancelRefusal) -> Self {
        match refusal {
            CancelRefusal::NotFound => Self::not_found(Message::new("refusal-no-ticket-number")),
            CancelRefusal::TooLate(step) => {
                let why = match step.from {
                    TicketState::Delivered => Message::new("refusal-cancel-delivered"),
                    TicketState::OnTheWay => Message::new("refusal-cancel-on-the-way"),
                    other => Message::new("refusal-cancel").with("state", other),
                };
                Self::conflict(NOT_CANCELLABLE, why).with("estado", step.from.as_str())
            }
        }
    }
}

impl Command<BoardUnit> for CancelOrder {
    type Output = IntakeReply;
    type Refusal = CancelRefusal;

    fn wants(&self, wants: &mut BoardWants) {
        wants.tickets.push(self.number.clone());
    }

    async fn apply(&self, unit: &mut BoardUnit) -> Result<IntakeReply, Failure<CancelRefusal>> {
        let now = unit.now();
        let ticket = unit.ticket(&self.number).await?.ok_or(Failure::Refused(CancelRefusal::NotFound))?;
        if ticket.view.state == TicketState::Cancelled {
            return Ok(IntakeReply::of(&ticket.view, true));
        }
        if ticket.view.state == TicketState::OnTheWay {
            // The board may still call it off; whoever ordered may not, once somebody is on the way to the door.
            let legal = legal(TicketState::OnTheWay, As::Driver);
            let illegal = IllegalStep { from: TicketState::OnTheWay, to: TicketState::Cancelled, legal };
            return Err(Failure::Refused(CancelRefusal::TooLate(illegal)));
        }
        let step = Step::Cancel(self.reason.clone());
        let next = transition(ticket, &step, As::Board, now)
            .map_err(|illegal| Failure::Refused(CancelRefusal::TooLate(illegal)))?;
        let change = Change {
            kind: step.kind(),
            action: Action::CancelledByShop,
            actor: Actor::Shop,
            occurred_at: now,
            clock_moved_ms: None,
            previous_driver: ticket.view.driver_id,
        };
        Ok(IntakeReply::of(&unit.record(next, change)?.view, false))
    }
}
