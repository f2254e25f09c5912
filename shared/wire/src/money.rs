//! Money in centavos. On the wire it is a JSON number of pesos, because the deployed clients send floats.

use std::fmt;

use serde::{Deserialize, Serialize};

/// An amount of pesos, held in centavos.
///
/// Invariant: the absolute value stays below [`Money::LIMIT`], so a sum of every line of an order cannot overflow and
/// every amount survives the trip through a JSON double unchanged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, sqlx::Type)]
#[sqlx(transparent)]
pub struct Money(i64);

impl Money {
    /// No money.
    pub const ZERO: Self = Self(0);
    /// One past the largest amount: a million million pesos. Above 2^51 centavos a double would lose the last one.
    pub const LIMIT: i64 = 100_000_000_000_000;

    /// That many centavos, if below the limit.
    #[must_use]
    pub const fn from_cents(cents: i64) -> Option<Self> {
        if cents > -Self::LIMIT && cents < Self::LIMIT { Some(Self(cents)) } else { None }
    }

    /// Pesos as a double, rounded to the nearest centavo (the old pair computes in floats: 0.1 + 0.2).
    /// `None` for NaN, infinities and amounts beyond the limit.
    #[must_use]
    pub fn from_pesos(pesos: f64) -> Option<Self> {
        let cents = (pesos * 100.0).round();
        #[expect(clippy::cast_precision_loss, reason = "the limit is far below 2^53")]
        let limit = Self::LIMIT as f64;
        if cents.is_finite() && cents.abs() < limit {
            #[expect(clippy::cast_possible_truncation, reason = "whole and within the limit, as just checked")]
            Some(Self(cents as i64))
        } else {
            None
        }
    }

    /// An amount as people type it: `1450`, `$ 1.450,50`, `1,450.50`, `1450,5`. One or two digits after the last sign are
    /// centavos, groups of three are thousands, in either language. `None` for anything else, also below zero.
    #[must_use]
    pub fn from_typed(text: &str) -> Option<Self> {
        let text = text.trim().trim_start_matches("ARS").trim_start_matches('$').trim();
        let last = text.rfind([',', '.']).map(|at| (text.get(..at), text.get(at + 1..), text.get(at..=at)));
        let (whole, cents, sign) = match last {
            Some((Some(whole), Some(cents), sign)) if matches!(cents.len(), 1 | 2) => (whole, cents, sign),
            _ => (text, "", None),
        };
        let pesos = whole_pesos(whole, sign)?;
        let cents = match cents.len() {
            0 => 0,
            1 => number(cents)? * 10,
            _ => number(cents)?,
        };
        Self::from_cents(pesos.checked_mul(100)?.checked_add(cents)?)
    }

    /// In centavos.
    #[must_use]
    pub const fn cents(self) -> i64 {
        self.0
    }

    /// In pesos, exact to the centavo for every amount within the limit.
    #[must_use]
    pub fn pesos(self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
        let cents = self.0 as f64;
        cents / 100.0
    }

    /// The sum, unless it passes the limit.
    #[must_use]
    pub const fn checked_add(self, other: Self) -> Option<Self> {
        match self.0.checked_add(other.0) {
            Some(cents) => Self::from_cents(cents),
            None => None,
        }
    }

    /// `quantity` times the amount, unless it passes the limit.
    #[must_use]
    pub const fn checked_mul(self, quantity: i64) -> Option<Self> {
        match self.0.checked_mul(quantity) {
            Some(cents) => Self::from_cents(cents),
            None => None,
        }
    }
}

/// Pesos with or without a sign between thousands, which is not the sign before the centavos.
fn whole_pesos(text: &str, decimal_sign: Option<&str>) -> Option<i64> {
    let Some(sign) = text.find([',', '.']).and_then(|at| text.get(at..=at)) else { return number(text) };
    let mut groups = text.split(sign);
    let first = groups.next().filter(|first| (1..=3).contains(&first.len()) && !first.starts_with('0'))?;
    let thousands = decimal_sign != Some(sign) && groups.all(|group| group.len() == 3);
    number(first).filter(|_| thousands)?;
    number(&text.replace(sign, ""))
}

/// Digits and nothing else.
fn number(text: &str) -> Option<i64> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

/// As an Argentine shop writes it: `$ 3.450,50`.
impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = (self.0.unsigned_abs() / 100).to_string();
        f.write_str(if self.0 < 0 { "-$ " } else { "$ " })?;
        for (place, digit) in digits.char_indices() {
            if place > 0 && (digits.len() - place).is_multiple_of(3) {
                f.write_str(".")?;
            }
            write!(f, "{digit}")?;
        }
        write!(f, ",{:02}", self.0.unsigned_abs() % 100)
    }
}

impl Serialize for Money {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(self.pesos())
    }
}

impl<'de> Deserialize<'de> for Money {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::from_pesos(f64::deserialize(deserializer)?)
            .ok_or_else(|| serde::de::Error::custom(crate::texts::Message::new("error-amount")))
    }
}

/// For `deserialize_with`: an amount that somebody decided on. What is finer than a centavo is refused, not rounded.
pub fn in_whole_cents<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Money>, D::Error> {
    let refuse = |key| serde::de::Error::custom(crate::texts::Message::new(key));
    let Some(pesos) = Option::<f64>::deserialize(deserializer)? else { return Ok(None) };
    let money = Money::from_pesos(pesos).ok_or_else(|| refuse("error-amount"))?;
    // The last bits of who computes in floats (0.1 + 0.2) are no decimals.
    let noise = pesos.abs() * 4.0 * f64::EPSILON;
    if (pesos - money.pesos()).abs() <= noise { Ok(Some(money)) } else { Err(refuse("error-decimals")) }
}

impl utoipa::PartialSchema for Money {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        f64::schema()
    }
}

impl utoipa::ToSchema for Money {}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Money;

    #[test]
    fn floats_round_to_the_centavo() {
        assert_eq!(Money::from_pesos(0.1 + 0.2), Money::from_cents(30));
        assert_eq!(Money::from_pesos(3450.5), Money::from_cents(345_050));
        assert_eq!(Money::from_pesos(f64::NAN), None);
        assert_eq!(Money::from_pesos(f64::INFINITY), None);
        assert_eq!(Money::from_pesos(1e300), None);
    }

    #[test]
    fn is_understood_as_it_is_typed() {
        let typed = |text| Money::from_typed(text).map(Money::cents);
        for text in ["1450,5", "1450.50", " $ 1.450,50 ", "1,450.50", "ARS 1,450.5"] {
            assert_eq!(typed(text), Some(145_050), "{text}");
        }
        for (text, cents) in
            [("0", 0), ("0,05", 5), ("1.450", 145_000), ("1,450", 145_000), ("1.234.567,89", 123_456_789)]
        {
            assert_eq!(typed(text), Some(cents), "{text}");
        }
        for text in [
            "",
            "-1",
            "abc",
            "1,,2",
            "1.45.50",
            "0.125",
            "1.4500",
            "12,345,6",
            "1450,",
            ",5",
            "1 450",
            "1e3",
            "9".repeat(20).as_str(),
        ] {
            assert_eq!(typed(text), None, "{text}");
        }
    }

    #[test]
    fn reads_like_a_price_tag() {
        let shown = |cents| Money::from_cents(cents).map(|money| money.to_string());
        assert_eq!(shown(345_050).as_deref(), Some("$ 3.450,50"));
        assert_eq!(shown(123_456_789).as_deref(), Some("$ 1.234.567,89"));
        assert_eq!(shown(-5).as_deref(), Some("-$ 0,05"));
    }

    proptest! {
        #[test]
        fn survives_the_wire(cents in -Money::LIMIT + 1..Money::LIMIT) {
            let money = Money::from_cents(cents).expect("within the limit");
            let text = serde_json::to_string(&money).expect("a number");
            prop_assert_eq!(serde_json::from_str::<Money>(&text).expect("a number"), money);
        }
    }
}
