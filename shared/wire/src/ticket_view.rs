//! The ticket as others see it: in the replies of the REST interface and in the live feed.
//!
//! The board fills it, the shop and the browsers read it. Nulls are written, not left out, so that a reader can tell
//! "no driver" from "an older server". Who may see which of it is the board's decision, not made here.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{CustomerKind, OrderLine, OrderNumber, PaymentMethod, Priority, TicketState};
use crate::money::Money;
use crate::timestamp::UnixMillis;

/// One ticket.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TicketView {
    /// The board's own number of it.
    pub ticket_id: i64,
    /// The order's number.
    #[serde(rename = "numero")]
    pub number: OrderNumber,
    /// Name of whoever gets it.
    #[serde(rename = "cliente_nombre")]
    pub customer_name: String,
    /// The address it goes to.
    #[serde(rename = "cliente_direccion")]
    pub customer_address: Option<String>,
    /// How to reach the customer.
    #[serde(rename = "cliente_telefono")]
    pub customer_phone: Option<String>,
    /// How to write to the customer.
    #[serde(rename = "cliente_email")]
    pub customer_email: Option<String>,
    /// The lines of the order.
    #[serde(rename = "productos")]
    pub lines: Vec<OrderLine>,
    /// Sum of the order, in pesos.
    pub total: Money,
    /// How it is paid.
    #[serde(rename = "metodo_pago")]
    pub payment_method: Option<PaymentMethod>,
    /// What the driver has to know.
    #[serde(rename = "indicaciones")]
    pub instructions: Option<String>,
    /// Where it is in its life.
    #[serde(rename = "estado")]
    pub state: TicketState,
    /// How urgent it is.
    #[serde(rename = "prioridad")]
    pub priority: Priority,
    /// Whether a customer or a merchant ordered it.
    #[serde(rename = "tipo_cliente")]
    pub customer_kind: CustomerKind,
    /// When it was ordered; when it was taken in, if the sender did not say.
    #[serde(rename = "fecha_creacion")]
    pub created_at: UnixMillis,
    /// Which program sent it.
    #[serde(rename = "origen")]
    pub origin: Option<String>,
    /// The neighbourhood it goes to.
    #[serde(rename = "barrio")]
    pub neighbourhood: Option<String>,
    /// Latitude of the address, degrees.
    pub lat: Option<f64>,
    /// Longitude of the address, degrees.
    pub lng: Option<f64>,
    /// Account of the driver who carries it; null while nobody does.
    #[serde(rename = "repartidor_id")]
    pub driver_id: Option<i64>,
    /// The driver's name.
    #[serde(rename = "repartidor_nombre")]
    pub driver_name: Option<String>,
    /// The driver's name once more, under the name the old pair reads. [`TicketView::set_driver`] keeps them equal.
    #[serde(rename = "repartidor_asignado")]
    pub assigned_driver: Option<String>,
    /// Why it failed or was called off, the last time it did.
    #[serde(rename = "motivo")]
    pub reason: Option<String>,
    /// When the offer to the driver expires.
    #[serde(rename = "oferta_vence")]
    pub offer_expires_at: Option<UnixMillis>,
    /// When it was given to the driver it has now.
    #[serde(rename = "fecha_asignacion")]
    pub assigned_at: Option<UnixMillis>,
    /// When it was delivered.
    #[serde(rename = "fecha_entrega")]
    pub delivered_at: Option<UnixMillis>,
    /// By when its customer was promised it: from then on it is late. Null where nothing was promised.
    #[serde(rename = "prometido")]
    pub promised_at: Option<UnixMillis>,
    /// When it last changed.
    #[serde(rename = "actualizado")]
    pub updated_at: UnixMillis,
    /// How many times it has changed; 1 when new.
    pub version: i64,
}

impl TicketView {
    /// Sets who carries it, by id and name, under every name the wire has for that.
    pub fn set_driver(&mut self, driver: Option<(i64, String)>) {
        let (id, name) = driver.unzip();
        self.driver_id = id;
        self.assigned_driver.clone_from(&name);
        self.driver_name = name;
    }

    /// As the driver that carries it sees it: without the customer's address for mail, and once it is over without the customer.
    #[must_use]
    pub fn for_driver(mut self) -> Self {
        self.customer_email = None;
        if self.state.is_final() {
            self.forget_customer();
        }
        self
    }

    /// Takes out whatever says who the customer is, where they live and what they bought.
    pub fn forget_customer(&mut self) {
        self.customer_name.clear();
        self.lines.clear();
        self.customer_address = None;
        self.customer_phone = None;
        self.customer_email = None;
        self.instructions = None;
        self.reason = None;
        (self.lat, self.lng) = (None, None);
    }
}

/// The answer to an order that was taken in: 201 when new, 200 with `idempotent` when it already was.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct IntakeReply {
    /// Always true; a refusal has another shape. What the old pair's clients look at.
    #[serde(rename = "exito")]
    pub success: bool,
    /// The board's own number of the ticket.
    pub ticket_id: i64,
    /// The order's number.
    #[serde(rename = "numero")]
    pub number: OrderNumber,
    /// The ticket's state now.
    #[serde(rename = "estado")]
    pub state: TicketState,
    /// The driver's name, while there is one.
    #[serde(rename = "repartidor_asignado")]
    pub assigned_driver: Option<String>,
    /// When it was ordered.
    #[serde(rename = "fecha_creacion")]
    pub created_at: UnixMillis,
    /// Name of whoever gets it.
    #[serde(rename = "cliente_nombre")]
    pub customer_name: String,
    /// Sum of the order, in pesos.
    pub total: Money,
    /// True when this order had been taken in before; otherwise left out.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub idempotent: bool,
}

impl IntakeReply {
    /// The answer about `ticket`.
    #[must_use]
    pub fn of(ticket: &TicketView, idempotent: bool) -> Self {
        Self {
            success: true,
            ticket_id: ticket.ticket_id,
            number: ticket.number.clone(),
            state: ticket.state,
            assigned_driver: ticket.driver_name.clone(),
            created_at: ticket.created_at,
            customer_name: ticket.customer_name.clone(),
            total: ticket.total,
            idempotent,
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::{IntakeReply, TicketState, TicketView};

    pub(crate) fn example() -> TicketView {
        let json = r#"{"ticket_id":12,"numero":"BA-20261121-7F3K9QTX","cliente_nombre":"Ana Díaz",
            "cliente_direccion":"Av. Cabildo 2040, Belgrano","cliente_telefono":null,"cliente_email":null,
            "productos":[{"id":7,"nombre":"Yerba 1 kg","precio":3450.5,"cantidad":2,"subtotal":6901.0}],
            "total":6901.0,"metodo_pago":"efectivo","indicaciones":"Timbre \"2B\"","estado":"asignado",
            "prioridad":"normal","tipo_cliente":"cliente","fecha_creacion":"2026-11-21T15:04:05-03:00",
            "origen":"belgrano_ahorro","barrio":"Belgrano","lat":-34.5614,"lng":-58.4563,"repartidor_id":3,
            "repartidor_nombre":"Beto","repartidor_asignado":"Beto","motivo":null,
            "oferta_vence":"2026-11-21T15:06:05-03:00","fecha_asignacion":"2026-11-21T15:05:05-03:00",
            "fecha_entrega":null,"actualizado":"2026-11-21T15:05:05-03:00","version":2}"#;
        serde_json::from_str(json).expect("a ticket")
    }

    #[test]
    fn the_reply_is_the_old_pairs() {
        let mut ticket = example();
        ticket.set_driver(None);
        let reply = serde_json::to_string(&IntakeReply::of(&ticket, false)).expect("a reply");
        assert_eq!(
            reply,
            concat!(
                r#"{"exito":true,"ticket_id":12,"numero":"BA-20261121-7F3K9QTX","estado":"asignado","#,
                r#""repartidor_asignado":null,"fecha_creacion":"2026-11-21T15:04:05-03:00","#,
                r#""cliente_nombre":"Ana Díaz","total":6901.0}"#
            )
        );
        let again = serde_json::to_string(&IntakeReply::of(&ticket, true)).expect("a reply");
        assert!(again.ends_with(r#""idempotent":true}"#), "{again}");
    }

    #[test]
    fn a_driver_sees_of_the_customer_what_it_takes_and_no_longer_than_that() {
        let mut ticket = example();
        ticket.customer_email = Some("ana@example.com".to_owned());
        let carried = serde_json::to_string(&ticket.clone().for_driver()).expect("JSON");
        assert!(carried.contains("Cabildo") && !carried.contains("ana@example.com"), "{carried}");
        ticket.state = TicketState::Delivered;
        ticket.reason = Some("no estaba Ana".to_owned());
        let over = serde_json::to_string(&ticket.for_driver()).expect("JSON");
        for personal in ["Ana", "Cabildo", "example.com", "Yerba", "Timbre", "-34.56", "-58.45"] {
            assert!(!over.contains(personal), "{personal}: {over}");
        }
        assert!(over.contains("BA-20261121-7F3K9QTX") && over.contains("6901.0"), "{over}");
    }

    #[test]
    fn a_driver_has_one_name() {
        let mut ticket = example();
        ticket.set_driver(Some((4, "Caro".to_owned())));
        assert_eq!((ticket.driver_id, ticket.driver_name.as_deref()), (Some(4), Some("Caro")));
        assert_eq!(ticket.assigned_driver, ticket.driver_name);
    }
}
