//! Requests signed as Standard Webhooks has it: `webhook-id`, `webhook-timestamp`, `webhook-signature`.
//!
//! In: a body and a secret, or several while one is being rotated. Out: headers, or whether headers belong to the body.
//! What must never happen here: a comparison that leaks how much of a signature was right, or a secret in a log line.
//!
//! Own code over `hmac` and `sha2`, thirty lines of it, because the crate `standardwebhooks` 1.0 asks the machine for the
//! time, takes one secret only, and would bring a second HMAC.
//!
//! Specification: <https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md>

mod ids;

use std::fmt;
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD as BASE64;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq as _;

pub use ids::{
    LOOKUP_ID_PREFIX, PASSAGE_ID_PREFIX, SOCKET_TOKEN_ID_PREFIX, cancel_id, forget_id, is_cancel_id, is_forget_id,
    signs_something_else,
};

use crate::ambient::Ambient;
use crate::timestamp::UnixMillis;

/// Header with the message's id, the same on every attempt.
pub const ID_HEADER: &str = "webhook-id";
/// Header with the time of the attempt, in seconds since the Unix epoch.
pub const TIMESTAMP_HEADER: &str = "webhook-timestamp";
/// Header with the signatures, `v1,<base64>` each, a blank between them.
pub const SIGNATURE_HEADER: &str = "webhook-signature";
/// How far the clocks of sender and receiver may be apart, unless configured otherwise; what the reference
/// implementations use.
pub const DEFAULT_TOLERANCE: Duration = Duration::from_mins(5);

/// What a serialised secret starts with.
const SECRET_PREFIX: &str = "whsec_";
/// Bounds on a key, in bytes. The specification says 24 to 64, but secrets of 18 are in use (the example in Svix's
/// documentation is one); below 16 (128 bits) a key is too weak for anybody.
const KEY_BYTES: std::ops::RangeInclusive<usize> = 16..=64;
/// Signatures of one message that are looked at; rotating needs two, and a stranger's list has to end somewhere.
const MAX_SIGNATURES: usize = 8;
/// The longest id; ours are UUIDs.
pub const MAX_ID_BYTES: usize = 256;

/// The secrets shared with the other side: signs with all of them, accepts any of them. Never empty.
#[derive(Clone)]
pub struct SigningSecrets(Vec<Hmac<Sha256>>);

/// Text that is no list of secrets. Says nothing of the text, which is secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected one or more secrets: whsec_ and 16 to 64 bytes in base64, separated by commas or blanks")]
pub struct InvalidSecrets;

/// Why a signature was not accepted. For our log; a sender is told only that it was not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// The id is empty, too long, or has the separator in it.
    #[error("webhook-id is empty or not usable")]
    Id,
    /// The timestamp is not a number of seconds.
    #[error("webhook-timestamp is not a number of seconds")]
    Timestamp,
    /// The signature is right and its time is further from ours than the tolerance: a clock that is off, or, when it is behind, an
    /// attack by replay.
    #[error("webhook-timestamp is {ahead_s} s ahead of this clock")]
    Clock {
        /// How far the sender's clock is ahead of ours, in seconds; negative when it is behind.
        ahead_s: i64,
    },
    /// No signature in the header is right.
    #[error("no signature matches")]
    Mismatch,
}

/// The values of the three headers of a signed request, as received.
#[derive(Clone, Copy, Debug)]
pub struct SignatureHeaders<'a> {
    /// Of [`ID_HEADER`].
    pub id: &'a str,
    /// Of [`TIMESTAMP_HEADER`].
    pub timestamp: &'a str,
    /// Of [`SIGNATURE_HEADER`].
    pub signature: &'a str,
}

/// The values of the headers that belong to a time: the id is the caller's already.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed {
    /// For [`TIMESTAMP_HEADER`].
    pub timestamp: String,
    /// For [`SIGNATURE_HEADER`].
    pub signature: String,
}

impl fmt::Debug for SigningSecrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningSecrets({} …)", self.0.len())
    }
}

impl SigningSecrets {
    /// Reads `whsec_…` secrets separated by commas or blanks. The first makes the delivery PINs; how one is rotated, step by
    /// step, is in `docs/operations.md`.
    pub fn parse(text: &str) -> Result<Self, InvalidSecrets> {
        let words = text.split(|c: char| c == ',' || c.is_whitespace()).filter(|word| !word.is_empty());
        let keys: Vec<_> = words.map(parse_secret).collect::<Result<_, _>>()?;
        if keys.is_empty() { Err(InvalidSecrets) } else { Ok(Self(keys)) }
    }

    /// A new secret of 32 random bytes, as the text [`SigningSecrets::parse`] reads.
    #[must_use]
    pub fn generate(ambient: &Ambient) -> String {
        format!("{SECRET_PREFIX}{}", BASE64.encode(ambient.bytes::<32>()))
    }

    /// The keyed states, newest first, for what else is derived from the shared secret.
    pub(crate) fn keys(&self) -> &[Hmac<Sha256>] {
        &self.0
    }

    /// Something that only who knows the newest secret can compute: for `purpose`, of `parts`, none of which holds a NUL.
    #[must_use]
    pub fn derive(&self, purpose: &str, parts: &[&str]) -> [u8; 32] {
        self.0.first().map_or([0; 32], |key| derived(key, purpose, parts))
    }

    /// [`SigningSecrets::derive`] under each secret, the newest first: what was made before a rotation is still known.
    #[must_use]
    pub fn derive_each(&self, purpose: &str, parts: &[&str]) -> Vec<[u8; 32]> {
        self.0.iter().map(|key| derived(key, purpose, parts)).collect()
    }

    /// Signs a message with every secret. `id` must be the same on every attempt and must not contain a dot.
    #[must_use]
    pub fn sign(&self, id: &str, now: UnixMillis, body: &[u8]) -> Signed {
        let timestamp = now.0.div_euclid(1000).to_string();
        let mut signature = String::with_capacity(48 * self.0.len());
        for key in &self.0 {
            if !signature.is_empty() {
                signature.push(' ');
            }
            signature.push_str("v1,");
            BASE64.encode_string(mac(key, id, &timestamp, body), &mut signature);
        }
        Signed { timestamp, signature }
    }

    /// Whether any secret made any of the signatures over exactly this body, within `tolerance` of `now`.
    pub fn verify(
        &self,
        headers: SignatureHeaders<'_>,
        body: &[u8],
        now: UnixMillis,
        tolerance: Duration,
    ) -> Result<(), SignatureError> {
        // A dot in the id would let the parts of the signed text be read in two ways.
        if headers.id.is_empty() || headers.id.len() > MAX_ID_BYTES || headers.id.contains('.') {
            return Err(SignatureError::Id);
        }
        let seconds = headers.timestamp.parse().map_err(|_| SignatureError::Timestamp)?;
        let expected = self.0.iter().map(|key| mac(key, headers.id, headers.timestamp, body)).collect::<Vec<_>>();
        let mut matches = subtle::Choice::from(0);
        for signature in headers.signature.split(' ').take(MAX_SIGNATURES) {
            // Other versions (v1a is asymmetric) may stand beside ours.
            let Some(encoded) = signature.strip_prefix("v1,") else { continue };
            let Ok(given) = BASE64.decode(encoded) else { continue };
            for mac in &expected {
                matches |= given.as_slice().ct_eq(mac.as_slice());
            }
        }
        // The clock last: who may be told how far theirs is off has shown that they know the secret.
        if bool::from(matches) { check_time(seconds, now, tolerance) } else { Err(SignatureError::Mismatch) }
    }
}

fn derived(key: &Hmac<Sha256>, purpose: &str, parts: &[&str]) -> [u8; 32] {
    let mut mac = key.clone();
    mac.update(purpose.as_bytes());
    for part in parts {
        mac.update(&[0]);
        mac.update(part.as_bytes());
    }
    mac.finalize().into_bytes().into()
}

fn parse_secret(text: &str) -> Result<Hmac<Sha256>, InvalidSecrets> {
    let encoded = text.strip_prefix(SECRET_PREFIX).ok_or(InvalidSecrets)?;
    let key = BASE64.decode(encoded).map_err(|_| InvalidSecrets)?;
    if !KEY_BYTES.contains(&key.len()) {
        return Err(InvalidSecrets);
    }
    Hmac::new_from_slice(&key).map_err(|_| InvalidSecrets)
}

/// HMAC-SHA-256 over `id.timestamp.body`. Cloning the keyed state saves hashing the key for each message.
fn mac(key: &Hmac<Sha256>, id: &str, timestamp: &str, body: &[u8]) -> [u8; 32] {
    let mut mac = key.clone();
    for part in [id.as_bytes(), b".", timestamp.as_bytes(), b".", body] {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

fn check_time(seconds: i64, now: UnixMillis, tolerance: Duration) -> Result<(), SignatureError> {
    let age_s = now.0.div_euclid(1000).saturating_sub(seconds);
    let tolerance_s = i64::try_from(tolerance.as_secs()).unwrap_or(i64::MAX);
    if (-tolerance_s..=tolerance_s).contains(&age_s) {
        Ok(())
    } else {
        Err(SignatureError::Clock { ahead_s: age_s.saturating_neg() })
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;

    use super::{DEFAULT_TOLERANCE, InvalidSecrets, SignatureError, SignatureHeaders, SigningSecrets};
    use crate::OrderNumber;
    use crate::ambient::Ambient;
    use crate::pin;
    use crate::timestamp::UnixMillis;

    /// Published vectors: secret, id, seconds, body, signature. The first is the one of Svix's documentation (verifying
    /// by hand), the second that of the reference implementations' tests.
    const PUBLISHED: [(&str, &str, i64, &str, &str); 2] = [
        (
            "whsec_plJ3nmyCDGBKInavdOK15jsl",
            "msg_loFOjxBNrRLzqYUf",
            1_731_705_121,
            r#"{"event_type":"ping","data":{"success":true}}"#,
            "v1,rAvfW3dJ/X/qxhsaXPOyyCGmRKsaKWcsNccKXlIktD0=",
        ),
        (
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            1_614_265_330,
            r#"{"test": 2432232314}"#,
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        ),
    ];

    #[test]
    fn agrees_with_the_published_vectors() {
        for (secret, id, seconds, body, signature) in PUBLISHED {
            let secrets = SigningSecrets::parse(secret).expect("a secret");
            let now = UnixMillis(seconds * 1000 + 999);
            let signed = secrets.sign(id, now, body.as_bytes());
            assert_eq!((signed.signature.as_str(), signed.timestamp), (signature, seconds.to_string()));
            let headers = SignatureHeaders { id, timestamp: &seconds.to_string(), signature };
            assert_eq!(secrets.verify(headers, body.as_bytes(), now, DEFAULT_TOLERANCE), Ok(()));
        }
    }

    #[test]
    fn both_secrets_are_good_while_one_is_rotated() {
        let (old, new) = (PUBLISHED[0].0, PUBLISHED[1].0);
        let secrets = |text: &str| SigningSecrets::parse(text).expect("secrets");
        let both = secrets(&format!("{new}, {old}"));
        let now = UnixMillis(1_795_284_245_000);
        for (signer, reader, good) in [
            (&both, &secrets(old), true),
            (&both, &secrets(new), true),
            (&secrets(old), &both, true),
            (&secrets(old), &secrets(new), false),
        ] {
            let signed = signer.sign("m", now, b"{}");
            let headers = SignatureHeaders { id: "m", timestamp: &signed.timestamp, signature: &signed.signature };
            assert_eq!(reader.verify(headers, b"{}", now, DEFAULT_TOLERANCE).is_ok(), good);
        }
    }

    #[test]
    fn refuses_what_is_not_exactly_it() {
        let (secret, id, seconds, body, signature) = PUBLISHED[0];
        let secrets = SigningSecrets::parse(secret).expect("a secret");
        let (now, timestamp) = (UnixMillis(seconds * 1000), seconds.to_string());
        let good = SignatureHeaders { id, timestamp: &timestamp, signature };
        let verify = |headers, body: &str, late_s: i64| {
            secrets.verify(headers, body.as_bytes(), now.plus_ms(late_s * 1000), Duration::from_mins(5))
        };
        assert_eq!(verify(good, body, 300), Ok(()));
        assert_eq!(verify(good, body, -300), Ok(()));
        assert_eq!(verify(good, body, 301), Err(SignatureError::Clock { ahead_s: -301 }));
        assert_eq!(verify(good, body, -301), Err(SignatureError::Clock { ahead_s: 301 }));
        assert_eq!(verify(good, "{}", 0), Err(SignatureError::Mismatch));
        assert_eq!(verify(SignatureHeaders { id: "msg_x", ..good }, body, 0), Err(SignatureError::Mismatch));
        assert_eq!(verify(SignatureHeaders { id: "", ..good }, body, 0), Err(SignatureError::Id));
        assert_eq!(verify(SignatureHeaders { id: "a.b", ..good }, body, 0), Err(SignatureError::Id));
        assert_eq!(verify(SignatureHeaders { timestamp: "hoy", ..good }, body, 0), Err(SignatureError::Timestamp));
        let future = i64::MIN.to_string();
        assert_eq!(verify(SignatureHeaders { timestamp: &future, ..good }, body, 0), Err(SignatureError::Mismatch));
        let other_version = signature.replace("v1,", "v1a,");
        for wrong in ["", "v1,", "v2,abc", &signature[3..], &other_version] {
            let headers = SignatureHeaders { signature: wrong, ..good };
            assert_eq!(verify(headers, body, 0), Err(SignatureError::Mismatch), "{wrong}");
        }
        let beside_others = format!("v1a,xyz v1,AAAA {signature}");
        assert_eq!(verify(SignatureHeaders { signature: &beside_others, ..good }, body, 0), Ok(()));
    }

    /// The steps of `docs/operations.md`, one service after the other in either order.
    #[test]
    fn a_rotation_breaks_neither_signatures_nor_pins_at_any_step() {
        let (old, new) = (PUBLISHED[0].0, PUBLISHED[1].0);
        let steps = [old.to_owned(), format!("{old},{new}"), format!("{new},{old}"), new.to_owned()];
        let steps = steps.map(|text| SigningSecrets::parse(&text).expect("secrets"));
        let (number, now) = (OrderNumber::parse("BA-1").expect("a number"), UnixMillis(1_795_284_245_000));
        for (before, after) in steps.iter().zip(&steps[1..]) {
            for (shop, board) in [(before, before), (after, before), (before, after), (after, after)] {
                for (sender, receiver) in [(shop, board), (board, shop)] {
                    let signed = sender.sign("m", now, b"{}");
                    let headers =
                        SignatureHeaders { id: "m", timestamp: &signed.timestamp, signature: &signed.signature };
                    assert_eq!(receiver.verify(headers, b"{}", now, DEFAULT_TOLERANCE), Ok(()));
                }
                assert!(pin::verify(board, &number, &pin::of(shop, &number)), "what the shop shows now opens");
            }
        }
        // What was shown before opens until the last step, which therefore waits for the orders under way.
        let shown = pin::of(&steps[0], &number);
        assert_eq!(steps.each_ref().map(|board| pin::verify(board, &number, &shown)), [true, true, true, false]);
    }

    #[test]
    fn secrets_are_read_strictly_and_never_shown() {
        let made = SigningSecrets::generate(&Ambient::system());
        let shown = format!("{:?}", SigningSecrets::parse(&made).expect("a secret"));
        assert_eq!(shown, "SigningSecrets(1 …)");
        for wrong in ["", " , ", "whsec_", "whsec_c2hvcnQ=", "c2VjcmV0", "whsec_???", &format!("{made},x")] {
            assert_eq!(SigningSecrets::parse(wrong).err(), Some(InvalidSecrets), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn any_changed_byte_breaks_it(body in proptest::collection::vec(any::<u8>(), 1..200), at: prop::sample::Index) {
            let secrets = SigningSecrets::parse(PUBLISHED[0].0).expect("a secret");
            let now = UnixMillis(1_795_284_245_000);
            let signed = secrets.sign("m", now, &body);
            let headers = SignatureHeaders { id: "m", timestamp: &signed.timestamp, signature: &signed.signature };
            prop_assert_eq!(secrets.verify(headers, &body, now, DEFAULT_TOLERANCE), Ok(()));
            let mut changed = body.clone();
            changed[at.index(body.len())] ^= 1;
            let outcome = secrets.verify(headers, &changed, now, DEFAULT_TOLERANCE);
            prop_assert_eq!(outcome, Err(SignatureError::Mismatch));
        }

        #[test]
        fn never_panics(id in ".{0,40}", timestamp in "-?[0-9]{0,22}", signature in "(v1,)?.{0,60}") {
            let secrets = SigningSecrets::parse(PUBLISHED[0].0).expect("a secret");
            let headers = SignatureHeaders { id: &id, timestamp: &timestamp, signature: &signature };
            prop_assert!(secrets.verify(headers, b"", UnixMillis(0), DEFAULT_TOLERANCE).is_err());
        }
    }
}
