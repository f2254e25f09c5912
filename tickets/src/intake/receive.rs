//! The command behind `POST /api/tickets`.
//!
//! Idempotent by `numero`: the first message makes the ticket, the same content again finds it, other content under the
//! same number is refused. The unit of work knows the tickets of the whole batch, so a thousand identical messages that
//! arrive at once are still one ticket and one event.

use belgrano_runtime::problem::Problem;
use belgrano_runtime::writer::{Command, Failure};
use belgrano_wire::texts::Message;
use belgrano_wire::timestamp::UnixMillis;
use belgrano_wire::{EventKind, IntakeReply, OrderMessage, Position, TicketState, TicketView};

use crate::unit::{Action, Actor, BoardUnit, BoardWants, Change, Milestones, Ticket};

/// Take in an order.
#[derive(Debug)]
pub struct Receive {
    message: OrderMessage,
    fingerprint: [u8; 32],
}

impl Receive {
    /// The command for `message`.
    #[must_use]
    pub fn new(message: OrderMessage) -> Self {
        Self { fingerprint: message.fingerprint(), message }
    }
}

/// Why an order is not taken in.
#[derive(Debug)]
pub enum IntakeRefusal {
    /// The number belongs to an order with other content.
    DifferentContent,
}

impl From<IntakeRefusal> for Problem {
    fn from(refusal: IntakeRefusal) -> Self {
        match refusal {
            IntakeRefusal::DifferentContent => Self::conflict("numero-repetido", Message::new("refusal-number-taken")),
        }
    }
}

impl Command<BoardUnit> for Receive {
    type Output = IntakeReply;
    type Refusal = IntakeRefusal;

    fn wants(&self, wants: &mut BoardWants) {
        wants.tickets.push(self.message.number.clone());
    }

    async fn apply(&self, unit: &mut BoardUnit) -> Result<IntakeReply, Failure<IntakeRefusal>> {
        if let Some(ticket) = unit.ticket(&self.message.number).await? {
            // Of one that has forgotten its customer nobody can tell what it was made of; it learns nothing anew.
            return if ticket.is_forgotten() || ticket.fingerprint == self.fingerprint {
                Ok(IntakeReply::of(&ticket.view, true))
            } else {
                Err(Failure::Refused(IntakeRefusal::DifferentContent))
            };
        }
        let now = unit.now();
        let ticket = new_ticket(&self.message, self.fingerprint, unit.new_ticket_id(), now);
        let change = Change {
            kind: EventKind::Created,
            action: Action::Received,
            actor: Actor::Shop,
            occurred_at: ticket.view.created_at,
            clock_moved_ms: None,
            previous_driver: None,
        };
        let ticket = unit.record(ticket, change)?;
        Ok(IntakeReply::of(&ticket.view, false))
    }
}

/// A new ticket of `message`, not recorded yet.
#[must_use]
pub fn new_ticket(message: &OrderMessage, fingerprint: [u8; 32], ticket_id: i64, now: UnixMillis) -> Ticket {
    Ticket {
        view: view(message, ticket_id, now),
        fingerprint: fingerprint.to_vec(),
        assignment_reason: None,
        recorded_at: now,
        milestones: Milestones::default(),
    }
}

/// A new ticket of `message`, pending and without a driver. Recording it makes it version 1.
fn view(message: &OrderMessage, ticket_id: i64, now: UnixMillis) -> TicketView {
    TicketView {
        ticket_id,
        number: message.number.clone(),
        customer_name: message.customer_name.clone(),
        customer_address: message.customer_address.clone(),
        customer_phone: message.customer_phone.clone(),
        customer_email: message.customer_email.clone(),
        lines: message.lines.clone(),
        total: message.total,
        payment_method: message.payment_method.clone(),
        instructions: message.instructions.clone(),
        state: TicketState::Pending,
        priority: message.priority,
        customer_kind: message.customer_kind,
        created_at: message.created_at.unwrap_or(now),
        origin: message.origin.clone(),
        neighbourhood: message.neighbourhood.clone(),
        lat: message.position.map(Position::lat),
        lng: message.position.map(Position::lng),
        driver_id: None,
        driver_name: None,
        assigned_driver: None,
        reason: None,
        offer_expires_at: None,
        assigned_at: None,
        delivered_at: None,
        promised_at: message.promised_at,
        updated_at: now,
        version: 0,
    }
}
