//! What the pages of both services share: layout, assets, forms, notices and refusals in HTML.
//!
//! A page is a plain document: links and forms that work without script. A module from `static` may keep a part of
//! it fresh. In come a template and what was typed, out goes a response. What must never happen here: script or style
//! inside a document, a redirect that leaves the site, or what somebody typed shown unescaped.

pub mod assets;
mod field;
mod flash;
mod form;
#[cfg(test)]
mod form_tests;
mod language;
mod layout;
mod pieces;
mod qr;
mod refusal;
mod return_to;
mod second_factor;
mod service;
mod style;
mod typed;

pub use belgrano_wire::free_text::KEY_FIELD;
pub use field::{Choice, Field, Label};
pub use flash::{Flash, Notice};
pub use form::Form;
pub use layout::{Layout, Link, More, Room};
pub use pieces::{Badge, Drawing, Icon};
pub use refusal::for_people;
pub use return_to::{LOGIN_PATH, local_path, log_in_first};
pub use second_factor::{FactorPages, FactorPlace, second_step_first, show_second_step};
pub use service::{KeptPage, NOTHING_FOR_ROBOTS, Service};

use axum::Router;
use axum::http::header;
use axum::response::{IntoResponse, Response};

/// What both services answer besides their own pages: assets, the choice of a language, what an installed page needs;
/// in development also a page with every piece of the look.
pub fn routes<S: Clone + Send + Sync + 'static>(service: &'static Service, development: bool) -> Router<S> {
    let routes = assets::routes().merge(language::routes()).merge(service::routes(service));
    if development { routes.merge(style::routes(service)) } else { routes }
}

/// 303: what was sent is done, look there. `to` is a path of this site; anything else leads home.
#[must_use]
pub fn see_other(to: &str) -> Response {
    use axum::http::{HeaderValue, StatusCode};
    let to = HeaderValue::try_from(local_path(to)).unwrap_or(HeaderValue::from_static("/"));
    (StatusCode::SEE_OTHER, [(header::LOCATION, to)]).into_response()
}

/// `to`, with the cookies that `from` hands out or takes back.
#[must_use]
pub fn with_cookies_of(from: &Response, mut to: Response) -> Response {
    for cookie in from.headers().get_all(header::SET_COOKIE) {
        to.headers_mut().append(header::SET_COOKIE, cookie.clone());
    }
    to
}
