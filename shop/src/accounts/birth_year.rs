//! The year somebody was born in, if they say so: kept as long as they want, shown to nobody else.

use std::fmt;

use belgrano_wire::texts::Message;
use belgrano_wire::timestamp::UnixMillis;
use belgrano_wire::zone::LocalDay;
use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer};

use super::fields::Form;

/// The oldest and the youngest who has an account, in years.
const AGES: (i64, i64) = (13, 120);
const FIELD: &str = "anio_nacimiento";

/// What happens to a year of birth. `null`, and a field of a form that is left blank, erase it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum BirthYear {
    /// It stays.
    #[default]
    Keep,
    /// It is forgotten.
    Erase,
    /// It is this.
    Set(i64),
}

impl BirthYear {
    /// Notes in `form` when nobody who has an account today can have been born then.
    pub(super) fn check(self, form: &mut Form, now: UnixMillis) {
        let Self::Set(year) = self else { return };
        let Some(today) = LocalDay::last(1, now).next() else { return };
        let this_year = i64::from(today.date.year());
        let (from, to) = (this_year - AGES.1, this_year - AGES.0);
        if !(from..=to).contains(&year) {
            form.wrong(FIELD, Message::new("error-range").with("from", from).with("to", to));
        }
    }

    /// What is to be written, as a form sends it.
    pub(super) fn typed(self) -> Option<String> {
        match self {
            Self::Keep => None,
            Self::Erase => Some(String::new()),
            Self::Set(year) => Some(year.to_string()),
        }
    }

    /// Whether to write, and what.
    pub(super) fn columns(self) -> (bool, Option<i64>) {
        match self {
            Self::Keep => (false, None),
            Self::Erase => (true, None),
            Self::Set(year) => (true, Some(year)),
        }
    }
}

impl<'de> Deserialize<'de> for BirthYear {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Typed)
    }
}

/// A number, one in a text, nothing in a text, or `null`.
struct Typed;

impl Visitor<'_> for Typed {
    type Value = BirthYear;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a year")
    }

    fn visit_unit<E: Error>(self) -> Result<BirthYear, E> {
        Ok(BirthYear::Erase)
    }

    fn visit_i64<E: Error>(self, year: i64) -> Result<BirthYear, E> {
        Ok(BirthYear::Set(year))
    }

    fn visit_u64<E: Error>(self, year: u64) -> Result<BirthYear, E> {
        Ok(BirthYear::Set(i64::try_from(year).unwrap_or(i64::MAX)))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<BirthYear, E> {
        let text = belgrano_wire::free_text::plain(text);
        match text.trim() {
            "" => Ok(BirthYear::Erase),
            year => year.parse().map(BirthYear::Set).map_err(|_| E::custom(Message::new("error-number"))),
        }
    }
}
