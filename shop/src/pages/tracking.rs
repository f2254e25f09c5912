//! An order as whoever has its link sees it: how far it has come, and nothing that says whose it is.

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::Response;
use belgrano_runtime::http::Path;
use belgrano_runtime::problem::Problem;
use belgrano_web::pages::Layout;

use super::frame::Frame;
use super::way::Way;
use crate::app::App;
use crate::orders::{self, Tracked};

#[derive(Template)]
#[template(path = "tracking.html")]
struct TrackingPage<'a> {
    layout: &'a Layout,
    way: Way<'a>,
    over: bool,
    barrio: Option<String>,
    driver: Option<String>,
}

/// How far it has come.
pub(super) async fn show(
    State(app): State<App>,
    Frame { layout, .. }: Frame,
    Path(token): Path<String>,
) -> Result<Response, Problem> {
    let Tracked { progress, barrio, driver } = orders::tracked(&app, &token).await?;
    let over = progress.state.is_final();
    let page = TrackingPage { layout: &layout, way: Way::new(&layout, progress), over, barrio, driver };
    let mut response = layout.show(&page)?;
    let headers = response.headers_mut();
    headers.insert(HeaderName::from_static("x-robots-tag"), HeaderValue::from_static("noindex, nofollow"));
    // The address is the key: no other site hears of it.
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    Ok(response)
}
