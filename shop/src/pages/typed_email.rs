//! The address somebody typed just now, so that the next page does not ask for it again.
//!
//! It is in a short-lived cookie and not in an address, which would keep it in histories and logs.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderValue, header};
use axum::response::Response;
use belgrano_runtime::auth::email::Email;
use belgrano_runtime::http::cookie;
use url::{Url, form_urlencoded};

const COOKIE: &str = "belgrano_correo";
/// As long as a code is usually good for.
const SECONDS: u32 = 30 * 60;

/// The address that was typed on the page before, or nothing.
pub(super) struct TypedEmail(String);

impl TypedEmail {
    /// As it was typed.
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    /// `response`, after which the next page of the shop at `public_url` knows `email`; what is no address is not worth it.
    pub(super) fn kept(email: &str, public_url: &Url, response: Response) -> Response {
        if Email::parse(email).is_none() {
            return response;
        }
        let value: String = form_urlencoded::byte_serialize(email.as_bytes()).collect();
        set(response, public_url, &value, SECONDS)
    }

    /// `response`, after which nobody knows.
    pub(super) fn forgotten(public_url: &Url, response: Response) -> Response {
        set(response, public_url, "", 0)
    }
}

/// `Secure` when the shop is reached by https, like its sessions.
fn set(mut response: Response, public_url: &Url, value: &str, max_age_s: u32) -> Response {
    let secure = if public_url.scheme() == "https" { "; Secure" } else { "" };
    let cookie = format!("{COOKIE}={value}; Path=/; Max-Age={max_age_s}; HttpOnly; SameSite=Lax{secure}");
    if let Ok(cookie) = HeaderValue::try_from(cookie) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

impl<S: Sync> FromRequestParts<S> for TypedEmail {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let typed = cookie(&parts.headers, COOKIE).unwrap_or_default();
        let typed = form_urlencoded::parse(typed.as_bytes()).next().map(|(email, _)| email.into_owned());
        // Whatever a browser sends: a page shows it only when it could have come from here.
        Ok(Self(typed.filter(|email| Email::parse(email).is_some()).unwrap_or_default()))
    }
}

#[cfg(test)]
mod tests {
    use axum::extract::FromRequestParts;
    use axum::http::{Request, StatusCode, header};
    use axum::response::IntoResponse;

    use super::TypedEmail;

    fn kept(email: &str, public_url: &str) -> Option<String> {
        let public_url = public_url.parse().expect("a URL");
        let response = TypedEmail::kept(email, &public_url, StatusCode::OK.into_response());
        let cookie = response.headers().get(header::SET_COOKIE)?;
        Some(cookie.to_str().expect("text").to_owned())
    }

    async fn read(cookie: &str) -> String {
        let request = Request::get("/").header(header::COOKIE, cookie).body(()).expect("valid");
        let Ok(TypedEmail(email)) = TypedEmail::from_request_parts(&mut request.into_parts().0, &()).await;
        email
    }

    #[tokio::test]
    async fn an_address_comes_back_as_it_was_typed() {
        for email in ["ana+belgrano@example.com", "ana=1&b+c@example.com"] {
            let cookie = kept(email, "http://shop.test").expect(email);
            assert_eq!(read(cookie.split(';').next().expect("a pair")).await, email);
        }
        assert_eq!(kept("no es", "http://shop.test"), None);
        assert_eq!([read("belgrano_correo=%3Cscript%3E").await, read("otra=1").await], ["", ""]);
    }

    #[test]
    fn an_address_kept_by_https_travels_by_nothing_else() {
        for (public_url, secure) in [("https://shop.test", true), ("http://localhost:5000", false)] {
            let public_url = public_url.parse().expect("a URL");
            let kept = TypedEmail::kept("ana@example.com", &public_url, StatusCode::OK.into_response());
            for response in [kept, TypedEmail::forgotten(&public_url, StatusCode::OK.into_response())] {
                let cookie = response.headers()[header::SET_COOKIE].to_str().expect("text");
                assert_eq!(cookie.ends_with("; Secure"), secure, "{cookie}");
            }
        }
    }
}
