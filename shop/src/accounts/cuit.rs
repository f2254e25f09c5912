//! CUIT: the tax number every Argentine business has.

use belgrano_wire::free_text;
use belgrano_wire::texts::Message;
use serde::{Deserialize, Deserializer};

const WEIGHTS: [u32; 10] = [5, 4, 3, 2, 7, 6, 5, 4, 3, 2];
/// Prefixes in use: persons (20, 23, 24, 25, 26, 27) and companies (30, 33, 34).
const PREFIXES: [&str; 9] = ["20", "23", "24", "25", "26", "27", "30", "33", "34"];
const RULE: Message = Message::new("error-cuit");

/// A CUIT whose check digit is right, kept as eleven digits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cuit(String);

impl Cuit {
    /// Reads `30-71234567-1`, `30.71234567.1` or eleven digits.
    ///
    /// The last digit is 11 minus the weighted sum of the others modulo 11, with 11 written as 0; a sum that would ask
    /// for 10 is never handed out (AFIP moves those to another prefix).
    pub fn parse(text: &str) -> Result<Self, Message> {
        let digits: String =
            free_text::plain(text).chars().filter(|c| !matches!(c, '-' | '.' | '/') && !c.is_whitespace()).collect();
        if digits.len() != 11 || !digits.bytes().all(|byte| byte.is_ascii_digit()) || !PREFIXES.contains(&&digits[..2])
        {
            return Err(RULE);
        }
        let mut values = digits.bytes().map(|byte| u32::from(byte - b'0'));
        let sum: u32 = values.by_ref().zip(WEIGHTS).take(10).map(|(digit, weight)| digit * weight).sum();
        let check = (11 - sum % 11) % 11;
        if u32::from(digits.as_bytes()[10] - b'0') == check { Ok(Self(digits)) } else { Err(RULE) }
    }

    /// Eleven digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<'de> Deserialize<'de> for Cuit {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::Cuit;

    #[test]
    fn table() {
        for (text, expected) in [
            // Published numbers: the tax agency itself, the national bank, the state oil company.
            ("33-69345023-9", Some("33693450239")),
            ("30-50001091-2", Some("30500010912")),
            ("30546689979", Some("30546689979")),
            ("20.12345678.6", Some("20123456786")),
            ("20-12345678-5", None),
            ("99-12345678-6", None),
            ("20-1234567-6", None),
            ("20-123456789-6", None),
            ("2012345678٦", Some("20123456786")),
            ("\u{202a}30‑50001091–2\u{202c}", Some("30500010912")),
            ("３０ 50001091−２", Some("30500010912")),
            ("", None),
        ] {
            assert_eq!(Cuit::parse(text).ok().as_ref().map(Cuit::as_str), expected, "{text:?}");
        }
    }

    #[test]
    fn every_single_wrong_digit_is_found() {
        let right = "30500010912";
        for place in 2..11 {
            for digit in b'0'..=b'9' {
                let mut wrong = right.as_bytes().to_vec();
                wrong[place] = digit;
                let wrong = String::from_utf8(wrong).expect("digits");
                assert_eq!(Cuit::parse(&wrong).is_ok(), wrong == right, "{wrong}");
            }
        }
    }
}
