//! Where an order goes and how it is paid, parsed from what a person typed.

use belgrano_runtime::problem::FieldError;
use belgrano_web::address;
use belgrano_web::map::Zones;
use belgrano_wire::free_text;
use belgrano_wire::search::fold;
use belgrano_wire::texts::Message;
use belgrano_wire::{PaymentMethod, Position, limits};

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
    /// `pin_direccion`: the address the pin was set for. With another address the pin is none of its.
    pub pin_of: Option<String>,
    /// `pin_va`: `marca` or `direccion`, which of them counts when the pin is not where the address says.
    pub pin_goes: Option<String>,
    /// `telefono`.
    pub phone: Option<String>,
    /// `metodo_pago`.
    pub payment_method: Option<String>,
    /// `notas`.
    pub notes: Option<String>,
}

impl DeliveryFields {
    /// The delivery, or every field that is wrong. A pin outside the barrio that is named in `barrio` or at the end of the
    /// address is an error of `pin`, which is a question: `pin_va` answers it.
    pub fn parse(self, zones: &Zones) -> Result<Delivery, Vec<FieldError>> {
        let mut errors = Vec::new();
        let address = bounded("direccion", self.address, limits::ADDRESS, &mut errors);
        let mut barrio = bounded("barrio", self.barrio, limits::NEIGHBOURHOOD, &mut errors);
        let notes = bounded("notas", self.notes, limits::INSTRUCTIONS, &mut errors).unwrap_or_default();
        let mut position = position(self.pin, &mut errors);
        let of_another = |of: &String| address.as_ref().is_some_and(|address| fold(address) != fold(of));
        if self.pin_of.as_ref().is_some_and(|of| !fold(of).is_empty() && of_another(of)) {
            position = None;
        }
        if let Some((place, named)) =
            position.and_then(|place| Some((place, strays(zones, place, address.as_deref(), barrio.as_deref())?)))
        {
            let there = zones.at(place.lat(), place.lng());
            match self.pin_goes.as_deref() {
                Some("marca") => barrio = there.map(str::to_owned),
                Some("direccion") => position = None,
                _ => errors.push(FieldError::new("pin", question(there, &named))),
            }
        }
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

/// The barrio that is named and that the pin is not in.
fn strays(zones: &Zones, place: Position, address: Option<&str>, barrio: Option<&str>) -> Option<String> {
    let mut named = barrio.into_iter().chain(address.into_iter().flat_map(|address| address::parts(address).skip(1)));
    named.find(|name| zones.is_elsewhere(name, place.lat(), place.lng())).map(str::to_owned)
}

fn question(there: Option<&str>, named: &str) -> Message {
    match there {
        Some(there) => Message::new("error-pin-elsewhere").with("there", there).with("named", named),
        None => Message::new("error-pin-outside").with("named", named),
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
    use belgrano_web::map::Zones;

    use super::{Delivery, DeliveryFields};

    fn parse(address: &str, barrio: &str, of: &str, goes: &str) -> Result<Delivery, Vec<String>> {
        let given = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        // Cabildo and Juramento.
        let pin = (Some(-34.5614), Some(-58.4563));
        let (address, barrio) = (given(address), given(barrio));
        let fields =
            DeliveryFields { address, barrio, pin, pin_of: given(of), pin_goes: given(goes), ..Default::default() };
        fields.parse(&Zones::default()).map_err(|errors| errors.iter().map(|error| error.field.clone()).collect())
    }

    #[test]
    fn a_pin_belongs_to_the_address_it_was_set_for() {
        let pinned = |address: &str, of: &str| parse(address, "", of, "").expect("a delivery").position.is_some();
        assert!(pinned("Av. Cabildo 2040", "Av. Cabildo 2040") && pinned("Av. Cabildo 2040", ""));
        assert!(pinned("av cabildo  2040", "Av. Cabildo 2040"), "the same, written otherwise");
        assert!(
            !pinned("Av. Rivadavia 5000, Caballito", "Av. Cabildo 2040") && !pinned("Cabildo 2400", "Cabildo 2040")
        );
    }

    #[test]
    fn a_pin_outside_the_named_barrio_is_asked_about() {
        let asked = vec!["pin".to_owned()];
        for (address, barrio) in [
            ("Rivadavia 5000", "Caballito"),
            ("Rivadavia 5000, Caballito", ""),
            ("Rivadavia 5000, caballito, CABA", "Belgrano"),
            ("Rivadavia 5000", "NUNEZ"),
        ] {
            assert_eq!(parse(address, barrio, "", "").err(), Some(asked.clone()), "{address} {barrio}");
            let marked = parse(address, barrio, "", "marca").expect("a delivery");
            assert_eq!((marked.barrio.as_deref(), marked.position.is_some()), (Some("Belgrano"), true));
            assert!(parse(address, barrio, "", "direccion").expect("a delivery").position.is_none());
        }
        for (address, barrio) in
            [("Cabildo 2040", "belgrano"), ("Cabildo 2040, Belgrano", ""), ("Cabildo 2040", "Olivos")]
        {
            assert!(parse(address, barrio, "", "").expect("a delivery").position.is_some(), "{address} {barrio}");
        }
    }

    #[test]
    fn control_characters_are_refused_and_line_ends_are_not() {
        let notes = |text: &str| {
            DeliveryFields { notes: Some(text.to_owned()), ..DeliveryFields::default() }.parse(&Zones::default())
        };
        assert!(notes("timbre 2B\r\n\tportón").is_ok());
        for text in ["a\0b", "a\u{1b}[31m", "a\u{7f}b"] {
            let errors = notes(text).expect_err("refused");
            assert_eq!((errors.len(), errors[0].field.as_str()), (1, "notas"), "{text:?}");
        }
    }
}
