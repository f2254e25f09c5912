//! Refuses a write that a page of another site makes a browser send (CSRF).
//!
//! Decided by what a browser says about itself and a page cannot forge: `Sec-Fetch-Site` and `Origin`. Every browser
//! since 2020 sends `Origin` with a cross-site write, so a request with neither header is not a browser's and passes
//! (the same rule as Go's `http.CrossOriginProtection`). It does not matter what the request carries: without a cookie
//! it may still be a log-in, which would put a visitor into somebody else's account, and a page need not even say that
//! what it sends is a form (bytes without a content type are sent without asking).

use axum::http::{HeaderMap, Method, header};
use belgrano_wire::texts::Message;

use crate::auth::origin::{AllowedOrigins, OriginCheck};
use crate::problem::Problem;

/// 403 when the request changes something and a browser sends it from a page that is not ours.
pub fn check(method: &Method, headers: &HeaderMap, origins: &AllowedOrigins) -> Result<(), Problem> {
    if method.is_safe() {
        return Ok(());
    }
    let site = headers.get("sec-fetch-site").map(axum::http::HeaderValue::as_bytes);
    let allowed = match (site, origins.check(headers)) {
        (Some(b"same-origin" | b"none"), _) | (_, OriginCheck::Allowed) | (None, OriginCheck::Absent) => true,
        (_, OriginCheck::Foreign) | (Some(_), OriginCheck::Absent) => false,
    };
    if allowed { Ok(()) } else { Err(Problem::forbidden(Message::new("refusal-cross-site"))) }
}

/// 403 when a page of another site opens a WebSocket with a cookie: the browser asks nobody (RFC 6455 section 10.2). Every
/// browser says where the page is from, and `null` is nowhere of ours; without an `Origin` it is a program's.
pub fn check_upgrade(headers: &HeaderMap, origins: &AllowedOrigins) -> Result<(), Problem> {
    if headers.contains_key(header::COOKIE) && origins.check(headers) == OriginCheck::Foreign {
        return Err(Problem::forbidden(Message::new("refusal-cross-site")));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, HeaderName, HeaderValue, Method};

    use super::{check, check_upgrade};
    use crate::auth::origin::AllowedOrigins;

    fn passes(method: &Method, headers: &[(&'static str, &'static str)]) -> bool {
        let headers: HeaderMap = headers
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
            .collect();
        check(method, &headers, &AllowedOrigins::new(["https://shop.example"])).is_ok()
    }

    #[test]
    fn only_our_own_pages_and_programs_open_sockets_with_a_cookie() {
        let opens = |headers: &[(&'static str, &'static str)]| {
            let headers: HeaderMap = headers
                .iter()
                .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
                .collect();
            check_upgrade(&headers, &AllowedOrigins::new(["https://shop.example"])).is_ok()
        };
        let cookie = ("cookie", "s=1");
        assert!(opens(&[cookie, ("origin", "https://shop.example")]));
        assert!(opens(&[cookie]), "not a browser");
        assert!(opens(&[("origin", "https://evil.example")]), "no cookie, nothing to abuse");
        for origin in ["https://evil.example", "null", "http://shop.example", "https://shop.example:444", ""] {
            assert!(!opens(&[cookie, ("origin", origin)]), "{origin}");
        }
    }

    #[test]
    fn only_our_own_pages_and_programs_write() {
        let cookie = ("cookie", "s=1");
        let evil = ("origin", "https://evil.example");
        assert!(passes(&Method::POST, &[cookie, ("origin", "https://shop.example")]));
        assert!(passes(&Method::POST, &[cookie, ("sec-fetch-site", "same-origin")]));
        assert!(passes(&Method::POST, &[cookie, ("sec-fetch-site", "none")]));
        assert!(passes(&Method::POST, &[cookie]), "not a browser");
        assert!(passes(&Method::GET, &[cookie, evil]), "safe methods change nothing");
        assert!(passes(&Method::POST, &[]), "not a browser");

        for kind in ["application/x-www-form-urlencoded", "text/plain", "application/json", ""] {
            let kind = ("content-type", kind);
            assert!(!passes(&Method::POST, &[kind, evil]), "a log-in from elsewhere");
            assert!(passes(&Method::POST, &[kind]), "not a browser");
            assert!(passes(&Method::POST, &[kind, ("origin", "https://shop.example")]));
        }
        assert!(!passes(&Method::POST, &[evil]), "bytes need no content type");
        assert!(!passes(&Method::POST, &[("sec-fetch-site", "same-site")]), "another port is another origin");

        assert!(!passes(&Method::POST, &[cookie, evil]));
        assert!(!passes(&Method::DELETE, &[cookie, evil, ("sec-fetch-site", "cross-site")]));
        assert!(!passes(&Method::POST, &[cookie, ("sec-fetch-site", "same-site")]));
        assert!(!passes(&Method::POST, &[cookie, ("origin", "null")]));
        assert!(!passes(&Method::POST, &[cookie, ("origin", "https://shop.example.evil.example")]));
        assert!(!passes(&Method::POST, &[cookie, ("origin", "http://shop.example")]));
    }
}
