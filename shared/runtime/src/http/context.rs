//! The name of one request: a request id of ours, and the W3C trace it belongs to.
//!
//! An incoming `traceparent` (W3C Trace Context, level 1) is carried on; else a trace starts here. It travels with the
//! order through the outbox to the ticket and its sockets. Nothing a client sends is logged unchecked: only hex passes.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr};

use axum::extract::{FromRequestParts, Request};
use axum::http::HeaderName;
use axum::http::request::Parts;
use belgrano_wire::ambient::Ambient;
use uuid::Uuid;

use super::{ClientIp, Proxies};
use crate::problem::Problem;

/// The header that carries the trace.
pub const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");
/// The response header that names the request, for a support call.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Who this request is, in logs here and elsewhere. In every request's extensions; also an extractor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RequestContext {
    /// The trace: the same from checkout to socket.
    pub trace_id: TraceId,
    /// This request, made here.
    pub request_id: Uuid,
    /// Who sent it; the unspecified address for work that began without a request.
    pub client_ip: ClientIp,
    span_id: u64,
    flags: u8,
}

/// The 16 bytes of a W3C trace id; shown as 32 hex digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct TraceId(u128);

impl fmt::Display for TraceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl fmt::Debug for TraceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl RequestContext {
    /// Carries on the trace in the request's headers, or starts one. `proxies` stand between the client and us.
    #[must_use]
    pub fn of_request(request: &Request, proxies: &Proxies, ambient: &Ambient) -> Self {
        let incoming = request.headers().get(TRACEPARENT).and_then(|value| value.to_str().ok());
        let client_ip = ClientIp::of(request.headers(), request.extensions(), proxies);
        Self { client_ip, ..Self::continue_from(incoming, ambient) }
    }

    /// Carries on a stored `traceparent`, or starts a trace: for work that began without a request.
    #[must_use]
    pub fn continue_from(traceparent: Option<&str>, ambient: &Ambient) -> Self {
        let (trace_id, flags) = traceparent
            .and_then(parse_traceparent)
            // All zeroes is invalid by the specification; one bit set keeps even that draw valid.
            .unwrap_or_else(|| (u128::from_le_bytes(ambient.bytes()) | 1, 1));
        let span_id = u64::from_le_bytes(ambient.bytes()) | 1;
        let client_ip = ClientIp(IpAddr::V4(Ipv4Addr::UNSPECIFIED));
        Self { trace_id: TraceId(trace_id), request_id: ambient.uuid(), client_ip, span_id, flags }
    }

    /// The header to send on, with this request as the parent.
    #[must_use]
    pub fn traceparent(&self) -> String {
        format!("00-{}-{:016x}-{:02x}", self.trace_id, self.span_id, self.flags)
    }
}

/// `version-traceid-parentid-flags`; a later version may have more after it, and must be read as this one.
fn parse_traceparent(text: &str) -> Option<(u128, u8)> {
    fn hex(text: &str, digits: usize) -> Option<u128> {
        let lowercase = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        (text.len() == digits && text.bytes().all(lowercase)).then(|| u128::from_str_radix(text, 16).ok()).flatten()
    }
    let mut parts = text.splitn(5, '-');
    let version = hex(parts.next()?, 2)?;
    let trace_id = hex(parts.next()?, 32)?;
    let parent_id = hex(parts.next()?, 16)?;
    let flags = u8::try_from(hex(parts.next()?, 2)?).ok()?;
    let too_long = version == 0 && parts.next().is_some();
    (version != 0xff && trace_id != 0 && parent_id != 0 && !too_long).then_some((trace_id, flags))
}

impl<S: Sync> FromRequestParts<S> for RequestContext {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parts.extensions.get().copied().ok_or_else(|| Problem::internal(&MissingContext))
    }
}

#[derive(Debug, thiserror::Error)]
#[error("the router lacks http::standard_layers")]
struct MissingContext;

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use belgrano_wire::ambient::{Ambient, ManualClock, SeededEntropy};
    use belgrano_wire::timestamp::UnixMillis;

    use super::{RequestContext, parse_traceparent};

    fn ambient() -> Ambient {
        Ambient::new(Arc::new(ManualClock::new(UnixMillis(1_795_284_245_000))), Arc::new(SeededEntropy::new(1)))
    }

    #[test]
    fn carries_a_trace_on() {
        let incoming = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        let context = RequestContext::continue_from(Some(incoming), &ambient());
        assert_eq!(context.trace_id.to_string(), "4bf92f3577b34da6a3ce929d0e0e4736");
        let sent = context.traceparent();
        assert!(sent.starts_with("00-4bf92f3577b34da6a3ce929d0e0e4736-") && sent.ends_with("-01"));
        assert_ne!(sent, incoming, "the parent of what follows is this request");
    }

    #[test]
    fn starts_a_trace_when_what_came_is_unusable() {
        for wrong in [
            "",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
            "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-+1",
        ] {
            assert_eq!(parse_traceparent(wrong), None, "{wrong}");
        }
        assert!(parse_traceparent("01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more").is_some());
        let fresh = RequestContext::continue_from(None, &ambient()).traceparent();
        assert!(parse_traceparent(&fresh).is_some(), "{fresh}");
    }
}
