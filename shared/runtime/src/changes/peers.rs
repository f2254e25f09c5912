//! Who may read: whoever holds the secret that the services share, or a key for it.

use axum::http::HeaderMap;
use belgrano_wire::ambient::Ambient;
use belgrano_wire::signature::{
    DEFAULT_TOLERANCE, ID_HEADER, SIGNATURE_HEADER, SignatureError, SignatureHeaders, SigningSecrets, TIMESTAMP_HEADER,
    signs_something_else,
};

use crate::auth::api_key::{KeyGuard, unsigned};
use crate::auth::client_key::KeyScope;
use crate::http::ClientIp;
use crate::problem::Problem;

/// Decides over a request without a body by its headers.
#[derive(Debug)]
pub struct Peers {
    secrets: SigningSecrets,
    keys: KeyGuard,
    ambient: Ambient,
}

impl Peers {
    /// Those who hold one of these.
    #[must_use]
    pub fn new(secrets: SigningSecrets, keys: KeyGuard, ambient: &Ambient) -> Self {
        Self { secrets, keys, ambient: ambient.clone() }
    }

    /// Lets in what is signed over an empty body, whatever key comes with it, and else whoever has a key for it, as
    /// [`KeyGuard::admit`] says; 401 without either.
    pub fn admit(&self, headers: &HeaderMap, ip: ClientIp) -> Result<(), Problem> {
        let signature = self.signature(headers);
        signature.or_else(|error| self.keys.admit(headers, KeyScope::Changes, ip, || unsigned(error)))
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
