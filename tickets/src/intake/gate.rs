//! Who may hand in orders: whoever signs them, or sends a key for it, or anybody when left open.

use axum::http::HeaderMap;
use belgrano_runtime::auth::api_key::{KeyGuard, unsigned};
use belgrano_runtime::auth::client_key::KeyScope;
use belgrano_runtime::http::{ClientIp, Networks};
use belgrano_runtime::problem::Problem;
use belgrano_wire::OrderNumber;
use belgrano_wire::ambient::Ambient;
use belgrano_wire::signature::{
    DEFAULT_TOLERANCE, ID_HEADER, LOOKUP_ID_PREFIX, SIGNATURE_HEADER, SOCKET_TOKEN_ID_PREFIX, SignatureError,
    SignatureHeaders, SigningSecrets, TIMESTAMP_HEADER, is_cancel_id, is_forget_id,
};

use crate::settings::Settings;

/// Decides over a request by its headers and its raw body.
#[derive(Debug)]
pub struct IntakeGate {
    secrets: SigningSecrets,
    keys: KeyGuard,
    /// From where orders are taken of anybody.
    open: Option<Networks>,
    ambient: Ambient,
}

/// What a request asks for. A signature covers its id and its body, not its address: the id says what was signed for.
#[derive(Clone, Copy, Debug)]
pub enum Purpose<'a> {
    /// An order is handed in: whatever is signed, the body says it all.
    Order,
    /// This order is called off.
    Cancel(&'a OrderNumber),
    /// The customer of this order is forgotten.
    Forget(&'a OrderNumber),
    /// A token for the shop's own socket. Each signature is good for one, which whoever makes the token has to see to.
    SocketToken,
    /// Where some tickets stand.
    Lookup,
}

/// What a request was let in for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Admitted {
    /// It came from where orders are taken of anybody.
    Open,
    /// It has a key for it.
    Key,
    /// Its signature, which has this id.
    Signed(String),
}

impl Purpose<'_> {
    /// Whether a signature with this id was made for it.
    fn is_of(self, id: &str) -> bool {
        match self {
            Self::Order => true,
            Self::Cancel(number) => is_cancel_id(id, number),
            Self::Forget(number) => is_forget_id(id, number),
            Self::Lookup => id.starts_with(LOOKUP_ID_PREFIX),
            Self::SocketToken => id.starts_with(SOCKET_TOKEN_ID_PREFIX),
        }
    }

    /// What a key has to open for it: who hands orders in does not read those of others.
    fn scope(self) -> KeyScope {
        match self {
            Self::Order | Self::Cancel(_) | Self::Forget(_) => KeyScope::Tickets,
            Self::Lookup | Self::SocketToken => KeyScope::Changes,
        }
    }
}

impl IntakeGate {
    /// As configured; says so when it is left open.
    #[must_use]
    pub fn new(settings: &Settings, secrets: SigningSecrets, keys: KeyGuard, ambient: &Ambient) -> Self {
        if settings.intake_open {
            tracing::warn!("INTAKE=open: anybody in the networks of INTAKE_FROM can hand in and cancel orders");
        }
        Self {
            secrets,
            keys,
            open: settings.intake_open.then(|| settings.intake_from.clone()),
            ambient: ambient.clone(),
        }
    }

    /// Lets in what is signed over exactly `body` for this `purpose`, whatever key comes with it, and else whoever has a key for
    /// it, as [`KeyGuard::admit`] says; 401 without either. Intake that was left open lets anybody hand in and call off, but nobody
    /// sees through it what the shop sees, or has something forgotten.
    pub fn check(
        &self,
        purpose: Purpose<'_>,
        headers: &HeaderMap,
        body: &[u8],
        ip: ClientIp,
    ) -> Result<Admitted, Problem> {
        if self.is_open_to(ip) && matches!(purpose, Purpose::Order | Purpose::Cancel(_)) {
            return Ok(Admitted::Open);
        }
        match self.signature(purpose, headers, body) {
            Ok(id) => Ok(Admitted::Signed(id.to_owned())),
            Err(error) => self.keys.admit(headers, purpose.scope(), ip, || unsigned(error)).map(|()| Admitted::Key),
        }
    }

    /// 401 for a request that no body could make one of ours: without a key of ours and not signed at all. Asked before
    /// the body is read; `anybody` may ask for it where intake was left open.
    pub fn before_body(&self, anybody: bool, headers: &HeaderMap, ip: ClientIp) -> Result<(), Problem> {
        let says_it_is_signed = [ID_HEADER, TIMESTAMP_HEADER, SIGNATURE_HEADER]
            .into_iter()
            .all(|name| headers.get(name).is_some_and(|value| !value.is_empty()));
        if says_it_is_signed || anybody && self.is_open_to(ip) || self.keys.client(headers).is_some() {
            return Ok(());
        }
        Err(self.keys.refuse(ip, unsigned(SignatureError::Mismatch)))
    }

    /// Whether orders are taken of whoever asks from there. What did not come over a socket is the program itself.
    fn is_open_to(&self, ip: ClientIp) -> bool {
        let Some(networks) = &self.open else { return false };
        ip.counted().is_none() || networks.contain(ip.0)
    }

    /// The id of a signature that is right and was made for this.
    fn signature<'a>(
        &self,
        purpose: Purpose<'_>,
        headers: &'a HeaderMap,
        body: &[u8],
    ) -> Result<&'a str, SignatureError> {
        let header = |name| headers.get(name).and_then(|value| value.to_str().ok()).ok_or(SignatureError::Mismatch);
        let (id, timestamp, signature) = (header(ID_HEADER)?, header(TIMESTAMP_HEADER)?, header(SIGNATURE_HEADER)?);
        let signed = SignatureHeaders { id, timestamp, signature };
        self.secrets
            .verify(signed, body, self.ambient.now(), DEFAULT_TOLERANCE)
            .inspect_err(|error| tracing::warn!(%error, "a signature was refused"))?;
        if purpose.is_of(id) {
            return Ok(id);
        }
        tracing::warn!(?purpose, "a signature was refused: it was made for something else");
        Err(SignatureError::Id)
    }
}
