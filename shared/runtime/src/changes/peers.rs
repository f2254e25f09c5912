//! Who may read: whoever holds the secret that the services share, or one of its keys.

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::time::Duration;

use axum::http::HeaderMap;

use crate::auth::api_key::{ApiKeyCheck, ApiKeys};
use crate::http::{ClientIp, RateLimit};
use crate::problem::Problem;
use belgrano_wire::ambient::Ambient;
use belgrano_wire::signature::{
    DEFAULT_TOLERANCE, ID_HEADER, SIGNATURE_HEADER, SignatureError, SignatureHeaders, SigningSecrets, TIMESTAMP_HEADER,
    signs_something_else,
};
use belgrano_wire::texts::Message;

/// Failures of one address in a minute before it is told to wait. What succeeds is never counted.
const FAILURES_PER_MINUTE: NonZeroU32 = NonZeroU32::new(60).unwrap();

/// Decides over a request without a body by its headers.
#[derive(Debug)]
pub struct Peers {
    secrets: SigningSecrets,
    api_keys: ApiKeys,
    failures: RateLimit<IpAddr>,
    ambient: Ambient,
}

impl Peers {
    /// Those who hold one of these.
    #[must_use]
    pub fn new(secrets: SigningSecrets, api_keys: ApiKeys, ambient: &Ambient) -> Self {
        let failures = RateLimit::new(FAILURES_PER_MINUTE, Duration::from_mins(1), ambient);
        Self { secrets, api_keys, failures, ambient: ambient.clone() }
    }

    /// 401 unless the request has a valid key or is signed over an empty body; 429 after too many of those.
    pub fn admit(&self, headers: &HeaderMap, ip: ClientIp) -> Result<(), Problem> {
        if self.api_keys.check(headers) == ApiKeyCheck::Valid {
            return Ok(());
        }
        let refusal = match self.signature(headers) {
            Ok(()) => return Ok(()),
            Err(SignatureError::Clock { ahead_s }) => {
                let key = if ahead_s < 0 { "refusal-clock-behind" } else { "refusal-clock-ahead" };
                let told = Message::new(key).with("seconds", ahead_s.saturating_abs());
                Problem::unauthenticated(told).with("desfase_s", ahead_s)
            }
            Err(_) => Problem::unauthenticated(Message::new("refusal-signature")),
        };
        self.failures.check(&ip.key())?;
        Err(refusal)
    }

    fn signature(&self, headers: &HeaderMap) -> Result<(), SignatureError> {
        let header = |name| headers.get(name).and_then(|value| value.to_str().ok()).ok_or(SignatureError::Mismatch);
        let (id, timestamp, signature) = (header(ID_HEADER)?, header(TIMESTAMP_HEADER)?, header(SIGNATURE_HEADER)?);
        let signed = SignatureHeaders { id, timestamp, signature };
        let verified = self.secrets.verify(signed, b"", self.ambient.now(), DEFAULT_TOLERANCE);
        // A signature covers no address: one that was made for something else is none for this.
        let outcome = verified.and(if signs_something_else(id) { Err(SignatureError::Id) } else { Ok(()) });
        outcome.inspect_err(|error| tracing::warn!(%error, "a signature was refused"))
    }
}
