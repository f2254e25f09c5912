//! Where an order goes and how it is paid, parsed from what a person typed.

use belgrano_shared::free_text;
use belgrano_shared::problem::FieldError;
use belgrano_shared::texts::Message;
use belgrano_shared::wire::{PaymentMethod, Position, limits};

use crate::accounts::Form;

/// Where to and how, as the customer says it.
#[derive(Clone, Debug)]
pub struct Delivery {
    /// Where it goes; the account's own address when `None`.
    pub address: Option<String>,
    /// The neighbourhood.
    pub barrio: Option<String>,
    /// The pin on the map.
    pub position: Option<Position>,
    /// Where to call; the account's own number when `None`.
    pub phone: Option<String>,
    /// How it will be paid.
    pub payment_method: PaymentMethod,
    /// What the driver has to know.
    pub notes: String,
}

/// The same before it is checked.
#[derive(Debug, Default)]
pub struct DeliveryFields {
    /// `direccion`.
    pub address: Option<String>,
    /// `barrio`.
    pub barrio: Option<String>,
    /// `lat` and `lng`.
    pub pin: (Option<f64>, Option<f64>),
    /// `telefono`.
    pub phone: Option<String>,
    /// `metodo_pago`.
    pub payment_method: Option<String>,
    /// `notas`.
    pub notes: Option<String>,
}

impl DeliveryFields {
    /// The delivery, or every field that is wrong.
    pub fn parse(self) -> Result<Delivery, Vec<FieldError>> {
        let mut errors = Vec::new();
        let address = bounded("direccion", self.address, limits::ADDRESS, &mut errors);
        let barrio = bounded("barrio", self.barrio, limits::NEIGHBOURHOOD, &mut errors);
        let notes = bounded("notas", self.notes, limits::INSTRUCTIONS, &mut errors).unwrap_or_default();
        let position = position(self.pin, &mut errors);
        let phone = phone(self.phone.as_deref(), &mut errors);
        let method = self.payment_method.unwrap_or_else(|| PaymentMethod::CASH.to_owned());
        let payment_method =
            PaymentMethod::parse(&method).map_err(|wrong| errors.push(FieldError::new("metodo_pago", wrong)));
        match payment_method {
            Ok(payment_method) if errors.is_empty() => {
                Ok(Delivery { address, barrio, position, phone, payment_method, notes })
            }
            _ => Err(errors),
        }
    }
}

fn position(pin: (Option<f64>, Option<f64>), errors: &mut Vec<FieldError>) -> Option<Position> {
    let (field, key) = match pin {
        (None, None) => return None,
        (Some(lat), Some(lng)) => match Position::new(lat, lng) {
            Ok(position) => return Some(position),
            Err(_) => ("lat", "error-pin-range"),
        },
        (Some(_), None) => ("lng", "error-pin-lng"),
        (None, Some(_)) => ("lat", "error-pin-lat"),
    };
    errors.push(FieldError::new(field, Message::new(key)));
    None
}

/// A number as in a profile; blank is the same as absent.
fn phone(text: Option<&str>, errors: &mut Vec<FieldError>) -> Option<String> {
    let mut form = Form::default();
    let phone = form.phone("telefono", text);
    errors.extend(form.finish().err().iter().flat_map(|problem| problem.errors().to_vec()));
    (!phone.is_empty()).then_some(phone)
}

/// Trimmed text of at most `max` characters; blank is the same as absent.
fn bounded(field: &str, text: Option<String>, max: usize, errors: &mut Vec<FieldError>) -> Option<String> {
    match free_text::check(&text?, max) {
        Ok(text) => (!text.is_empty()).then(|| text.to_owned()),
        Err(wrong) => {
            errors.push(FieldError::new(field, wrong));
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::DeliveryFields;

    #[test]
    fn control_characters_are_refused_and_line_ends_are_not() {
        let notes = |text: &str| DeliveryFields { notes: Some(text.to_owned()), ..DeliveryFields::default() }.parse();
        assert!(notes("timbre 2B\r\n\tportón").is_ok());
        for text in ["a\0b", "a\u{1b}[31m", "a\u{7f}b"] {
            let errors = notes(text).expect_err("refused");
            assert_eq!((errors.len(), errors[0].field.as_str()), (1, "notas"), "{text:?}");
        }
    }
}
