//! Texts people type about themselves: trimmed, bounded, without control characters.

use std::ops::RangeInclusive;

use belgrano_runtime::problem::{FieldError, Problem};
use belgrano_wire::free_text::{self, InvalidText};
use belgrano_wire::limits;
use belgrano_wire::texts::{Message, Said};

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
        let text = free_text::clean(text.unwrap_or_default());
        let text = text.trim();
        let length = text.chars().count();
        if *chars.start() > 0 && !free_text::is_visible(text) {
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

    /// A telephone number, as people write and paste them: digits, blanks and `+-()/.`, with what it is before it (`tel:`, which
    /// is taken off) and an extension or whose it is behind it; or none.
    pub(crate) fn phone(&mut self, field: &str, text: Option<&str>) -> String {
        let text = text.map(free_text::plain);
        let text = text.as_deref().map(without_its_name);
        let text = self.text(field, text, 0..=limits::PHONE);
        let number = text.split(|c: char| !c.is_ascii_digit() && !" +-()/.".contains(c)).next().unwrap_or_default();
        let digits = number.chars().filter(char::is_ascii_digit).count();
        if !text.is_empty() && digits < FEWEST_DIGITS {
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

/// A telephone without the word that says it is one: `tel:+54…`, as a link gives it, `Cel.: 15…`.
fn without_its_name(text: &str) -> &str {
    let number = text.trim_start_matches(|c: char| c.is_alphabetic() || " .:".contains(c));
    if number.starts_with(|c: char| c.is_ascii_digit() || "+(".contains(c)) { number } else { text }
}

#[cfg(test)]
mod tests {
    use super::Form;

    #[test]
    fn a_name_that_nobody_sees_is_missing() {
        for name in ["", " ", "\u{200b}", "\u{3164}\u{2800}", "\u{301}", "\u{202a}\u{202c}"] {
            let mut form = Form::default();
            form.text("nombre", Some(name), 1..=100);
            let problem = form.finish().expect_err(name);
            assert_eq!(problem.errors()[0].message, "falta este dato", "{name:?}");
        }
    }

    #[test]
    fn a_telephone_is_one_that_can_be_called() {
        let takes = |text: &str| {
            let mut form = Form::default();
            form.phone("telefono", Some(text));
            form.finish().is_ok()
        };
        for number in ["", "4780-1234", "+54 (11) 5555.0101", "011/478012", "11 5555-0101 int. 3", "1155550101 (Ana)"] {
            assert!(takes(number), "{number}");
        }
        for pasted in ["tel:+54-11-5555-0101", "Tel.: +54-11-5555-0101", "WhatsApp +54-11-5555-0101"] {
            let mut form = Form::default();
            assert_eq!(form.phone("telefono", Some(pasted)), "+54-11-5555-0101");
            form.finish().expect("a telephone");
        }
        // As a contact card, a message and a keyboard of another script give it.
        for pasted in ["\u{202a}+54\u{a0}11 5555‑0101\u{202c}", "\u{2066}＋54 11 ５５５５−０１０１\u{2069}\u{200b}"]
        {
            let mut form = Form::default();
            assert_eq!(form.phone("telefono", Some(pasted)), "+54 11 5555-0101");
            form.finish().expect("a telephone");
        }
        for number in ["-", "()", "........", "0", "12345", "once cuatro", "int. 3 de 11 5555", "tel: 123"] {
            assert!(!takes(number), "{number}");
        }
    }
}
