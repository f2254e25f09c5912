//! What `POST /api/tickets` carries, in every dialect the deployed clients speak.
//!
//! In: bytes nobody vouches for. Out: an [`OrderMessage`], or every wrong field at once. It is written in one dialect
//! only, the current one. Where both the current and an older name of a field are there, the current one counts unless
//! it is null or blank. The same order always has the same [`OrderMessage::fingerprint`], however it was written.

use serde::Serialize;
use utoipa::ToSchema;

use super::order_parts::Checker;
use super::order_raw::RawOrder;
use super::order_reading::read;
use super::{CustomerKind, OrderLine, OrderNumber, PaymentMethod, Position, Priority, TicketState};
use crate::free_text;
use crate::money::Money;
use crate::texts::{FieldError, Language, Message};
use crate::timestamp::UnixMillis;

/// An order on its way to the board.
#[derive(Clone, Debug, PartialEq)]
pub struct OrderMessage {
    /// `numero`.
    pub number: OrderNumber,
    /// `cliente_nombre`, up to [`super::limits::CUSTOMER_NAME`] characters.
    pub customer_name: String,
    /// `cliente_direccion`, up to [`super::limits::ADDRESS`] characters.
    pub customer_address: Option<String>,
    /// `cliente_telefono`, up to [`super::limits::PHONE`] characters.
    pub customer_phone: Option<String>,
    /// `cliente_email`, up to [`super::limits::EMAIL`] characters; not checked further, the old pair sends placeholders.
    pub customer_email: Option<String>,
    /// `productos`, up to [`super::limits::LINES`].
    pub lines: Vec<OrderLine>,
    /// `total`, zero or more.
    pub total: Money,
    /// `metodo_pago`.
    pub payment_method: Option<PaymentMethod>,
    /// `indicaciones`, up to [`super::limits::INSTRUCTIONS`] characters.
    pub instructions: Option<String>,
    /// `prioridad`, already lifted for a merchant.
    pub priority: Priority,
    /// `tipo_cliente`.
    pub customer_kind: CustomerKind,
    /// `fecha_creacion`: when the customer ordered, by the sender's clock.
    pub created_at: Option<UnixMillis>,
    /// `origen`: which program sent it, up to [`super::limits::ORIGIN`] characters.
    pub origin: Option<String>,
    /// `barrio`, up to [`super::limits::NEIGHBOURHOOD`] characters.
    pub neighbourhood: Option<String>,
    /// `lat` and `lng`, both or neither.
    pub position: Option<Position>,
    /// `prometido`: by when the customer was promised it. The old board does not know it and walks over it.
    pub promised_at: Option<UnixMillis>,
}

/// Why bytes are not an order.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MessageError {
    /// Not JSON, not an object, or nested more than 128 deep. A 400; the text says where.
    #[error("{}", self.to(Language::Spanish))]
    Malformed(Message),
    /// Fields that are missing or wrong (the first 100 of them). A 422.
    #[error("{}", self.to(Language::Spanish))]
    Invalid(Vec<FieldError>),
}

impl MessageError {
    /// What is wrong, each field with its name.
    #[must_use]
    pub fn to(&self, language: Language) -> String {
        match self {
            Self::Malformed(how) => how.to(language),
            Self::Invalid(errors) => {
                let wrong = errors.iter().map(|error| format!("{}: {}", error.field, error.to(language)));
                wrong.collect::<Vec<_>>().join("; ")
            }
        }
    }
}

impl OrderMessage {
    /// Reads an order, its texts as they are meant. Never panics; the caller bounds the length of `body`.
    ///
    /// `null` and blank text are the same as a field that is not there. Only `numero`, `cliente_nombre`, `total` and a line's name,
    /// price and quantity can be wrong fields; what is odd in any other is kept as text or dropped.
    pub fn from_json(body: &[u8]) -> Result<Self, MessageError> {
        let body = free_text::clean_json(body);
        let raw: RawOrder<'_> = serde_json::from_slice(&body).map_err(|error| malformed(&error))?;
        let mut check = Checker::default();
        match read(raw, &mut check) {
            Some(order) => Ok(order),
            None => Err(MessageError::Invalid(check.into_errors())),
        }
    }

    /// Writes the order as the deployed boards read it; what is absent is left out, because the old board
    /// puts its own defaults in the place of a missing field but not of a null.
    pub fn to_json(&self) -> serde_json::Result<String> {
        serde_json::to_string(&OrderWire::from(self))
    }

    /// SHA-256 over the content, to tell "the same order again" from "another order under the same number".
    ///
    /// Independent of the order of the fields, of their old or new names, of how numbers are written and of
    /// `fecha_creacion` (an old client stamps each attempt anew) and `prometido` (no part of what was ordered).
    #[must_use]
    pub fn fingerprint(&self) -> [u8; 32] {
        super::fingerprint::of(self)
    }
}

impl Serialize for OrderMessage {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        OrderWire::from(self).serialize(serializer)
    }
}

impl utoipa::PartialSchema for OrderMessage {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        OrderWire::schema()
    }
}

impl ToSchema for OrderMessage {
    fn schemas(schemas: &mut Vec<(String, utoipa::openapi::RefOr<utoipa::openapi::schema::Schema>)>) {
        OrderWire::schemas(schemas);
    }
}

/// The message as written. The schema is that of what is read: three fields are required.
#[derive(Serialize, ToSchema)]
struct OrderWire<'a> {
    numero: &'a OrderNumber,
    cliente_nombre: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    cliente_direccion: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cliente_telefono: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cliente_email: Option<&'a str>,
    #[schema(required = false)]
    productos: &'a [OrderLine],
    total: Money,
    #[serde(skip_serializing_if = "Option::is_none")]
    metodo_pago: Option<&'a PaymentMethod>,
    #[serde(skip_serializing_if = "Option::is_none")]
    indicaciones: Option<&'a str>,
    /// Always `pendiente`.
    #[schema(required = false)]
    estado: TicketState,
    #[schema(required = false)]
    prioridad: Priority,
    #[schema(required = false)]
    tipo_cliente: CustomerKind,
    #[serde(skip_serializing_if = "Option::is_none")]
    fecha_creacion: Option<UnixMillis>,
    #[serde(skip_serializing_if = "Option::is_none")]
    origen: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    barrio: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lat: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lng: Option<f64>,
    /// By when the customer was promised it: from then on it is late.
    #[serde(skip_serializing_if = "Option::is_none")]
    prometido: Option<UnixMillis>,
}

impl<'a> From<&'a OrderMessage> for OrderWire<'a> {
    fn from(order: &'a OrderMessage) -> Self {
        Self {
            numero: &order.number,
            cliente_nombre: &order.customer_name,
            cliente_direccion: order.customer_address.as_deref(),
            cliente_telefono: order.customer_phone.as_deref(),
            cliente_email: order.customer_email.as_deref(),
            productos: &order.lines,
            total: order.total,
            metodo_pago: order.payment_method.as_ref(),
            indicaciones: order.instructions.as_deref(),
            estado: TicketState::Pending,
            prioridad: order.priority,
            tipo_cliente: order.customer_kind,
            fecha_creacion: order.created_at,
            origen: order.origin.as_deref(),
            barrio: order.neighbourhood.as_deref(),
            lat: order.position.map(Position::lat),
            lng: order.position.map(Position::lng),
            prometido: order.promised_at,
        }
    }
}

fn malformed(error: &serde_json::Error) -> MessageError {
    let at = |key| Message::new(key).with("line", error.line()).with("column", error.column());
    MessageError::Malformed(match error.classify() {
        serde_json::error::Category::Data => Message::new("refusal-not-an-object"),
        serde_json::error::Category::Eof => at("refusal-json-cut"),
        _ => at("refusal-json-at"),
    })
}
