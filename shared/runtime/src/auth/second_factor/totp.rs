//! The secret that an app shares with us, and the codes it makes of it.

use std::fmt;

use totp_rs::{Algorithm, Builder, Secret, Totp};

use belgrano_wire::ambient::Ambient;
use belgrano_wire::free_text;
use belgrano_wire::timestamp::UnixMillis;

/// Bytes of a secret: as many as HMAC-SHA-1 has (RFC 4226, 4).
pub(super) const SECRET_BYTES: usize = 20;
/// Digits of a code.
const DIGITS: u8 = 6;
/// Seconds that a code is shown for.
const PERIOD_S: u64 = 30;
/// Periods before and after ours whose codes are taken too: a phone's clock drifts, and people type slowly (RFC 6238, 5.2).
const DRIFT: u16 = 1;

/// The secret of one factor. Never shown by `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct FactorSecret(pub(super) [u8; SECRET_BYTES]);

impl fmt::Debug for FactorSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FactorSecret(***)")
    }
}

impl FactorSecret {
    /// A new secret of [`SECRET_BYTES`] random bytes.
    #[must_use]
    pub fn generate(ambient: &Ambient) -> Self {
        Self(ambient.bytes())
    }

    /// The secret in base32, in groups of four, for who cannot scan it.
    #[must_use]
    pub fn text(&self) -> String {
        let text = Secret::new_stack(self.0).to_base32();
        let groups: Vec<&str> =
            (0..text.len()).step_by(4).filter_map(|at| text.get(at..(at + 4).min(text.len()))).collect();
        groups.join(" ")
    }

    /// The address that an app reads from a QR code: the secret, of whose account at `issuer` it is, and how codes are made.
    /// `None` for names that such an address cannot hold.
    #[must_use]
    pub fn uri(&self, issuer: &'static str, account: &str) -> Option<String> {
        let builder = builder(self.0).with_issuer(Some(issuer)).with_account_name(account);
        builder.build().ok()?.to_url().ok()
    }

    /// The period since 1970 whose code `typed` is, if that is now or next to now.
    #[must_use]
    pub(super) fn step_of(&self, typed: &str, now: UnixMillis) -> Option<i64> {
        let code = digits(typed)?;
        i64::try_from(self.totp()?.check(&code, seconds(now))?).ok()
    }

    /// The code of now, as an app shows it.
    #[cfg(any(test, feature = "testing"))]
    #[must_use]
    pub fn code(&self, now: UnixMillis) -> Option<String> {
        Some(self.totp()?.generate(seconds(now)).to_string())
    }

    /// Reads what [`FactorSecret::text`] wrote, as an app does.
    #[cfg(any(test, feature = "testing"))]
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let secret = Secret::try_from_base32(text.replace(' ', "")).ok()?;
        secret.as_bytes().try_into().ok().map(Self)
    }

    fn totp(&self) -> Option<Totp> {
        builder(self.0).build().ok()
    }
}

fn builder(secret: [u8; SECRET_BYTES]) -> Builder {
    Builder::new()
        .with_algorithm(Algorithm::SHA1)
        .with_digits(DIGITS)
        .with_skew(DRIFT)
        .with_step_duration(PERIOD_S)
        .with_secret(Secret::new_stack(secret))
}

/// The period since 1970 that `now` lies in.
pub(super) fn step_at(now: UnixMillis) -> i64 {
    i64::try_from(seconds(now) / PERIOD_S).unwrap_or(i64::MAX)
}

/// The six digits that somebody typed, with whatever an app or a person puts between them; `None` when it is not that.
pub(super) fn digits(typed: &str) -> Option<String> {
    let code: String = free_text::plain(typed).chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
    (code.len() == usize::from(DIGITS) && code.bytes().all(|digit| digit.is_ascii_digit())).then_some(code)
}

fn seconds(now: UnixMillis) -> u64 {
    u64::try_from(now.0.div_euclid(1000)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::{FactorSecret, digits, step_at};
    use belgrano_wire::ambient::Ambient;
    use belgrano_wire::timestamp::UnixMillis;

    /// RFC 6238, appendix B: the secret of SHA-1, times in seconds, and the last six digits of each code.
    const SECRET: FactorSecret = FactorSecret(*b"12345678901234567890");
    const VECTORS: [(i64, &str); 6] = [
        (59, "287082"),
        (1_111_111_109, "081804"),
        (1_111_111_111, "050471"),
        (1_234_567_890, "005924"),
        (2_000_000_000, "279037"),
        (20_000_000_000, "353130"),
    ];

    #[test]
    fn codes_are_those_of_the_rfc() {
        for (seconds, code) in VECTORS {
            let now = UnixMillis(seconds * 1000);
            assert_eq!(SECRET.code(now).as_deref(), Some(code), "{seconds}");
            assert_eq!(SECRET.step_of(code, now), Some(seconds / 30), "{seconds}");
            assert_eq!(step_at(now), seconds / 30);
        }
    }

    #[test]
    fn a_code_holds_one_period_before_and_after_its_own() {
        let at = |seconds: i64| UnixMillis(seconds * 1000);
        let (shown, step) = (SECRET.code(at(1_234_567_890)).expect("a code"), 1_234_567_890 / 30);
        let begins = step * 30;
        for (seconds, found) in [(-31, None), (-30, Some(step)), (0, Some(step)), (59, Some(step)), (60, None)] {
            assert_eq!(SECRET.step_of(&shown, at(begins + seconds)), found, "{seconds}");
        }
    }

    #[test]
    fn a_code_is_read_as_it_is_shown_and_nothing_else_is_one() {
        for typed in ["005924", " 005 924 ", "００５９２４", "005\u{2011}924"] {
            assert_eq!(digits(typed).as_deref(), Some("005924"), "{typed:?}");
        }
        for wrong in ["", "00592", "0059245", "+05924", "00592A", "٠٠٥٩٢٤x"] {
            assert_eq!(digits(wrong), None, "{wrong:?}");
        }
    }

    #[test]
    fn an_app_reads_the_secret_from_the_text_and_from_the_address() {
        assert_eq!(SECRET.text(), "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ");
        assert_eq!(FactorSecret::parse(&SECRET.text()), Some(SECRET));
        let uri = SECRET.uri("Belgrano Ahorro", "ana+x@example.com").expect("an address");
        assert_eq!(
            uri,
            "otpauth://totp/Belgrano%20Ahorro:ana%2Bx%40example.com?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Belgrano%20Ahorro"
        );
        assert_eq!(SECRET.uri("Belgrano", "a:b"), None);
        let drawn = FactorSecret::generate(&Ambient::system());
        assert_ne!(drawn, FactorSecret::generate(&Ambient::system()));
        assert_eq!(format!("{drawn:?}"), "FactorSecret(***)");
    }
}
