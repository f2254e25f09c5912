//! A JSON body with the caller's `Idempotency-Key`, if it sent one, bound to exactly these bytes.

use axum::body::HttpBody;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::HeaderMap;
use axum::http::request::Parts;
use belgrano_wire::texts::Message;
use bytes::Bytes;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

use super::body::Json;
use crate::idempotency::IdempotencyKey;
use crate::problem::Problem;

/// A JSON body and the key it came under. Refuses like [`Json`], and with a 422 for a key that cannot be one.
#[derive(Debug)]
pub struct Keyed<T> {
    /// The body.
    pub body: T,
    key: Option<IdempotencyKey>,
}

impl<T> Keyed<T> {
    /// A body that did not come as JSON, with its key: a form with a hidden one.
    #[must_use]
    pub fn new(body: T, key: Option<IdempotencyKey>) -> Self {
        Self { body, key }
    }

    /// The body, and the key within `scope`: whose it is and for what (`pedido:17`), so that callers cannot meet.
    pub fn scoped(self, scope: impl FnOnce() -> String) -> (T, Option<IdempotencyKey>) {
        let key = self.key.map(|key| IdempotencyKey { scope: scope(), ..key });
        (self.body, key)
    }
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Keyed<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let header = key_of(request.headers())?;
        let body: Bytes = Json::<T>::bytes(request, state).await?;
        let key = header.map(|key| IdempotencyKey::parse(String::new(), &key, Sha256::digest(&body).into()));
        Ok(Self { key: key.transpose()?, body: Json::from_bytes(&body)? })
    }
}

/// The same where the body may be left out or empty: then it is `T::default()`.
#[derive(Debug)]
pub struct KeyedIfAny<T>(pub Keyed<T>);

impl<T: DeserializeOwned + Default, S: Send + Sync> FromRequest<S> for KeyedIfAny<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        if request.body().is_end_stream() {
            let key = key_of(request.headers())?.map(|key| IdempotencyKey::parse(String::new(), &key, [0; 32]));
            return Ok(Self(Keyed { key: key.transpose()?, body: T::default() }));
        }
        Keyed::from_request(request, state).await.map(Self)
    }
}

/// The caller's key of a request that says everything in its address: whatever body it has is not looked at.
#[derive(Debug)]
pub struct KeyOnly(Option<IdempotencyKey>);

impl KeyOnly {
    /// A key that did not come in a header.
    #[must_use]
    pub fn new(key: Option<IdempotencyKey>) -> Self {
        Self(key)
    }

    /// The key within `scope`, as in [`Keyed::scoped`]; the scope names all that the request is about.
    pub fn scoped(self, scope: impl FnOnce() -> String) -> Option<IdempotencyKey> {
        self.0.map(|key| IdempotencyKey { scope: scope(), ..key })
    }
}

impl<S: Sync> FromRequestParts<S> for KeyOnly {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let key = key_of(&parts.headers)?.map(|key| IdempotencyKey::parse(String::new(), &key, [0; 32]));
        Ok(Self(key.transpose()?))
    }
}

fn key_of(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let Some(key) = headers.get("idempotency-key") else { return Ok(None) };
    let unreadable = || Problem::invalid_field("Idempotency-Key", Message::new("error-key-characters"));
    Ok(Some(key.to_str().map_err(|_| unreadable())?.to_owned()))
}
