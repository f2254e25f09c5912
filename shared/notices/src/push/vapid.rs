//! Who we are, to a push service: a signed token (RFC 8292, ES256) in the `Authorization` of every message.
//!
//! The browser is told the public key when it subscribes, and its push service takes messages from nobody else. So
//! another key is another sender: every subscription made under the old one is refused from then on.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use belgrano_runtime::config::Secret;
use belgrano_wire::timestamp::UnixMillis;
use p256::ecdsa::signature::Signer;
use p256::ecdsa::{Signature, SigningKey};
use serde_json::json;
use url::Url;

/// How long a token holds: half of the day that RFC 8292 allows, for clocks that differ.
const LIFETIME_S: i64 = 12 * 60 * 60;

/// The key that messages are signed with. Never shown by `Debug`.
#[derive(Clone)]
pub struct Vapid {
    key: SigningKey,
    public: String,
    contact: String,
}

impl std::fmt::Debug for Vapid {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Vapid").field("public", &self.public).finish_non_exhaustive()
    }
}

/// Not 32 bytes in base64, or not a key of P-256.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("has to be a key of P-256: 32 bytes in base64url")]
pub struct InvalidKey;

impl Vapid {
    /// Reads the private key: 32 bytes in base64 of either alphabet, as tools for Web Push write it. `contact` is where a
    /// push service finds whoever runs this: `mailto:…` or `https://…`.
    pub fn new(private: &Secret, contact: String) -> Result<Self, InvalidKey> {
        let text = private.expose().trim_end_matches('=');
        let bytes = URL_SAFE_NO_PAD.decode(text).or_else(|_| STANDARD_NO_PAD.decode(text)).map_err(|_| InvalidKey)?;
        let key = SigningKey::from_slice(&bytes).map_err(|_| InvalidKey)?;
        let public = URL_SAFE_NO_PAD.encode(key.verifying_key().to_sec1_point(false));
        Ok(Self { key, public, contact })
    }

    /// What a browser subscribes with (`applicationServerKey`): base64url of the uncompressed point.
    #[must_use]
    pub fn public_key(&self) -> &str {
        &self.public
    }

    /// The `Authorization` of a message to `endpoint`, sent at `now`.
    #[must_use]
    pub fn authorization(&self, endpoint: &Url, now: UnixMillis) -> String {
        let claims = json!({
            "aud": endpoint.origin().ascii_serialization(),
            "exp": now.0 / 1000 + LIFETIME_S,
            "sub": self.contact,
        });
        let encoded = |text: &str| URL_SAFE_NO_PAD.encode(text);
        let signed = format!("{}.{}", encoded(r#"{"typ":"JWT","alg":"ES256"}"#), encoded(&claims.to_string()));
        let signature: Signature = self.key.sign(signed.as_bytes());
        format!("vapid t={signed}.{}, k={}", URL_SAFE_NO_PAD.encode(signature.to_bytes()), self.public)
    }
}

/// What an `Authorization` of this kind claims, when its signature fits its key: what a push service does, for tests.
#[cfg(any(test, feature = "testing"))]
#[must_use]
pub fn verified_claims(authorization: &str) -> Option<(serde_json::Value, String)> {
    use p256::ecdsa::VerifyingKey;
    use p256::ecdsa::signature::Verifier;

    use super::encryption::decode;

    let (token, key) = authorization.strip_prefix("vapid t=")?.split_once(", k=")?;
    let (signed, signature) = token.rsplit_once('.')?;
    let (header, claims) = signed.split_once('.')?;
    let header: serde_json::Value = serde_json::from_slice(&decode(header)?).ok()?;
    let verifier = VerifyingKey::from_sec1_bytes(&decode(key)?).ok()?;
    let signature = Signature::from_slice(&decode(signature)?).ok()?;
    verifier.verify(signed.as_bytes(), &signature).ok()?;
    (header["alg"] == "ES256").then_some(())?;
    Some((serde_json::from_slice(&decode(claims)?).ok()?, key.to_owned()))
}

#[cfg(test)]
mod tests {
    use belgrano_runtime::config::Secret;
    use belgrano_wire::testing::START;
    use serde_json::json;

    use super::{InvalidKey, Vapid, verified_claims};

    // The key of RFC 8291's sender, whose public half is there to compare with.
    const PRIVATE: &str = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw";
    const PUBLIC: &str = "BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8";
    // RFC 8292, section 2.4.
    const EXAMPLE: &str = "vapid t=eyJ0eXAiOiJKV1QiLCJhbGciOiJFUzI1NiJ9.eyJhdWQiOiJodHRwczovL3B1c2guZXhhbXBsZS5uZXQiLCJleHAiOjE0NTM\
         1MjM3NjgsInN1YiI6Im1haWx0bzpwdXNoQGV4YW1wbGUuY29tIn0.i3CYb7t4xfxCDquptFOepC9GAu_HLGkMlMuCGSK2rpiUfnK9ojFwDXb1JrErtmysazNjjvW\
         2L9OkSSHzvoD1oA, k=BA1Hxzyi1RUM1b5wjxsn7nGxAszw2u61m164i3MrAIxHF6YK5h4SDYic-dRuU_RCPCfA5aq9ojSwk5Y2EmClBPs";

    fn vapid(private: &str) -> Result<Vapid, InvalidKey> {
        Vapid::new(&Secret::new(private), "mailto:hola@example.ar".to_owned())
    }

    #[test]
    fn the_example_of_the_rfc_verifies_and_a_forged_one_does_not() {
        let (claims, key) = verified_claims(EXAMPLE).expect("a valid signature");
        assert_eq!(
            claims,
            json!({ "aud": "https://push.example.net", "exp": 1_453_523_768, "sub": "mailto:push@example.com" })
        );
        assert!(key.starts_with("BA1H"));
        assert_eq!(verified_claims(&EXAMPLE.replace(".i3CY", ".i3CZ")), None);
    }

    #[test]
    fn a_token_names_the_push_service_the_sender_and_its_end() {
        let vapid = vapid(PRIVATE).expect("a key");
        assert_eq!(vapid.public_key(), PUBLIC);
        let endpoint = "https://push.example.net:8443/send/abc?x=1".parse().expect("a URL");
        let (claims, key) = verified_claims(&vapid.authorization(&endpoint, START)).expect("a valid signature");
        assert_eq!(key, PUBLIC);
        assert_eq!(claims["aud"], "https://push.example.net:8443");
        assert_eq!(claims["sub"], "mailto:hola@example.ar");
        let left = claims["exp"].as_i64().expect("a number") - START.0 / 1000;
        assert!((1..=24 * 3600).contains(&left), "{left}");
    }

    #[test]
    fn a_key_is_read_from_either_base64_and_shown_nowhere() {
        let standard = vapid("yfWPiYE+n46HLnH0KqZOF1fJJU3MYrct3AELtAQ+oRw=").expect("a key");
        assert_eq!(standard.public_key(), PUBLIC);
        assert!(!format!("{standard:?}").contains("yfWP"));
        for wrong in ["", "corta", &"A".repeat(43), PUBLIC] {
            assert!(vapid(wrong).is_err(), "{wrong}");
        }
    }
}
