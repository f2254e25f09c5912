//! Field by field from a raw order to a typed one: which names, which bounds, which defaults.
//!
//! The bounds are those of [`limits`].

use super::order_message::OrderMessage;
use super::order_parts::{Checker, Place};
use super::order_raw::{RawLine, RawLineFields, RawLines, RawOrder, Scalar};
use super::position::{self, Position};
use super::{CustomerKind, OrderLine, OrderNumber, PaymentMethod, Priority, limits};
use crate::free_text;
use crate::texts::Message;
use crate::timestamp::UnixMillis;

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

/// The order, or `None` after noting in `check` everything that is wrong.
pub(super) fn read(raw: RawOrder<'_>, check: &mut Checker) -> Option<OrderMessage> {
    let (place, value) = either(("numero", raw.number), ("numero_pedido", raw.number_old));
    let number = check.parsed(place, value, OrderNumber::parse);
    let number = check.required(place, number);
    let (place, value) = either(("cliente_nombre", raw.customer_name), ("cliente", raw.customer_name_old));
    let customer_name = check.text(place, value, limits::CUSTOMER_NAME);
    let customer_name = check.required(place, customer_name);
    let (place, value) = either(("cliente_direccion", raw.address), ("direccion", raw.address_old));
    let customer_address = check.text(place, value, limits::ADDRESS);
    let (place, value) = either(("cliente_telefono", raw.phone), ("telefono", raw.phone_old));
    let customer_phone = check.text(place, value, limits::PHONE).map(|phone| free_text::plain(&phone).into_owned());
    let (place, value) = either(("cliente_email", raw.email), ("email", raw.email_old));
    let customer_email = check.text(place, value, limits::EMAIL).map(|email| free_text::plain(&email).into_owned());
    let lines = read_lines(raw.lines, check);
    let total = check.amount(Place::Top("total"), raw.total);
    let total = check.required(Place::Top("total"), total);
    let payment_method = check.parsed(Place::Top("metodo_pago"), raw.payment_method, PaymentMethod::parse);
    let (place, value) = either(("indicaciones", raw.instructions), ("notas", raw.instructions_old));
    let instructions = check.text(place, value, limits::INSTRUCTIONS);
    // A new ticket is pending whatever the client believes; only its type is checked.
    check.text(Place::Top("estado"), raw.state, 50);
    let customer_kind = check.parsed(Place::Top("tipo_cliente"), raw.customer_kind, str::parse);
    let customer_kind = customer_kind.unwrap_or(CustomerKind::Customer);
    let priority = check.parsed(Place::Top("prioridad"), raw.priority, str::parse).unwrap_or(Priority::Normal);
    let created_at = check.parsed(Place::Top("fecha_creacion"), raw.created_at, |text| {
        UnixMillis::parse(text).ok_or(Message::new("error-moment-like"))
    });
    let origin = check.text(Place::Top("origen"), raw.origin, limits::ORIGIN);
    let neighbourhood = check.text(Place::Top("barrio"), raw.neighbourhood, limits::NEIGHBOURHOOD);
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
            check.refuse(Place::Top("productos"), Message::new("error-list"));
            Vec::new()
        }
        RawLines::List(lines, surplus) => {
            if surplus > 0 {
                let count = lines.len() + surplus;
                check.refuse(
                    Place::Top("productos"),
                    Message::new("error-too-many-lines").with("count", count).with("max", limits::LINES),
                );
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
            let text = check.text(place, Scalar::Text(text), limits::LINE_NAME);
            check.required(place, text).map(|text| OrderLine::from_text(&text))
        }
        RawLine::Other => {
            check.refuse(Place::Line(index, ""), Message::new("error-line"));
            None
        }
    }
}

fn read_line_fields(index: usize, raw: RawLineFields<'_>, check: &mut Checker) -> Option<OrderLine> {
    let at = |field| Place::Line(index, field);
    let product_id = check.whole(at("id"), raw.product_id);
    let name = check.text(at("nombre"), raw.name, limits::LINE_NAME);
    let name = check.required(at("nombre"), name);
    let price = check.amount(at("precio"), raw.price);
    let quantity = match check.whole(at("cantidad"), raw.quantity) {
        None => Some(1),
        Some(quantity) => {
            let fits = u32::try_from(quantity).ok().filter(|fits| (1..=OrderLine::MAX_QUANTITY).contains(fits));
            if fits.is_none() {
                check.refuse(
                    at("cantidad"),
                    Message::new("error-range").with("from", 1).with("to", OrderLine::MAX_QUANTITY),
                );
            }
            fits
        }
    };
    let subtotal = check.amount(at("subtotal"), raw.subtotal);
    let branch = check.text(at("sucursal"), raw.branch, limits::LINE_PLACE);
    let business = check.text(at("negocio"), raw.business, limits::LINE_PLACE);
    let category = check.text(at("categoria"), raw.category, limits::LINE_PLACE);
    Some(OrderLine { product_id, name: name?, price, quantity: quantity?, subtotal, branch, business, category })
}

fn read_position(lat: Scalar<'_>, lng: Scalar<'_>, check: &mut Checker) -> Option<Position> {
    let mut degrees = |field, value, limit: f64| {
        let degrees = check.number(Place::Top(field), value)?;
        if position::rounded(degrees, limit).is_none() {
            check.refuse(
                Place::Top(field),
                Message::new("error-range").with("from", format!("-{limit}")).with("to", limit.to_string()),
            );
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
