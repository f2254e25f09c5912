//! The headers that tell a browser what our pages may do.
//!
//! Set only where a handler has not set its own, so that one page (the API's documentation) can ask for a little more.

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};

use super::{HttpSettings, cookie};
use crate::map::Ground;

/// No inline script and nothing from elsewhere; `blob:` and `data:` images are photos before they are sent.
const CONTENT_SECURITY_POLICY: &str = "default-src 'self'; script-src 'self'; style-src 'self'; \
     img-src 'self' data: blob:; connect-src 'self'; worker-src 'self'; object-src 'none'; base-uri 'self'; \
     form-action 'self'; frame-ancestors 'none'";

const ALWAYS: [(HeaderName, HeaderValue); 6] = [
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

/// What pages may load: their own site, and the pictures and data of what an operator laid under the maps.
pub(super) fn policy(ground: Option<&Ground>) -> HeaderValue {
    let own = HeaderValue::from_static(CONTENT_SECURITY_POLICY);
    let Some(origin) = ground.map(Ground::origin) else { return own };
    let with = CONTENT_SECURITY_POLICY
        .replace("data: blob:;", &format!("data: blob: {origin};"))
        .replace("connect-src 'self';", &format!("connect-src 'self' {origin};"));
    // An origin is ASCII without blanks.
    HeaderValue::try_from(with).unwrap_or(own)
}

/// Adds what is missing.
pub(super) fn apply(headers: &mut HeaderMap, settings: &HttpSettings) {
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert_with(|| settings.content_security_policy.clone());
    for (name, value) in ALWAYS {
        headers.entry(name).or_insert(value);
    }
    if settings.https {
        headers.entry(header::STRICT_TRANSPORT_SECURITY).or_insert(HSTS);
        cookie::set_for_https_only(headers);
    }
}

#[cfg(test)]
mod tests {
    use super::policy;
    use crate::map::Ground;

    #[test]
    fn tiles_come_from_one_site_and_scripts_from_none_but_ours() {
        let ground = Ground::parse("pmtiles://https://tiles.example/ba.pmtiles").expect("an archive");
        let policy = policy(Some(&ground));
        let policy = policy.to_str().expect("text");
        assert!(
            policy.contains(
                "img-src 'self' data: blob: https://tiles.example; connect-src 'self' https://tiles.example;"
            )
        );
        assert!(policy.contains("default-src 'self'; script-src 'self'; style-src 'self';"), "{policy}");
        assert_eq!(policy.matches("tiles.example").count(), 2, "{policy}");
    }
}
