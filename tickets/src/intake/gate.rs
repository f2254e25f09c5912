//! Who may hand in orders: whoever signs them, or sends a key of the old pair, or anybody when left open.

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::time::Duration;

use axum::http::HeaderMap;
use belgrano_runtime::auth::api_key::{ApiKeyCheck, ApiKeys};
use belgrano_runtime::http::{ClientIp, Networks, RateLimit};
use belgrano_runtime::problem::Problem;
use belgrano_wire::OrderNumber;
use belgrano_wire::ambient::Ambient;
use belgrano_wire::signature::{
    DEFAULT_TOLERANCE, ID_HEADER, LOOKUP_ID_PREFIX, SIGNATURE_HEADER, SOCKET_TOKEN_ID_PREFIX, SignatureError,
    SignatureHeaders, SigningSecrets, TIMESTAMP_HEADER, is_cancel_id, is_forget_id,
};
use belgrano_wire::texts::Message;

use crate::settings::Settings;

/// Failures of one address in a minute before it is told to wait. What succeeds is never counted.
const FAILURES_PER_MINUTE: NonZeroU32 = NonZeroU32::new(60).unwrap();

/// Decides over a request by its headers and its raw body.
#[derive(Debug)]
pub struct IntakeGate {
    secrets: SigningSecrets,
    api_keys: ApiKeys,
    /// From where orders are taken of anybody.
    open: Option<Networks>,
    failures: RateLimit<IpAddr>,
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
    /// It has one of the keys of `API_KEY`.
    Key,
    /// Its signature, which has this id.
    Signed(String),
}

/// What a request's signature is worth.
enum Signature {
    /// It is right, and has this id.
    Good(String),
    Bad,
    /// Right, by a clock that is this far ahead of ours.
    OffTime {
        ahead_s: i64,
    },
}

impl IntakeGate {
    /// As configured; says so when it is left open.
    #[must_use]
    pub fn new(settings: &Settings, secrets: SigningSecrets, ambient: &Ambient) -> Self {
        if settings.intake_open {
            tracing::warn!("INTAKE=open: anybody in the networks of INTAKE_FROM can hand in and cancel orders");
        }
        Self {
            secrets,
            api_keys: ApiKeys::new(&settings.common.api_keys),
            open: settings.intake_open.then(|| settings.intake_from.clone()),
            failures: RateLimit::new(FAILURES_PER_MINUTE, Duration::from_mins(1), ambient),
            ambient: ambient.clone(),
        }
    }

    /// 401 unless the request is signed over exactly `body` for this `purpose` or carries a valid key; 429 after too many
    /// of those. Intake that was left open lets anybody hand in and call off, but nobody sees through it what the shop sees, or has
    /// something forgotten.
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
        if self.api_keys.check(headers) == ApiKeyCheck::Valid {
            return Ok(Admitted::Key);
        }
        let refusal = match self.signature(purpose, headers, body) {
            Signature::Good(id) => return Ok(Admitted::Signed(id)),
            Signature::Bad => Problem::unauthenticated(Message::new("refusal-signature")),
            Signature::OffTime { ahead_s } => {
                let key = if ahead_s < 0 { "refusal-clock-behind" } else { "refusal-clock-ahead" };
                let told = Message::new(key).with("seconds", ahead_s.saturating_abs());
                Problem::unauthenticated(told).with("desfase_s", ahead_s)
            }
        };
        self.failures.check(&ip.key())?;
        Err(refusal)
    }

    /// 401 for a request that no body could make one of ours: without a valid key and not signed at all. Asked before
    /// the body is read; `anybody` may ask for it where intake was left open.
    pub fn before_body(&self, anybody: bool, headers: &HeaderMap, ip: ClientIp) -> Result<(), Problem> {
        let says_it_is_signed = [ID_HEADER, TIMESTAMP_HEADER, SIGNATURE_HEADER]
            .into_iter()
            .all(|name| headers.get(name).is_some_and(|value| !value.is_empty()));
        if says_it_is_signed || anybody && self.is_open_to(ip) || self.api_keys.check(headers) == ApiKeyCheck::Valid {
            return Ok(());
        }
        self.failures.check(&ip.key())?;
        Err(Problem::unauthenticated(Message::new("refusal-signature")))
    }

    /// Whether orders are taken of whoever asks from there. What did not come over a socket is the program itself.
    fn is_open_to(&self, ip: ClientIp) -> bool {
        let Some(networks) = &self.open else { return false };
        ip.counted().is_none() || networks.contain(ip.0)
    }

    fn signature(&self, purpose: Purpose<'_>, headers: &HeaderMap, body: &[u8]) -> Signature {
        let header = |name| headers.get(name).and_then(|value| value.to_str().ok());
        let (Some(id), Some(timestamp), Some(signature)) =
            (header(ID_HEADER), header(TIMESTAMP_HEADER), header(SIGNATURE_HEADER))
        else {
            return Signature::Bad;
        };
        let headers = SignatureHeaders { id, timestamp, signature };
        if let Err(error) = self.secrets.verify(headers, body, self.ambient.now(), DEFAULT_TOLERANCE) {
            tracing::warn!(%error, "a signature was refused");
            return match error {
                SignatureError::Clock { ahead_s } => Signature::OffTime { ahead_s },
                SignatureError::Id | SignatureError::Timestamp | SignatureError::Mismatch => Signature::Bad,
            };
        }
        let meant = match purpose {
            Purpose::Order => true,
            Purpose::Cancel(number) => is_cancel_id(id, number),
            Purpose::Forget(number) => is_forget_id(id, number),
            Purpose::Lookup => id.starts_with(LOOKUP_ID_PREFIX),
            Purpose::SocketToken => id.starts_with(SOCKET_TOKEN_ID_PREFIX),
        };
        if !meant {
            tracing::warn!(?purpose, "a signature was refused: it was made for something else");
        }
        if meant { Signature::Good(id.to_owned()) } else { Signature::Bad }
    }
}
