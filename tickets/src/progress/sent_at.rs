//! What a client's clock said when it sent a request.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use belgrano_wire::ClientTime;

/// Not in the body: that has to stay the same from one try to the next, or it would be another request under the same key.
const SENT_AT: &str = "x-belgrano-enviado";

/// What `X-Belgrano-Enviado` says; `None` where a client says nothing of its clock.
#[derive(Clone, Copy, Debug)]
pub struct SentAt(pub Option<ClientTime>);

impl<S: Sync> FromRequestParts<S> for SentAt {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let said = parts.headers.get(SENT_AT).map(|value| value.to_str().unwrap_or_default());
        Ok(Self(said.map(ClientTime::parse)))
    }
}
