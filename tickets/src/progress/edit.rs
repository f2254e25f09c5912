//! The command behind `PATCH /api/tickets/{numero}`: priority and instructions.

use belgrano_runtime::writer::{Command, Failure};
use belgrano_wire::{EventKind, OrderNumber, Priority, TicketState};

use super::{TicketRefusal, check_version};
use crate::tickets::Detail;
use crate::unit::{Action, Actor, BoardUnit, BoardWants, Change, Ticket};

/// Change what is known about a ticket; what is `None` stays.
#[derive(Clone, Debug)]
pub struct Edit {
    /// Which ticket.
    pub number: OrderNumber,
    /// A new priority.
    pub priority: Option<Priority>,
    /// New instructions; empty takes them away.
    pub instructions: Option<String>,
    /// Only if the ticket is at this version.
    pub if_match: Option<i64>,
    /// Who changes it.
    pub by: Actor,
}

impl Command<BoardUnit> for Edit {
    type Output = Detail;
    type Refusal = TicketRefusal;

    fn wants(&self, wants: &mut BoardWants) {
        wants.tickets.push(self.number.clone());
    }

    async fn apply(&self, unit: &mut BoardUnit) -> Result<Detail, Failure<TicketRefusal>> {
        let missing = || Failure::Refused(TicketRefusal::NotFound(self.number.clone()));
        let ticket = unit.ticket(&self.number).await?.ok_or_else(missing)?;
        let next = self.decide(ticket).map_err(Failure::Refused)?;
        if next == *ticket {
            return Ok(next.into());
        }
        let change = Change {
            kind: EventKind::Updated,
            action: Action::Edited,
            actor: self.by.clone(),
            occurred_at: unit.now(),
            clock_moved_ms: None,
            previous_driver: next.view.driver_id,
        };
        Ok(unit.record(next, change)?.clone().into())
    }
}

impl Edit {
    fn decide(&self, ticket: &Ticket) -> Result<Ticket, TicketRefusal> {
        check_version(ticket, self.if_match)?;
        check_editable(ticket.view.state)?;
        let mut next = ticket.clone();
        if let Some(priority) = self.priority {
            next.view.priority = priority;
        }
        if let Some(instructions) = &self.instructions {
            let text = instructions.trim();
            next.view.instructions = (!text.is_empty()).then(|| text.to_owned());
        }
        Ok(next)
    }
}

/// Whether a ticket in this state can be edited. The command refuses by it, and a page offers by it.
pub fn check_editable(state: TicketState) -> Result<(), TicketRefusal> {
    if state.is_final() { Err(TicketRefusal::Closed(state)) } else { Ok(()) }
}
