//! What every page passes: the view is counted, and the origin of the visit kept.

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;

use super::arrival::Lead;
use super::funnel::Step;
use crate::app::App;
use crate::arrival::is_robot;

/// Pages that are no part of a visit to the shop: what administrators do, and an order that somebody follows by its link.
const NO_VISIT: [&str; 5] = ["/administrar", "/envios", "/avisos/envios", "/seguimiento", "/seguridad"];

/// Counts a page that was shown, and sets the cookie that keeps the origin of the visit.
pub(crate) async fn count_views(State(app): State<App>, request: Request, next: Next) -> Response {
    let path = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned()).unwrap_or_default();
    let counts =
        is_looked_at(request.method(), request.headers()) && !NO_VISIT.iter().any(|room| path.starts_with(room));
    if !counts {
        return next.run(request).await;
    }
    let lead = Lead::of(request.headers(), request.uri(), &app.settings.common.public_url);
    let mut response = next.run(request).await;
    if response.status() == StatusCode::OK {
        app.funnel.view(&lead.arrival, step(&path), lead.begins, app.ambient.now());
    }
    if let Some(cookie) = lead.cookie() {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

/// Whether somebody opens a page: not a robot, not a module that reads a part of it, not a browser that fetches ahead.
fn is_looked_at(method: &Method, headers: &HeaderMap) -> bool {
    let says = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let navigates = says("sec-fetch-mode").is_none_or(|mode| mode == "navigate");
    let ahead =
        ["sec-purpose", "purpose"].into_iter().any(|name| says(name).is_some_and(|why| why.contains("prefetch")));
    method == Method::GET && navigates && !ahead && !is_robot(headers)
}

fn step(path: &str) -> Option<Step> {
    match path {
        "/" => Some(Step::Home),
        "/productos/{id}" => Some(Step::Product),
        "/carrito" => Some(Step::Cart),
        "/finalizar" => Some(Step::Checkout),
        _ => None,
    }
}
