//! Field by field from a raw order to a typed one: which names, which bounds, which defaults.
//!
//! The bounds are those of [`limits`]. Only what an order cannot do without can refuse it: its number, its customer's name and
//! its total, and of a line its name, quantity and price. Whatever is odd in the rest is kept as text or dropped: the deployed
//! clients send `"N/A"` where they know nothing, and an order that was refused for it would be lost.

use super::order_message::OrderMessage;
use super::order_parts::{Checker, Place};
use super::order_raw::{RawLine, RawLineFields, RawLines, RawOrder, Scalar};
use super::position::Position;
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
    let (_, value) = either(("cliente_direccion", raw.address), ("direccion", raw.address_old));
    let customer_address = Checker::kept(value, limits::ADDRESS);
    let (_, value) = either(("cliente_telefono", raw.phone), ("telefono", raw.phone_old));
    let customer_phone = Checker::kept(value, limits::PHONE).map(|phone| free_text::plain(&phone).into_owned());
    let (_, value) = either(("cliente_email", raw.email), ("email", raw.email_old));
    let customer_email = read_email(value);
    let lines = read_lines(raw.lines, check);
    let total = check.amount(Place::Top("total"), raw.total);
    let total = check.required(Place::Top("total"), total);
    let payment_method = Checker::kept(raw.payment_method, PaymentMethod::MAX_CHARS);
    let payment_method = payment_method.and_then(|method| PaymentMethod::parse(&method).ok());
    let (_, value) = either(("indicaciones", raw.instructions), ("notas", raw.instructions_old));
    let instructions = Checker::kept(value, limits::INSTRUCTIONS);
    let customer_kind = word(raw.customer_kind, CustomerKind::parse).unwrap_or(CustomerKind::Customer);
    let priority = word(raw.priority, Priority::parse).unwrap_or(Priority::Normal);
    // Without it the order counts from when it came.
    let created_at = word(raw.created_at, UnixMillis::parse);
    let origin = Checker::kept(raw.origin, limits::ORIGIN);
    let neighbourhood = Checker::kept(raw.neighbourhood, limits::NEIGHBOURHOOD);
    let position = read_position(raw.lat, raw.lng);
    let promised_at = word(raw.promised_at, UnixMillis::parse);
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
        promised_at,
    })
}

/// A word of ours, if it is one.
fn word<T>(value: Scalar<'_>, parse: impl FnOnce(&str) -> Option<T>) -> Option<T> {
    parse(&Checker::kept(value, limits::ORIGIN)?)
}

/// An address of mail, which is of no use when it is cut.
fn read_email(value: Scalar<'_>) -> Option<String> {
    let email = Checker::kept(value, limits::EMAIL + 1)?;
    let email = free_text::plain(&email).into_owned();
    (email.chars().count() <= limits::EMAIL).then_some(email)
}

fn read_lines(raw: RawLines<'_>, check: &mut Checker) -> Vec<OrderLine> {
    match raw {
        RawLines::Absent => Vec::new(),
        // What it says is worth more than its shape.
        RawLines::Text(text) => {
            Checker::kept(Scalar::Text(text), limits::LINE_NAME).iter().map(|text| OrderLine::from_text(text)).collect()
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
        RawLine::Absent => None,
        RawLine::Other => {
            check.refuse(Place::Line(index, ""), Message::new("error-line"));
            None
        }
    }
}

fn read_line_fields(index: usize, raw: RawLineFields<'_>, check: &mut Checker) -> Option<OrderLine> {
    let at = |field| Place::Line(index, field);
    let product_id = Checker::kept_whole(raw.product_id);
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
    let subtotal = Checker::kept_amount(raw.subtotal);
    let branch = Checker::kept(raw.branch, limits::LINE_PLACE);
    let business = Checker::kept(raw.business, limits::LINE_PLACE);
    let category = Checker::kept(raw.category, limits::LINE_PLACE);
    Some(OrderLine { product_id, name: name?, price, quantity: quantity?, subtotal, branch, business, category })
}

/// A place is both numbers within their range, or none.
fn read_position(lat: Scalar<'_>, lng: Scalar<'_>) -> Option<Position> {
    Position::new(Checker::kept_number(lat)?, Checker::kept_number(lng)?).ok()
}
