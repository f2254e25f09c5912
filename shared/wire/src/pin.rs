//! The four digits a customer tells the driver: proof that the parcel reached who ordered it.
//!
//! Derived from the order's number and the secret the services share, so that the shop can show it and the board can
//! check it, and nobody has to store or send it. What must never happen here: a PIN in a log line.

use hmac::Mac;
use subtle::ConstantTimeEq;

use crate::OrderNumber;
use crate::free_text;
use crate::signature::SigningSecrets;

/// What the PIN of `number` is now: four digits, from the newest secret.
#[must_use]
pub fn of(secrets: &SigningSecrets, number: &OrderNumber) -> String {
    candidates(secrets, number).next().unwrap_or_default()
}

/// Whether `given` is the PIN of `number` under any current secret: one shown before a rotation still opens.
#[must_use]
pub fn verify(secrets: &SigningSecrets, number: &OrderNumber, given: &str) -> bool {
    // As people read digits to each other: in pairs, with dashes, on a keyboard of their own.
    let given: String = free_text::plain(given).chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
    let given = given.as_bytes();
    let matches =
        candidates(secrets, number).fold(subtle::Choice::from(0), |matches, pin| matches | pin.as_bytes().ct_eq(given));
    matches.into()
}

fn candidates(secrets: &SigningSecrets, number: &OrderNumber) -> impl Iterator<Item = String> {
    secrets.keys().iter().map(move |key| {
        let mut mac = key.clone();
        mac.update(b"pin:");
        mac.update(number.as_str().as_bytes());
        let digest: [u8; 32] = mac.finalize().into_bytes().into();
        // 2^32 is not a multiple of 10 000, but the bias is one in 400 000: nothing to a guesser with five tries.
        format!("{:04}", u32::from_be_bytes([digest[0], digest[1], digest[2], digest[3]]) % 10_000)
    })
}

#[cfg(test)]
mod tests {
    use super::{of, verify};
    use crate::OrderNumber;
    use crate::signature::SigningSecrets;

    #[test]
    fn opens_under_every_current_secret_and_is_fixed() {
        let (old, new) = ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_plJ3nmyCDGBKInavdOK15jsl");
        let parse = |text: &str| SigningSecrets::parse(text).expect("secrets");
        let number = OrderNumber::parse("BA-20261121-7F3K9QTX").expect("a number");
        let shown = of(&parse(old), &number);
        assert_eq!(shown.len(), 4);
        assert!(shown.bytes().all(|digit| digit.is_ascii_digit()));
        assert_eq!(shown, of(&parse(&format!("{old},{new}")), &number), "the first secret counts");
        let rotated = parse(&format!("{new},{old}"));
        assert!(verify(&rotated, &number, &format!(" {shown} ")));
        assert!(verify(&rotated, &number, &of(&rotated, &number)));
        let wide = |digit: char| char::from_u32(u32::from(digit) + 0xfee0).expect("full-width");
        let spread: String = shown.chars().flat_map(|digit| [wide(digit), '\u{a0}', '–', '\u{200b}']).collect();
        assert!(verify(&rotated, &number, &spread), "{spread:?}");
        assert!(!verify(&rotated, &number, "12345") && !verify(&rotated, &number, ""));
    }
}
