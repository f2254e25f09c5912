//! `X-API-Key`: the static key of the deployed clients.
//!
//! Several are valid while one is rotated. Compared in a time that says nothing of the keys.

use axum::http::{HeaderMap, HeaderName};
use sha2::{Digest, Sha256};
use subtle::{Choice, ConstantTimeEq};

use super::known_password::is_published_key;
use crate::config::Secret;

/// The header.
pub const X_API_KEY: HeaderName = HeaderName::from_static("x-api-key");

/// What a request's key is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ApiKeyCheck {
    /// No key was sent.
    Absent,
    /// One of ours.
    Valid,
    /// A key, but none of ours.
    Wrong,
}

/// The keys that are valid. Kept as hashes: all are of one length, and a core dump has no key in it.
#[derive(Clone, Default)]
pub struct ApiKeys(Vec<[u8; 32]>);

impl std::fmt::Debug for ApiKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ApiKeys({})", self.0.len())
    }
}

/// Fewer characters of a key can be guessed.
const FEWEST_CHARS: usize = 16;
const MAKE_ONE: &str = "`openssl rand -base64 32` makes one that cannot";

/// Whether a key is so short that it can be guessed. It holds all the same: the other side may have it for now.
#[must_use]
pub fn is_short(key: &str) -> bool {
    key.chars().count() < FEWEST_CHARS
}

impl ApiKeys {
    /// Empty keys are none. One that documents of the old pair print is said in the log, and holds: its other half may have it.
    #[must_use]
    pub fn new(keys: &[Secret]) -> Self {
        let keys = keys.iter().map(|key| key.expose().trim()).filter(|key| !key.is_empty());
        if keys.clone().any(is_published_key) {
            tracing::warn!(
                "API_KEY has a value that is published: anybody can send orders; give both services another"
            );
        }
        if keys.clone().any(is_short) {
            tracing::warn!(
                "API_KEY has a value of fewer than {FEWEST_CHARS} characters: it can be guessed; {MAKE_ONE}"
            );
        }
        Self(keys.map(|key| Sha256::digest(key).into()).collect())
    }

    /// Whether there are none, so that no request can have a valid one.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Compares the request's key with every one of ours.
    #[must_use]
    pub fn check(&self, headers: &HeaderMap) -> ApiKeyCheck {
        let Some(sent) = headers.get(X_API_KEY) else { return ApiKeyCheck::Absent };
        let sent: [u8; 32] = Sha256::digest(sent.as_bytes()).into();
        let valid = self.0.iter().fold(Choice::from(0), |valid, key| valid | key.ct_eq(&sent));
        if valid.into() { ApiKeyCheck::Valid } else { ApiKeyCheck::Wrong }
    }
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, HeaderValue};

    use super::{ApiKeyCheck, ApiKeys, X_API_KEY};
    use crate::config::Secret;

    #[test]
    fn a_short_key_is_told_of() {
        assert!(super::is_short("clave") && super::is_short("123456789012345"));
        assert!(!super::is_short("1234567890123456"));
    }

    #[test]
    fn any_of_the_keys_and_nothing_else() {
        let keys = ApiKeys::new(&[Secret::new("new"), Secret::new("old"), Secret::new(" ")]);
        let check =
            |keys: &ApiKeys, sent| keys.check(&HeaderMap::from_iter([(X_API_KEY, HeaderValue::from_static(sent))]));
        assert_eq!(check(&keys, "new"), ApiKeyCheck::Valid);
        assert_eq!(check(&keys, "old"), ApiKeyCheck::Valid);
        assert_eq!(check(&keys, "ne"), ApiKeyCheck::Wrong);
        assert_eq!(check(&keys, ""), ApiKeyCheck::Wrong);
        assert_eq!(check(&ApiKeys::default(), ""), ApiKeyCheck::Wrong);
        assert_eq!(keys.check(&HeaderMap::new()), ApiKeyCheck::Absent);
    }
}
