//! The number of an order: what the shop, the board, the customer and the driver call it by, and the key that makes
//! taking an order in idempotent.
//!
//! Ours read `BA-20261121-F3K97F3K9Q`. Deployed clients bring their own (`PED-20261121150405-A1B2C3`), so reading is
//! lenient: only what would break a URL path, a log line or a page is refused.

use std::borrow::{Borrow, Cow};
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::ambient::{Ambient, CROCKFORD};
use crate::free_text;
use crate::texts::Message;

/// The number of an order. 1 to [`OrderNumber::MAX_CHARS`] characters; cheap to clone.
///
/// Invariant: no control character, no blank at either end, none of `/ \ ? # %`, and neither `.` nor `..`, so that it
/// can stand in a URL path as one segment.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OrderNumber(Arc<str>);

/// Text that cannot be an order's number. Its text is Spanish: it is shown to people.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", Message::from(*self))]
pub struct InvalidOrderNumber;

impl From<InvalidOrderNumber> for Message {
    fn from(InvalidOrderNumber: InvalidOrderNumber) -> Self {
        Self::new("error-order-number").with("max", OrderNumber::MAX_CHARS)
    }
}

impl OrderNumber {
    /// The longest number, in characters.
    pub const MAX_CHARS: usize = 64;

    /// A new number of ours, `BA-YYYYMMDD-TTTTRRRRRR`: the day and the moment in local time, then 30 random bits.
    ///
    /// The moment (four characters, in steps of 83 ms) makes numbers grow with time, so that new ones land on the same
    /// few pages of every index; wholly random ones cost a page for each order in each index. Within one step at a
    /// thousand orders a second the chance that any two collide is about 1 in 300 000; the unique index catches that one.
    #[must_use]
    pub fn generate(ambient: &Ambient) -> Self {
        let (day, moment) = match ambient.now().local() {
            Some(local) => (local.strftime("%Y%m%d").to_string(), moment(&local)),
            // A clock beyond the year 9999: the code alone still tells orders apart.
            None => ("00000000".to_owned(), "0000".to_owned()),
        };
        Self(format!("BA-{day}-{moment}{}", ambient.code(6)).into())
    }

    /// Reads a number as it is meant (see [`free_text::plain`]), without the blanks around it.
    pub fn parse(text: &str) -> Result<Self, InvalidOrderNumber> {
        let text = free_text::plain(text);
        let text = text.trim();
        let allowed = |c: char| !c.is_control() && !matches!(c, '/' | '\\' | '?' | '#' | '%');
        let sized = !text.is_empty() && text.chars().take(Self::MAX_CHARS + 1).count() <= Self::MAX_CHARS;
        if sized && text.chars().all(allowed) && text != "." && text != ".." {
            Ok(Self(text.into()))
        } else {
            Err(InvalidOrderNumber)
        }
    }

    /// As text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The time of day as four characters of Crockford's base32 that sort as it does.
fn moment(local: &jiff::Zoned) -> String {
    let part = |part: i8| usize::try_from(part).unwrap_or(0);
    let seconds = part(local.hour()) * 3600 + part(local.minute()) * 60 + part(local.second());
    // Below 2^20: a day has 86 400 000 ms.
    let step = (seconds * 1000 + usize::try_from(local.millisecond()).unwrap_or(0)) / 83;
    let character = |place: usize| char::from(CROCKFORD[(step >> (5 * place)) & 31]);
    [3, 2, 1, 0].into_iter().map(character).collect()
}

impl fmt::Display for OrderNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl AsRef<str> for OrderNumber {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

/// A map keyed by numbers can be asked with a `&str`.
impl Borrow<str> for OrderNumber {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl FromStr for OrderNumber {
    type Err = InvalidOrderNumber;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl TryFrom<String> for OrderNumber {
    type Error = InvalidOrderNumber;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl Serialize for OrderNumber {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for OrderNumber {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&Cow::<'de, str>::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

impl utoipa::PartialSchema for OrderNumber {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .min_length(Some(1))
            .max_length(Some(Self::MAX_CHARS))
            .examples(["BA-20261121-F3K97F3K9Q"])
            .build()
            .into()
    }
}

impl ToSchema for OrderNumber {}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::OrderNumber;
    use crate::ambient::{Ambient, ManualClock, SeededEntropy};
    use crate::timestamp::UnixMillis;

    #[test]
    fn a_new_number_carries_the_local_day() {
        // 2026-11-22T01:30Z is still the 21st in Buenos Aires.
        let clock = ManualClock::new(UnixMillis::parse("2026-11-22T01:30:00Z").expect("a time"));
        let ambient = Ambient::new(Arc::new(clock), Arc::new(SeededEntropy::new(7)));
        let number = OrderNumber::generate(&ambient);
        assert!(number.as_str().starts_with("BA-20261121-"), "{number}");
        assert_eq!(number.as_str().len(), 22);
        assert_eq!(OrderNumber::parse(number.as_str()), Ok(number.clone()));
        assert_ne!(OrderNumber::generate(&ambient), number);
    }

    #[test]
    fn numbers_of_one_day_grow_with_time() {
        let at = |time: &str| {
            let clock = ManualClock::new(UnixMillis::parse(time).expect("a time"));
            OrderNumber::generate(&Ambient::new(Arc::new(clock), Arc::new(SeededEntropy::new(7))))
        };
        let numbers =
            ["2026-11-21T00:00:00", "2026-11-21T00:00:00.083", "2026-11-21T09:15:00", "2026-11-21T23:59:59.999"];
        let numbers = numbers.map(at);
        assert!(numbers.is_sorted(), "{numbers:?}");
    }

    #[test]
    fn lenient_with_what_is_out_there_strict_with_what_breaks_a_path() {
        for fine in ["1", "PED-20261121150405-A1B2C3", "pedido 7", "ñandú_1.2", &"x".repeat(64)] {
            assert!(OrderNumber::parse(fine).is_ok(), "{fine}");
        }
        for wrong in ["", "  ", ".", "..", "a/b", "a\\b", "a?b", "a#b", "a%2fb", "a\nb", "a\0b", &"x".repeat(65)] {
            assert!(OrderNumber::parse(wrong).is_err(), "{wrong:?}");
        }
        assert_eq!(OrderNumber::parse("  A-1 ").expect("a number").as_str(), "A-1");
    }
}
