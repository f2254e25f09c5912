//! Texts people type about themselves: trimmed, bounded, without control characters.

use std::ops::RangeInclusive;

use belgrano_shared::free_text::InvalidText;
use belgrano_shared::problem::{FieldError, Problem};
use belgrano_shared::texts::{Message, Said};
use belgrano_shared::wire::limits;

/// The digits of the shortest number that somebody in the city can be called under, without its area.
const FEWEST_DIGITS: usize = 6;

/// Collects what is wrong with a form, so that a person hears all of it at once.
#[derive(Debug, Default)]
pub(crate) struct Form {
    errors: Vec<FieldError>,
}

impl Form {
    /// A text of `chars` characters; an absent one is empty.
    pub(crate) fn text(&mut self, field: &str, text: Option<&str>, chars: RangeInclusive<usize>) -> String {
        let text = text.unwrap_or_default().trim();
        let length = text.chars().count();
        if length == 0 && *chars.start() > 0 {
            self.errors.push(FieldError::new(field, Message::new("error-missing")));
        } else if !chars.contains(&length) {
            let message = Message::new("error-length").with("from", *chars.start()).with("to", *chars.end());
            self.errors.push(FieldError::new(field, message));
        } else if text.chars().any(char::is_control) {
            // Ends of lines too: each of these is one line.
            self.errors.push(FieldError::new(field, InvalidText::Control));
        }
        text.to_owned()
    }

    /// A telephone number, as people write them: digits, blanks and `+-()/.`; or none.
    pub(crate) fn phone(&mut self, field: &str, text: Option<&str>) -> String {
        let text = self.text(field, text, 0..=limits::PHONE);
        let digits = text.chars().filter(char::is_ascii_digit).count();
        let strange = text.chars().any(|c| !c.is_ascii_digit() && !" +-()/.".contains(c));
        if strange || !text.is_empty() && digits < FEWEST_DIGITS {
            self.errors.push(FieldError::new(field, Message::new("error-phone")));
        }
        text
    }

    /// Notes something else that is wrong.
    pub(crate) fn wrong(&mut self, field: &str, message: impl Into<Said>) {
        self.errors.push(FieldError::new(field, message));
    }

    /// Everything that was wrong, if anything was.
    pub(crate) fn finish(self) -> Result<(), Problem> {
        if self.errors.is_empty() { Ok(()) } else { Err(Problem::invalid(self.errors)) }
    }
}

#[cfg(test)]
mod tests {
    use super::Form;

    #[test]
    fn a_telephone_is_one_that_can_be_called() {
        let takes = |text: &str| {
            let mut form = Form::default();
            form.phone("telefono", Some(text));
            form.finish().is_ok()
        };
        for number in ["", "4780-1234", "+54 (11) 5555.0101", "011/478012"] {
            assert!(takes(number), "{number}");
        }
        for number in ["-", "()", "........", "0", "12345", "once cuatro", "11 5555 0101 int. 3"] {
            assert!(!takes(number), "{number}");
        }
    }
}
