//! An order as its customer sees it.

use belgrano_wire::money::Money;
use belgrano_wire::timestamp::UnixMillis;
use belgrano_wire::{OrderNumber, TicketState};
use serde::Serialize;
use utoipa::ToSchema;

use super::cancel::{CancelRefusal, Wish, wish};
use crate::unit::{Order, OrderLine};

/// An order as its customer sees it.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct OrderView {
    /// Its number.
    #[serde(rename = "numero")]
    pub number: OrderNumber,
    /// `pendiente` until its ticket exists, the ticket's own state from then on.
    #[serde(rename = "estado")]
    pub state: TicketState,
    /// The sum of its lines, in pesos.
    pub total: Money,
    /// What was bought.
    pub items: Vec<OrderLineView>,
    /// How it is paid.
    #[serde(rename = "metodo_pago")]
    pub payment_method: String,
    /// The address it goes to.
    #[serde(rename = "direccion")]
    pub address: String,
    /// The neighbourhood it goes to.
    pub barrio: Option<String>,
    /// What the driver has to know.
    #[serde(rename = "notas")]
    pub notes: String,
    /// When it was accepted.
    #[serde(rename = "fecha_creacion")]
    pub created_at: UnixMillis,
    /// When it last changed.
    #[serde(rename = "actualizado")]
    pub updated_at: UnixMillis,
    /// The end of the range in which its arrival was promised first: what "late" is measured against. Null where nothing was
    /// promised.
    #[serde(rename = "prometido")]
    pub promised_at: Option<UnixMillis>,
    /// Who carries it, while it is under way.
    #[serde(rename = "repartidor_nombre")]
    pub driver_name: Option<String>,
    /// Why it failed or was cancelled.
    #[serde(rename = "motivo")]
    pub reason: Option<String>,
    /// The customer asked to cancel it and the board has not confirmed yet.
    #[serde(rename = "cancelacion_pedida")]
    pub cancel_requested: bool,
    /// The customer asked to cancel it and the driver had set out before that came: it goes on.
    #[serde(rename = "cancelacion_tarde")]
    pub cancel_too_late: bool,
    /// Grows with every change that came from the board.
    pub version: i64,
}

/// One line of an order.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct OrderLineView {
    /// The product.
    #[serde(rename = "producto_id")]
    pub product_id: i64,
    /// Its name when it was sold.
    #[serde(rename = "nombre")]
    pub name: String,
    /// The price of one, in pesos.
    #[serde(rename = "precio")]
    pub price: Money,
    /// How many.
    #[serde(rename = "cantidad")]
    pub quantity: i64,
    /// `precio` times `cantidad`.
    pub subtotal: Money,
}

impl OrderView {
    /// What the customer sees of `order`.
    #[must_use]
    pub fn new(order: &Order, lines: &[OrderLine]) -> Self {
        Self {
            number: order.number.clone(),
            state: order.state,
            total: order.total,
            items: lines.iter().map(OrderLineView::new).collect(),
            payment_method: order.payment_method.clone(),
            address: order.address.clone(),
            barrio: order.barrio.clone(),
            notes: order.notes.clone(),
            created_at: order.created_at,
            updated_at: order.updated_at,
            promised_at: order.promised.to,
            driver_name: shown_driver(order).map(str::to_owned),
            reason: order.cause.map_or_else(|| order.reason.clone(), |cause| Some(cause.message().to_string())),
            cancel_requested: order.cancel_requested_at.is_some()
                && !order.state.is_final()
                && order.state != TicketState::OnTheWay,
            cancel_too_late: order.cancel_requested_at.is_some()
                && matches!(order.state, TicketState::OnTheWay | TicketState::Delivered),
            version: order.ticket_version,
        }
    }
}

impl OrderView {
    /// Whether its customer may ask for it to be called off.
    pub(crate) fn wish(&self) -> Result<Wish, CancelRefusal> {
        wish(self.state, self.cancel_requested || self.cancel_too_late)
    }
}

/// Who brings it: the customer's business while it is on its way.
pub(super) fn shown_driver(order: &Order) -> Option<&str> {
    order.driver_name.as_deref().filter(|_| order.state == TicketState::OnTheWay)
}

impl OrderLineView {
    fn new(line: &OrderLine) -> Self {
        Self {
            product_id: line.product_id,
            name: line.name.clone(),
            price: line.price,
            quantity: line.quantity,
            subtotal: line.subtotal,
        }
    }
}
