//! An order the board will not hear of: its message was given up.
//!
//! Its cause says so ([`CancelCause::GivenUp`]), and tells it from one that was cancelled on the board and may come back: the
//! message itself is not kept for ever. Why it was given up is between those who run the shop.

use belgrano_wire::{OrderNumber, TicketState};

use super::cancel::call_off;
use super::report::give_back_stock;
use crate::unit::{CancelCause, Order, ShopUnit};

/// Ends it, unless it is over or its ticket is known: then it was delivered after all, and its board decides.
pub(crate) async fn give_up(unit: &mut ShopUnit, number: &OrderNumber) -> sqlx::Result<bool> {
    let Some(order) = unit.order(number).await?.filter(|order| order.ticket_id.is_none() && !order.state.is_final())
    else {
        return Ok(false);
    };
    let order =
        Order { state: TicketState::Cancelled, reason: None, cause: Some(CancelCause::GivenUp), ..order.clone() };
    let order = give_back_stock(unit, order).await?;
    unit.note_step(order.id, unit.now(), order.state);
    unit.put_order(order, Vec::new());
    Ok(true)
}

pub(super) fn is_given_up(order: &Order) -> bool {
    order.state == TicketState::Cancelled && order.cause == Some(CancelCause::GivenUp)
}

/// It is over, and its goods are back on the shelf. When the board has a ticket all the same, the message had arrived and the
/// answer got lost: the order stays as it is and the ticket is called off, once.
pub(super) fn keep_given_up(unit: &mut ShopUnit, order: &mut Order, had_ticket: bool) {
    let open = !order.state.is_final();
    if !open && order.state != TicketState::Cancelled {
        return;
    }
    order.state = TicketState::Cancelled;
    (order.reason, order.cause) = (None, Some(CancelCause::GivenUp));
    if open && order.ticket_id.is_some() && !had_ticket {
        order.cancel_requested_at = Some(unit.now());
        call_off(unit, &order.number, &CancelCause::GivenUp.message().to_string(), "");
    }
}
