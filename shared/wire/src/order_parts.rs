//! From raw values to typed ones, collecting every wrong field on the way.
//!
//! Each reader takes a value as it came and the place it came from, and either returns it typed or notes what is wrong
//! and how to mend it. A reader never stops the others: a client hears of all its mistakes at once.

use std::fmt;

use super::order_raw::Scalar;
use crate::free_text;
use crate::money::Money;
use crate::texts::{FieldError, Message, Said};

/// How many wrong fields are reported; a reply stays small however wrong its request was.
const MAX_ERRORS: usize = 100;

/// Where a value stood in the message.
#[derive(Clone, Copy)]
pub(super) enum Place {
    Top(&'static str),
    Line(usize, &'static str),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Top(field) => f.write_str(field),
            Self::Line(line, "") => write!(f, "productos[{line}]"),
            Self::Line(line, field) => write!(f, "productos[{line}].{field}"),
        }
    }
}

/// Reads values and remembers what was wrong with them.
#[derive(Default)]
pub(super) struct Checker {
    errors: Vec<FieldError>,
}

impl Checker {
    /// Notes that the value at `place` is wrong.
    pub(super) fn refuse(&mut self, place: Place, message: impl Into<Said>) {
        if self.errors.len() < MAX_ERRORS {
            self.errors.push(FieldError::new(place.to_string(), message));
        }
    }

    /// Whether anything was wrong so far.
    pub(super) fn found_errors(&self) -> bool {
        !self.errors.is_empty()
    }

    /// Everything that was wrong.
    pub(super) fn into_errors(self) -> Vec<FieldError> {
        self.errors
    }

    /// `value`, or a note that it is missing. `None` when a reader has already said why.
    pub(super) fn required<T>(&mut self, place: Place, value: Option<T>) -> Option<T> {
        if value.is_none() && self.errors.last().is_none_or(|last| last.field != place.to_string()) {
            self.refuse(place, Message::new("error-missing"));
        }
        value
    }

    /// Text of at most `max_chars`, without the blanks around it; blank text is absent (the old shop sends `""`).
    /// A whole number is its digits: old clients send telephones and order numbers bare.
    pub(super) fn text(&mut self, place: Place, value: Scalar<'_>, max_chars: usize) -> Option<String> {
        let text = match value {
            Scalar::Absent => return None,
            Scalar::Text(text) => text,
            Scalar::Whole(number) => number.to_string().into(),
            Scalar::Number(_) | Scalar::Other => {
                self.refuse(place, Message::new("error-text"));
                return None;
            }
        };
        let trimmed = match free_text::check(&text, max_chars) {
            Ok("") => return None,
            Ok(trimmed) => trimmed,
            Err(wrong) => {
                self.refuse(place, wrong);
                return None;
            }
        };
        Some(if trimmed.len() == text.len() { text.into_owned() } else { trimmed.to_owned() })
    }

    /// Text that is only useful: whatever came, as text, without control characters and cut to `max_chars`. What is neither
    /// text nor a number is dropped. An optional field is never a reason to refuse an order.
    pub(super) fn kept(value: Scalar<'_>, max_chars: usize) -> Option<String> {
        let text = match value {
            Scalar::Text(text) => text,
            Scalar::Whole(number) => number.to_string().into(),
            Scalar::Number(number) => number.to_string().into(),
            Scalar::Absent | Scalar::Other => return None,
        };
        if let Ok(text) = free_text::check(&text, max_chars) {
            return (!text.is_empty()).then(|| text.to_owned());
        }
        let without = text.chars().filter(|c| !free_text::is_control(*c)).collect::<String>();
        let cut = without.trim_start().chars().take(max_chars).collect::<String>();
        free_text::required(&cut, max_chars).ok().map(str::to_owned)
    }

    /// A whole number that is only useful; anything else is dropped.
    pub(super) fn kept_whole(value: Scalar<'_>) -> Option<i64> {
        Self::default().whole(Place::Top(""), value)
    }

    /// An amount that is only useful; anything else is dropped.
    pub(super) fn kept_amount(value: Scalar<'_>) -> Option<Money> {
        Self::default().amount(Place::Top(""), value)
    }

    /// A number that is only useful; anything else is dropped.
    pub(super) fn kept_number(value: Scalar<'_>) -> Option<f64> {
        Self::default().number(Place::Top(""), value)
    }

    /// Text parsed by `parse`; its error is the message.
    pub(super) fn parsed<T, E: Into<Said>>(
        &mut self,
        place: Place,
        value: Scalar<'_>,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<T> {
        let text = match value {
            Scalar::Absent => return None,
            Scalar::Text(text) => text,
            Scalar::Whole(number) => number.to_string().into(),
            Scalar::Number(_) | Scalar::Other => {
                self.refuse(place, Message::new("error-text"));
                return None;
            }
        };
        if text.trim().is_empty() {
            return None;
        }
        parse(&text).map_err(|error| self.refuse(place, error)).ok()
    }

    /// A finite number, also as text (the old pair runs `float()` over what it gets); blank text is absent.
    pub(super) fn number(&mut self, place: Place, value: Scalar<'_>) -> Option<f64> {
        let number = match value {
            Scalar::Absent => return None,
            #[expect(clippy::cast_precision_loss, reason = "every limit on a number is within 2^53")]
            Scalar::Whole(number) => Some(number as f64),
            Scalar::Number(number) => Some(number),
            Scalar::Text(text) if text.trim().is_empty() => return None,
            Scalar::Text(text) => free_text::plain(&text).trim().parse().ok(),
            Scalar::Other => None,
        };
        let number = number.filter(|number| number.is_finite());
        if number.is_none() {
            self.refuse(place, Message::new("error-a-number"));
        }
        number
    }

    /// An amount of pesos, zero or more.
    pub(super) fn amount(&mut self, place: Place, value: Scalar<'_>) -> Option<Money> {
        let pesos = self.number(place, value)?;
        match Money::from_pesos(pesos) {
            Some(money) if money < Money::ZERO => self.refuse(place, Message::new("error-negative")),
            Some(money) => return Some(money),
            None => self.refuse(place, Message::new("error-amount-large")),
        }
        None
    }

    /// A whole number, also written `2.0` or `"2"`.
    pub(super) fn whole(&mut self, place: Place, value: Scalar<'_>) -> Option<i64> {
        if let Scalar::Whole(number) = value {
            return Some(number);
        }
        let number = self.number(place, value)?;
        // Within ±2^53 every whole double is exactly one integer.
        if number.fract() == 0.0 && number.abs() <= 9_007_199_254_740_992.0 {
            #[expect(clippy::cast_possible_truncation, reason = "whole and within 2^53, as just checked")]
            Some(number as i64)
        } else {
            self.refuse(place, Message::new("error-whole-number"));
            None
        }
    }
}
