//! What `POST /api/tickets` carries, in every dialect the deployed clients speak.
//!
//! In: bytes nobody vouches for. Out: an [`OrderMessage`], or every wrong field at once. It is written in one dialect
//! only, the current one. Where both the current and an older name of a field are there, the current one counts unless
//! it is null or blank. The same order always has the same [`OrderMessage::fingerprint`], however it was written.

use serde::Serialize;
use utoipa::ToSchema;

use super::order_parts::{Checker, Place};
use super::order_raw::{RawLine, RawLineFields, RawLines, RawOrder, Scalar};
use super::position::{self, Position};
use super::{CustomerKind, OrderLine, OrderNumber, PaymentMethod, Priority, TicketState};
use crate::money::Money;
use crate::problem::FieldError;
use crate::timestamp::UnixMillis;

/// The most lines an order may have.
pub const MAX_LINES: usize = 500;

/// An order on its way to the board.
#[derive(Clone, Debug, PartialEq)]
pub struct OrderMessage {
    /// `numero`.
    pub number: OrderNumber,
    /// `cliente_nombre`, up to 200 characters.
    pub customer_name: String,
    /// `cliente_direccion`, up to 500 characters.
    pub customer_address: Option<String>,
    /// `cliente_telefono`, up to 50 characters.
    pub customer_phone: Option<String>,
    /// `cliente_email`, up to 254 characters (RFC 5321); not checked further, the old pair sends placeholders.
    pub customer_email: Option<String>,
    /// `productos`, up to [`MAX_LINES`].
    pub lines: Vec<OrderLine>,
    /// `total`, zero or more.
    pub total: Money,
    /// `metodo_pago`.
    pub payment_method: Option<PaymentMethod>,
    /// `indicaciones`, up to 2000 characters.
    pub instructions: Option<String>,
    /// `prioridad`, already lifted for a merchant.
    pub priority: Priority,
    /// `tipo_cliente`.
    pub customer_kind: CustomerKind,
    /// `fecha_creacion`: when the customer ordered, by the sender's clock.
    pub created_at: Option<UnixMillis>,
    /// `origen`: which program sent it, up to 50 characters.
    pub origin: Option<String>,
    /// `barrio`, up to 100 characters.
    pub neighbourhood: Option<String>,
    /// `lat` and `lng`, both or neither.
    pub position: Option<Position>,
}

/// Why bytes are not an order.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MessageError {
    /// Not JSON, not an object, or nested more than 128 deep. A 400; the text (Spanish) says where.
    #[error("{0}")]
    Malformed(String),
    /// Fields that are missing or wrong (the first 100 of them). A 422.
    #[error("hay {} datos inválidos", .0.len())]
    Invalid(Vec<FieldError>),
}

impl OrderMessage {
    /// Reads an order. Never panics; the caller bounds the length of `body`.
    ///
    /// `null` and blank text are the same as a field that is not there. A `fecha_creacion` that cannot be read is a
    /// wrong field, not ignored: the lateness of the order would be counted from the wrong moment.
    pub fn from_json(body: &[u8]) -> Result<Self, MessageError> {
        let raw: RawOrder<'_> = serde_json::from_slice(body).map_err(|error| malformed(&error))?;
        let mut check = Checker::default();
        match read(raw, &mut check) {
            Some(order) => Ok(order),
            None => Err(MessageError::Invalid(check.into_errors())),
        }
    }

    /// Writes the order as DESIGN's section on the wire shows it; what is absent is left out, because the old board
    /// puts its own defaults in the place of a missing field but not of a null.
    #[must_use]
    pub fn to_json(&self) -> Vec<u8> {
        // Strings, numbers and lists into memory: there is nothing here that can fail.
        serde_json::to_vec(&OrderWire::from(self)).unwrap_or_default()
    }

    /// SHA-256 over the content, to tell "the same order again" from "another order under the same number".
    ///
    /// Independent of the order of the fields, of their old or new names, of how numbers are written and of
    /// `fecha_creacion` (an old client stamps each attempt anew).
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

/// The message as written.
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
    productos: &'a [OrderLine],
    total: Money,
    #[serde(skip_serializing_if = "Option::is_none")]
    metodo_pago: Option<&'a PaymentMethod>,
    #[serde(skip_serializing_if = "Option::is_none")]
    indicaciones: Option<&'a str>,
    /// Always `pendiente`.
    estado: TicketState,
    prioridad: Priority,
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
        }
    }
}

fn malformed(error: &serde_json::Error) -> MessageError {
    let place = format!("línea {}, columna {}", error.line(), error.column());
    MessageError::Malformed(match error.classify() {
        serde_json::error::Category::Data => "Se esperaba un objeto JSON.".to_owned(),
        serde_json::error::Category::Eof => format!("El JSON está cortado ({place})."),
        _ => format!("El JSON no se puede leer ({place})."),
    })
}

/// The value of the field that counts, with the name it came under.
fn either<'a>(new: (&'static str, Scalar<'a>), old: (&'static str, Scalar<'a>)) -> (Place, Scalar<'a>) {
    let blank = |value: &Scalar<'_>| match value {
        Scalar::Absent => true,
        Scalar::Text(text) => text.trim().is_empty(),
        _ => false,
    };
    let (name, value) = if blank(&new.1) && !blank(&old.1) { old } else { new };
    (Place::Top(name), value)
}

fn read(raw: RawOrder<'_>, check: &mut Checker) -> Option<OrderMessage> {
    let (place, value) = either(("numero", raw.number), ("numero_pedido", raw.number_old));
    let number = check.parsed(place, value, OrderNumber::parse);
    let number = check.required(place, number);
    let (place, value) = either(("cliente_nombre", raw.customer_name), ("cliente", raw.customer_name_old));
    let customer_name = check.text(place, value, 200);
    let customer_name = check.required(place, customer_name);
    let (place, value) = either(("cliente_direccion", raw.address), ("direccion", raw.address_old));
    let customer_address = check.text(place, value, 500);
    let (place, value) = either(("cliente_telefono", raw.phone), ("telefono", raw.phone_old));
    let customer_phone = check.text(place, value, 50);
    let (place, value) = either(("cliente_email", raw.email), ("email", raw.email_old));
    let customer_email = check.text(place, value, 254);
    let lines = read_lines(raw.lines, check);
    let total = check.amount(Place::Top("total"), raw.total);
    let total = check.required(Place::Top("total"), total);
    let payment_method = check.parsed(Place::Top("metodo_pago"), raw.payment_method, PaymentMethod::parse);
    let (place, value) = either(("indicaciones", raw.instructions), ("notas", raw.instructions_old));
    let instructions = check.text(place, value, 2000);
    // A new ticket is pending whatever the client believes; only its type is checked.
    check.text(Place::Top("estado"), raw.state, 50);
    let customer_kind = check.parsed(Place::Top("tipo_cliente"), raw.customer_kind, str::parse);
    let customer_kind = customer_kind.unwrap_or(CustomerKind::Customer);
    let priority = check.parsed(Place::Top("prioridad"), raw.priority, str::parse).unwrap_or(Priority::Normal);
    let created_at = check.parsed(Place::Top("fecha_creacion"), raw.created_at, |text| {
        UnixMillis::parse(text).ok_or("se espera una fecha y hora ISO 8601, como 2026-11-21T15:04:05-03:00")
    });
    let origin = check.text(Place::Top("origen"), raw.origin, 50);
    let neighbourhood = check.text(Place::Top("barrio"), raw.neighbourhood, 100);
    let position = read_position(raw.lat, raw.lng, check);
    if check.found_errors() {
        return None;
    }
    Some(OrderMessage {
        number: number?,
        customer_name: customer_name?,
        customer_address,
        customer_phone,
        customer_email,
        lines,
        total: total?,
        payment_method,
        instructions,
        priority: customer_kind.lift(priority),
        customer_kind,
        created_at,
        origin,
        neighbourhood,
        position,
    })
}

fn read_lines(raw: RawLines<'_>, check: &mut Checker) -> Vec<OrderLine> {
    match raw {
        RawLines::Absent => Vec::new(),
        RawLines::Other => {
            check.refuse(Place::Top("productos"), "se espera una lista");
            Vec::new()
        }
        RawLines::List(lines, surplus) => {
            if surplus > 0 {
                let count = lines.len() + surplus;
                check.refuse(Place::Top("productos"), format!("tiene {count} renglones: hasta {MAX_LINES}"));
            }
            lines.into_iter().enumerate().filter_map(|(index, line)| read_line(index, line, check)).collect()
        }
    }
}

fn read_line(index: usize, raw: RawLine<'_>, check: &mut Checker) -> Option<OrderLine> {
    match raw {
        RawLine::Object(fields) => read_line_fields(index, *fields, check),
        RawLine::Text(text) => {
            let place = Place::Line(index, "");
            let text = check.text(place, Scalar::Text(text), LINE_NAME_CHARS);
            check.required(place, text).map(|text| OrderLine::from_text(&text))
        }
        RawLine::Other => {
            check.refuse(Place::Line(index, ""), "se espera un objeto o un texto como «Yerba 1 kg x2»");
            None
        }
    }
}

const LINE_NAME_CHARS: usize = 300;

fn read_line_fields(index: usize, raw: RawLineFields<'_>, check: &mut Checker) -> Option<OrderLine> {
    let at = |field| Place::Line(index, field);
    let product_id = check.whole(at("id"), raw.product_id);
    let name = check.text(at("nombre"), raw.name, LINE_NAME_CHARS);
    let name = check.required(at("nombre"), name);
    let price = check.amount(at("precio"), raw.price);
    let quantity = match check.whole(at("cantidad"), raw.quantity) {
        None => Some(1),
        Some(quantity) => {
            let fits = u32::try_from(quantity).ok().filter(|fits| (1..=OrderLine::MAX_QUANTITY).contains(fits));
            if fits.is_none() {
                check.refuse(at("cantidad"), format!("va de 1 a {}", OrderLine::MAX_QUANTITY));
            }
            fits
        }
    };
    let subtotal = check.amount(at("subtotal"), raw.subtotal);
    let branch = check.text(at("sucursal"), raw.branch, 200);
    let business = check.text(at("negocio"), raw.business, 200);
    let category = check.text(at("categoria"), raw.category, 200);
    Some(OrderLine { product_id, name: name?, price, quantity: quantity?, subtotal, branch, business, category })
}

fn read_position(lat: Scalar<'_>, lng: Scalar<'_>, check: &mut Checker) -> Option<Position> {
    let mut degrees = |field, value, limit: f64| {
        let degrees = check.number(Place::Top(field), value)?;
        if position::rounded(degrees, limit).is_none() {
            check.refuse(Place::Top(field), format!("va de -{limit} a {limit}"));
        }
        Some(degrees)
    };
    let lat = degrees("lat", lat, position::MAX_LAT);
    let lng = degrees("lng", lng, position::MAX_LNG);
    match (lat, lng) {
        (Some(lat), Some(lng)) => Position::new(lat, lng).ok(),
        (Some(_), None) => check.required(Place::Top("lng"), None),
        (None, Some(_)) => check.required(Place::Top("lat"), None),
        (None, None) => None,
    }
}
