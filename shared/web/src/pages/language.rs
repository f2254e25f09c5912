//! The switch in the foot of every page.

use axum::Router;
use axum::http::{HeaderValue, header};
use axum::response::Response;
use axum::routing::post;
use belgrano_wire::texts::{LANGUAGE_COOKIE, Language};

use super::{Form, see_other};

const YEAR_S: u32 = 31_536_000;

pub(super) fn routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new().route("/idioma", post(choose))
}

/// Remembers the choice and goes back to the page. A language that does not exist changes nothing.
async fn choose(form: Form) -> Response {
    let mut response = see_other(form.value("volver"));
    if let Some(language) = Language::parse(form.value("idioma")) {
        let cookie = format!("{LANGUAGE_COOKIE}={}; Path=/; Max-Age={YEAR_S}; HttpOnly; SameSite=Lax", language.tag());
        // A tag is always a valid header.
        let cookie = HeaderValue::try_from(cookie).unwrap_or(HeaderValue::from_static(""));
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}
