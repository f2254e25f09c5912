//! Who may hand in orders: whoever signs them, or sends a key of the old pair, or anybody when left open.

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::time::Duration;

use axum::http::HeaderMap;
use belgrano_shared::ambient::Ambient;
use belgrano_shared::auth::api_key::{ApiKeyCheck, ApiKeys};
use belgrano_shared::http::{ClientIp, RateLimit};
use belgrano_shared::problem::Problem;
use belgrano_shared::signature::{
    DEFAULT_TOLERANCE, ID_HEADER, SIGNATURE_HEADER, SignatureHeaders, SigningSecrets, TIMESTAMP_HEADER,
};

use crate::settings::Settings;

/// Failures of one address in a minute before it is told to wait. What succeeds is never counted.
const FAILURES_PER_MINUTE: NonZeroU32 = NonZeroU32::new(60).unwrap();

/// Decides over a request by its headers and its raw body.
#[derive(Debug)]
pub struct IntakeGate {
    secrets: SigningSecrets,
    api_keys: ApiKeys,
    open: bool,
    failures: RateLimit<IpAddr>,
    ambient: Ambient,
}

impl IntakeGate {
    /// As configured; says so when it is left open.
    #[must_use]
    pub fn new(settings: &Settings, secrets: SigningSecrets, ambient: &Ambient) -> Self {
        if settings.intake_open {
            tracing::warn!("INTAKE=open: anybody who reaches this service can hand in and cancel orders");
        }
        Self {
            secrets,
            api_keys: ApiKeys::new(&settings.common.api_keys),
            open: settings.intake_open,
            failures: RateLimit::new(FAILURES_PER_MINUTE, Duration::from_mins(1), ambient),
            ambient: ambient.clone(),
        }
    }

    /// 401 unless the request is signed over exactly `body` or carries a valid key; 429 after too many of those.
    pub fn check(&self, headers: &HeaderMap, body: &[u8], ip: ClientIp) -> Result<(), Problem> {
        if self.open { Ok(()) } else { self.check_shop(headers, body, ip) }
    }

    /// The same, but nobody passes for the shop because intake was left open.
    pub fn check_shop(&self, headers: &HeaderMap, body: &[u8], ip: ClientIp) -> Result<(), Problem> {
        if self.is_signed(headers, body) || self.api_keys.check(headers) == ApiKeyCheck::Valid {
            return Ok(());
        }
        self.failures.check(&ip.key())?;
        Err(Problem::unauthenticated("Falta una firma válida o una clave `X-API-Key` válida."))
    }

    fn is_signed(&self, headers: &HeaderMap, body: &[u8]) -> bool {
        let header = |name| headers.get(name).and_then(|value| value.to_str().ok());
        let (Some(id), Some(timestamp), Some(signature)) =
            (header(ID_HEADER), header(TIMESTAMP_HEADER), header(SIGNATURE_HEADER))
        else {
            return false;
        };
        let headers = SignatureHeaders { id, timestamp, signature };
        match self.secrets.verify(headers, body, self.ambient.now(), DEFAULT_TOLERANCE) {
            Ok(()) => true,
            Err(error) => {
                tracing::warn!(%error, "a signature was refused");
                false
            }
        }
    }
}
