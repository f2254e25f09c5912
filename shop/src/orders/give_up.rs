//! An order the board will not hear of: its message was given up.

use belgrano_shared::wire::{OrderNumber, TicketState};

use super::cancel::call_off;
use super::report::give_back_stock;
use crate::unit::{Order, ShopUnit};

/// What is stored, and what the customer reads in its language (`kept-given-up`); why the message was given up is between those
/// who run the shop. It also tells such an order from one that was cancelled on the board and may come back: the message
/// itself is not kept for ever, and so these words are the same for ever.
const GIVEN_UP: &str = "No pudimos tomar tu pedido.";

/// Ends it, unless it is over or its ticket is known: then it was delivered after all, and its board decides.
pub(crate) async fn give_up(unit: &mut ShopUnit, number: &OrderNumber) -> sqlx::Result<bool> {
    let Some(order) = unit.order(number).await?.filter(|order| order.ticket_id.is_none() && !order.state.is_final())
    else {
        return Ok(false);
    };
    let order = Order { state: TicketState::Cancelled, reason: Some(GIVEN_UP.to_owned()), ..order.clone() };
    let order = give_back_stock(unit, order).await?;
    unit.note_step(order.id, unit.now(), order.state);
    unit.put_order(order, Vec::new());
    Ok(true)
}

pub(super) fn is_given_up(order: &Order) -> bool {
    order.state == TicketState::Cancelled && order.reason.as_deref() == Some(GIVEN_UP)
}

/// It is over, and its goods are back on the shelf. When the board has a ticket all the same, the message had arrived and the
/// answer got lost: the order stays as it is and the ticket is called off, once.
pub(super) fn keep_given_up(unit: &mut ShopUnit, order: &mut Order, had_ticket: bool) {
    let open = !order.state.is_final();
    if !open && order.state != TicketState::Cancelled {
        return;
    }
    order.state = TicketState::Cancelled;
    order.reason = Some(GIVEN_UP.to_owned());
    if open && order.ticket_id.is_some() && !had_ticket {
        order.cancel_requested_at = Some(unit.now());
        call_off(unit, &order.number, GIVEN_UP, "");
    }
}

#[cfg(test)]
mod tests {
    use belgrano_shared::texts::Language;

    #[test]
    fn what_is_stored_is_what_the_catalogue_recognizes() {
        assert_eq!(Language::Spanish.t("kept-given-up").to_string(), super::GIVEN_UP);
    }
}
