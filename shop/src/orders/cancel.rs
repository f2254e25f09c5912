//! A customer changes its mind: the wish is stored and sent to the board, which has the last word.

use belgrano_runtime::problem::Problem;
use belgrano_runtime::writer::{Command, Failure};
use belgrano_wire::texts::Message;
use belgrano_wire::{OrderNumber, TicketState};

use crate::unit::{MessageKind, Order, OutboxMessage, ShopUnit, ShopWants};

/// Ask the board to cancel an order, which its customer may until the driver sets out. Asking again changes nothing.
#[derive(Debug)]
pub struct Cancel {
    /// Who asks.
    pub account_id: i64,
    /// Which order.
    pub number: OrderNumber,
    /// Why, in the customer's words.
    pub reason: String,
    /// `traceparent` of the request.
    pub trace: String,
}

/// Why an order cannot be cancelled.
#[derive(Debug, PartialEq, Eq)]
pub enum CancelRefusal {
    /// No such order of this account.
    Unknown,
    /// It is over already.
    Over(TicketState),
    /// Its driver has set out.
    OnTheWay,
}

/// What it is to ask for an order to be called off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wish {
    /// It is passed on to the board.
    New,
    /// It was asked for, or done, before: nothing changes.
    Stands,
}

/// Whether the customer of an order in `state` may ask for it to be called off; `requested` when that was asked for before. The
/// command refuses by it, and a page offers by it.
pub(crate) fn wish(state: TicketState, requested: bool) -> Result<Wish, CancelRefusal> {
    match state {
        TicketState::OnTheWay => Err(CancelRefusal::OnTheWay),
        TicketState::Cancelled => Ok(Wish::Stands),
        _ if requested => Ok(Wish::Stands),
        state if state.is_final() => Err(CancelRefusal::Over(state)),
        _ => Ok(Wish::New),
    }
}

/// Somebody else's order is none, and nobody learns that it exists.
pub(crate) fn no_such_order() -> Problem {
    Problem::not_found(Message::new("refusal-not-your-order"))
}

impl From<CancelRefusal> for Problem {
    fn from(refusal: CancelRefusal) -> Self {
        match refusal {
            CancelRefusal::Unknown => no_such_order(),
            CancelRefusal::Over(state) => {
                Self::conflict("pedido-terminado", Message::new("refusal-order-over").with("state", state))
                    .with("estado", state.as_str())
            }
            CancelRefusal::OnTheWay => Self::conflict("pedido-en-camino", Message::new("refusal-order-on-the-way"))
                .with("estado", TicketState::OnTheWay.as_str()),
        }
    }
}

impl Command<ShopUnit> for Cancel {
    type Output = Order;
    type Refusal = CancelRefusal;

    fn wants(&self, wants: &mut ShopWants) {
        wants.orders.push(self.number.clone());
    }

    async fn apply(&self, unit: &mut ShopUnit) -> Result<Order, Failure<CancelRefusal>> {
        let order = unit.order(&self.number).await?.filter(|order| order.account_id == self.account_id).cloned();
        let mut order = order.ok_or(Failure::Refused(CancelRefusal::Unknown))?;
        let wish = wish(order.state, order.cancel_requested_at.is_some()).map_err(Failure::Refused)?;
        if wish == Wish::Stands {
            return Ok(order);
        }
        order.cancel_requested_at = Some(unit.now());
        call_off(unit, &self.number, &self.reason, &self.trace);
        unit.put_order(order.clone(), Vec::new());
        Ok(order)
    }
}

/// Asks the board to cancel the order's ticket.
pub(super) fn call_off(unit: &mut ShopUnit, number: &OrderNumber, reason: &str, trace: &str) {
    unit.send(OutboxMessage {
        order_number: number.clone(),
        kind: MessageKind::OrderCancelled,
        payload: serde_json::json!({ "motivo": reason }).to_string(),
        trace: trace.to_owned(),
    });
}

#[cfg(test)]
mod tests {
    use belgrano_wire::TicketState;

    use super::{CancelRefusal, Wish, wish};

    #[test]
    fn every_state_asked_for_before_or_not() {
        for state in TicketState::ALL.iter().copied() {
            let (first, again) = match state {
                TicketState::OnTheWay => (Err(CancelRefusal::OnTheWay), Err(CancelRefusal::OnTheWay)),
                TicketState::Cancelled => (Ok(Wish::Stands), Ok(Wish::Stands)),
                TicketState::Delivered | TicketState::Returned => (Err(CancelRefusal::Over(state)), Ok(Wish::Stands)),
                TicketState::Pending | TicketState::Assigned | TicketState::Accepted | TicketState::Failed => {
                    (Ok(Wish::New), Ok(Wish::Stands))
                }
            };
            assert_eq!((wish(state, false), wish(state, true)), (first, again), "{state}");
        }
    }
}
