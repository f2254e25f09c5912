//! The headers that tell a browser what our pages may do.
//!
//! Set only where a handler has not set its own, so that one page (the API's documentation) can ask for a little more.

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};

use url::Url;

use super::{HttpSettings, cookie};
use crate::config::Env;

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

/// A year, what preload lists ask for.
const MAX_AGE_S: u32 = 31_536_000;

/// How long a browser that came by https comes by nothing else (RFC 6797), and whether to the hosts below too. `None` where
/// browsers do not come by https.
pub(super) fn strict_transport(env: &mut Env, public_url: &Url) -> Option<HeaderValue> {
    let meaning = "seconds a browser comes by https only (`Strict-Transport-Security`); 0 makes it forget";
    let max_age_s = env.number("HSTS_MAX_AGE", MAX_AGE_S, 0..=10 * MAX_AGE_S, meaning);
    let meaning = "whether that holds for every host below too; `false` where one of them has no https";
    let subdomains = if env.bool("HSTS_SUBDOMAINS", true, meaning) { "; includeSubDomains" } else { "" };
    let header = HeaderValue::try_from(format!("max-age={max_age_s}{subdomains}")).ok();
    header.filter(|_| public_url.scheme() == "https")
}

/// What pages may load: their own site, and the pictures and data of what an operator laid under the maps.
pub(super) fn policy(origin: Option<&str>) -> HeaderValue {
    let own = HeaderValue::from_static(CONTENT_SECURITY_POLICY);
    let Some(origin) = origin else { return own };
    let with = CONTENT_SECURITY_POLICY
        .replace("data: blob:;", &format!("data: blob: {origin};"))
        .replace("connect-src 'self';", &format!("connect-src 'self' {origin};"));
    // An origin is ASCII without blanks.
    HeaderValue::try_from(with).unwrap_or(own)
}

/// What JSON is called by a browser that opens it as a page of its own: a file, which runs nothing.
const JSON_AS_A_FILE: HeaderValue = HeaderValue::from_static("attachment; filename=\"api.json\"");

/// Adds what is missing.
pub(super) fn apply(headers: &mut HeaderMap, settings: &HttpSettings) {
    complete_content(headers);
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert_with(|| settings.content_security_policy.clone());
    for (name, value) in ALWAYS {
        headers.entry(name).or_insert(value);
    }
    if let Some(value) = &settings.strict_transport {
        headers.entry(header::STRICT_TRANSPORT_SECURITY).or_insert_with(|| value.clone());
        cookie::set_for_https_only(headers);
    }
}

/// Says of what is answered how it is to be read: text is UTF-8, also where a library leaves that out, and JSON is a file.
fn complete_content(headers: &mut HeaderMap) {
    let Some(kind) = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()) else { return };
    if kind.starts_with("text/") && !kind.contains("charset=") {
        if let Ok(kind) = HeaderValue::try_from(format!("{kind}; charset=utf-8")) {
            headers.insert(header::CONTENT_TYPE, kind);
        }
    } else if matches!(kind, "application/json" | "application/problem+json") {
        headers.entry(header::CONTENT_DISPOSITION).or_insert(JSON_AS_A_FILE);
    }
}

#[cfg(test)]
mod tests {
    use super::{policy, strict_transport};
    use crate::config::Env;

    #[test]
    fn how_long_and_how_far_https_only_goes_is_a_setting() {
        let said = |url: &str, variables: &[(&'static str, &'static str)]| {
            let mut env = Env::from_map(variables.iter().copied());
            let said = strict_transport(&mut env, &url.parse().expect("a URL"));
            env.finish().expect("no mistake");
            said.map(|value| value.to_str().expect("text").to_owned())
        };
        let https = |variables| said("https://shop.example", variables).expect("a header");
        assert_eq!(https(&[]), "max-age=31536000; includeSubDomains");
        assert_eq!(https(&[("HSTS_SUBDOMAINS", "false")]), "max-age=31536000");
        assert_eq!(https(&[("HSTS_SUBDOMAINS", "no"), ("HSTS_MAX_AGE", "300")]), "max-age=300");
        assert_eq!(https(&[("HSTS_MAX_AGE", "0")]), "max-age=0; includeSubDomains");
        assert_eq!(said("http://localhost:5000", &[("HSTS_MAX_AGE", "300")]), None);
    }

    #[test]
    fn tiles_come_from_one_site_and_scripts_from_none_but_ours() {
        let policy = policy(Some("https://tiles.example"));
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
