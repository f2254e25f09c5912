//! A notice for the next page: what was done, told after the redirect that follows a form.
//!
//! It travels in a short-lived cookie of the service's own name and is taken back when it is shown.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use belgrano_runtime::http::cookie;

use super::see_other;

/// What a notice is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Something went wrong.
    pub failed: bool,
    /// What to tell.
    pub text: String,
    /// The id of what it is about, where the page tells it there and not above everything.
    pub beside: Option<String>,
}

/// Beyond this a notice is cut: cookies have little room.
const MAX_CHARS: usize = 500;
const COOKIE: &str = "belgrano_aviso";
/// Between what a notice is about and its text; no text has it.
const UNIT: char = '\u{1f}';

/// The notice that came with a request, if any.
#[derive(Clone, Debug, Default)]
pub struct Flash(pub Option<Notice>);

impl Notice {
    /// It is done.
    #[must_use]
    pub fn done(text: impl Into<String>) -> Self {
        Self { failed: false, text: text.into(), beside: None }
    }

    /// It could not be done.
    #[must_use]
    pub fn failed(text: impl Into<String>) -> Self {
        Self { failed: true, text: text.into(), beside: None }
    }

    /// The same, told where the page has this id.
    #[must_use]
    pub fn beside(self, id: impl Into<String>) -> Self {
        Self { beside: Some(id.into()), ..self }
    }

    /// 303 to a path of this site, where the notice is shown.
    #[must_use]
    pub fn then(self, to: &str) -> Response {
        let mut response = see_other(to);
        response.headers_mut().append(header::SET_COOKIE, self.cookie());
        response
    }

    fn cookie(&self) -> HeaderValue {
        let kind = if self.failed { '!' } else { '.' };
        let text: String = self.text.chars().take(MAX_CHARS).collect();
        let text = format!("{kind}{}{UNIT}{text}", self.beside.as_deref().unwrap_or_default());
        set_cookie(&URL_SAFE_NO_PAD.encode(text), 60)
    }

    fn parse(cookie: &str) -> Option<Self> {
        let text = String::from_utf8(URL_SAFE_NO_PAD.decode(cookie).ok()?).ok()?;
        let mut chars = text.chars();
        let failed = chars.next()? == '!';
        let (beside, text) = chars.as_str().split_once(UNIT)?;
        let beside = (!beside.is_empty()).then(|| beside.to_owned());
        Some(Self { failed, text: text.chars().take(MAX_CHARS).collect(), beside })
    }
}

impl Flash {
    pub(super) fn of(headers: &HeaderMap) -> Self {
        Self(cookie(headers, COOKIE).and_then(Notice::parse))
    }

    /// `Set-Cookie` that takes the notice back, when there was one.
    pub(super) fn taken_back(&self) -> Option<HeaderValue> {
        self.0.as_ref().map(|_| set_cookie("", 0))
    }
}

fn set_cookie(value: &str, max_age_s: u32) -> HeaderValue {
    let text = format!("{COOKIE}={value}; Path=/; Max-Age={max_age_s}; HttpOnly; SameSite=Lax");
    // base64url is always a valid header.
    HeaderValue::try_from(text).unwrap_or(HeaderValue::from_static(""))
}

impl<S: Sync> FromRequestParts<S> for Flash {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::of(&parts.headers))
    }
}

#[cfg(test)]
mod tests {
    use axum::extract::FromRequestParts;
    use axum::http::{Request, header};

    use super::{Flash, Notice};

    #[tokio::test]
    async fn a_notice_arrives_once() {
        let told = Notice::failed("No se pudo: «<b>»").beside("pin-BA-1");
        let response = told.clone().then("/carrito");
        assert_eq!(
            (response.status().as_u16(), &response.headers()[header::LOCATION]),
            (303, &"/carrito".parse().unwrap())
        );
        let cookie =
            response.headers()[header::SET_COOKIE].to_str().expect("text").split(';').next().unwrap().to_owned();
        let (mut parts, ()) =
            Request::get("/").header("cookie", format!("a=b; {cookie}")).body(()).unwrap().into_parts();
        let Ok(flash) = Flash::from_request_parts(&mut parts, &()).await;
        assert_eq!(flash.0, Some(told));
        assert!(flash.taken_back().is_some_and(|cookie| cookie.to_str().unwrap().contains("Max-Age=0")));
        let (mut parts, ()) = Request::get("/").header("cookie", "belgrano_aviso=%%").body(()).unwrap().into_parts();
        let Ok(flash) = Flash::from_request_parts(&mut parts, &()).await;
        assert_eq!((&flash.0, flash.taken_back()), (&None, None));
    }
}
