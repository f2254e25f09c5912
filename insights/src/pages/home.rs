//! `/`: what there is, for a program; the pages, for a person.

use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use belgrano_shared::http::Json;
use belgrano_shared::pages::{LOGIN_PATH, see_other};
use belgrano_shared::problem::Problem;
use serde::Serialize;
use utoipa::ToSchema;

use super::Frame;
use super::frame::START;

/// That the service is well, and where to go on.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Welcome {
    message: &'static str,
    version: &'static str,
    docs: &'static str,
    endpoints: [&'static str; 4],
}

/// What there is
///
/// A browser that asks for a page (`Accept: text/html`) is sent to the pages instead.
#[utoipa::path(get, path = "/", tag = "TechStore", security(()), responses(
    (status = 200, body = Welcome), (status = 303, description = "To the pages, for a browser.")))]
pub(crate) async fn root(headers: HeaderMap, frame: Result<Frame, Problem>) -> Result<Response, Problem> {
    let accept = headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok()).unwrap_or_default();
    let mut answer = if accept.contains("text/html") {
        see_other(frame?.who.map_or(LOGIN_PATH, |_| START))
    } else {
        Json(Welcome {
            message: "TechStore Analytics API",
            version: env!("CARGO_PKG_VERSION"),
            docs: "/docs",
            endpoints: ["/api/customers", "/api/products", "/api/sales", "/health"],
        })
        .into_response()
    };
    answer.headers_mut().append(header::VARY, header::HeaderValue::from_static("accept"));
    Ok(answer)
}
