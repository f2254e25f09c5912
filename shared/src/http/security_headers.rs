//! The headers that tell a browser what our pages may do.
//!
//! Set only where a handler has not set its own, so that one page (the API's documentation) can ask for a little more.

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};

/// No inline script and nothing from elsewhere; `blob:` and `data:` images are photos before they are sent.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'self'; script-src 'self'; style-src 'self'; \
     img-src 'self' data: blob:; connect-src 'self'; worker-src 'self'; object-src 'none'; base-uri 'self'; \
     form-action 'self'; frame-ancestors 'none'";

const ALWAYS: [(HeaderName, HeaderValue); 7] = [
    (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(CONTENT_SECURITY_POLICY)),
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    (header::REFERRER_POLICY, HeaderValue::from_static("strict-origin-when-cross-origin")),
    (HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin")),
    // A driver's page takes photos and knows where it is; nothing else does.
    (
        HeaderName::from_static("permissions-policy"),
        HeaderValue::from_static("geolocation=(self), camera=(self), microphone=(), payment=()"),
    ),
    // What a session sees must not come out of a shared cache. Assets say otherwise themselves.
    (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
];

const HSTS: HeaderValue = HeaderValue::from_static("max-age=31536000; includeSubDomains");

/// Adds what is missing; `https` says whether the site is reached by https only.
pub(super) fn apply(headers: &mut HeaderMap, https: bool) {
    for (name, value) in ALWAYS {
        headers.entry(name).or_insert(value);
    }
    if https {
        headers.entry(header::STRICT_TRANSPORT_SECURITY).or_insert(HSTS);
    }
}
