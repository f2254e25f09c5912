//! The address somebody typed just now, so that the next page does not ask for it again.
//!
//! It is in a short-lived cookie and not in an address, which would keep it in histories and logs.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderValue, header};
use axum::response::Response;
use belgrano_shared::auth::email::Email;
use belgrano_shared::http::cookie;
use url::form_urlencoded;

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

    /// `response`, after which the next page knows `email`; what is no address is not worth it.
    pub(super) fn kept(email: &str, response: Response) -> Response {
        match Email::parse(email) {
            Some(_) => set(response, &form_urlencoded::byte_serialize(email.as_bytes()).collect::<String>(), SECONDS),
            None => response,
        }
    }

    /// `response`, after which nobody knows.
    pub(super) fn forgotten(response: Response) -> Response {
        set(response, "", 0)
    }
}

fn set(mut response: Response, value: &str, max_age_s: u32) -> Response {
    let cookie = format!("{COOKIE}={value}; Path=/; Max-Age={max_age_s}; HttpOnly; SameSite=Lax");
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

    async fn read(cookie: &str) -> String {
        let request = Request::get("/").header(header::COOKIE, cookie).body(()).expect("valid");
        let Ok(TypedEmail(email)) = TypedEmail::from_request_parts(&mut request.into_parts().0, &()).await;
        email
    }

    #[tokio::test]
    async fn an_address_comes_back_as_it_was_typed() {
        for email in ["ana+belgrano@example.com", "ana=1&b;c@example.com"] {
            let response = TypedEmail::kept(email, StatusCode::OK.into_response());
            let Some(cookie) = response.headers().get(header::SET_COOKIE) else { continue };
            let cookie = cookie.to_str().expect("text").split(';').next().expect("a pair");
            assert_eq!(read(cookie).await, email);
        }
        assert!(!TypedEmail::kept("no es", StatusCode::OK.into_response()).headers().contains_key(header::SET_COOKIE));
        assert_eq!([read("belgrano_correo=%3Cscript%3E").await, read("otra=1").await], ["", ""]);
    }
}
