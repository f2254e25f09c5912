//! `/`: what there is, for a program; how today goes, for a person.

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use belgrano_runtime::http::Json;
use belgrano_runtime::problem::Problem;
use belgrano_web::pages::{LOGIN_PATH, Layout, see_other};
use serde::Serialize;
use utoipa::ToSchema;

use super::look::Asked;
use super::{Frame, today};
use crate::access::Reader;
use crate::app::App;

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
/// A browser that asks for a page (`Accept: text/html`) gets the page of today, or is sent to the log-in.
#[utoipa::path(get, path = "/", tag = "TechStore", security(()), responses(
    (status = 200, body = Welcome), (status = 303, description = "To the log-in, for a browser.")))]
pub(crate) async fn root(
    State(app): State<App>,
    headers: HeaderMap,
    frame: Result<Frame, Problem>,
    reader: Result<Reader, Problem>,
    asked: Asked,
) -> Result<Response, Problem> {
    let accept = headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok()).unwrap_or_default();
    let mut answer = if accept.contains("text/html") {
        Box::pin(page(&app, frame?, reader, asked)).await?
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

/// Says why somebody who is logged in sees nothing.
#[derive(Template)]
#[template(path = "waiting.html")]
struct WaitingPage<'a> {
    layout: &'a Layout,
    why: String,
}

async fn page(
    app: &App,
    Frame { layout, who }: Frame,
    reader: Result<Reader, Problem>,
    asked: Asked,
) -> Result<Response, Problem> {
    match reader {
        Ok(reader) => today::page(app, &layout, &reader, asked).await,
        Err(problem) if who.is_some() && problem.status() == StatusCode::FORBIDDEN => {
            let page = WaitingPage { layout: &layout, why: problem.to(layout.language) };
            layout.show_as(problem.status(), &page)
        }
        Err(problem) if problem.status() == StatusCode::UNAUTHORIZED => Ok(see_other(LOGIN_PATH)),
        Err(problem) => Err(problem),
    }
}
