//! What surrounds a page of insights, for whoever is looking.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use belgrano_shared::pages::{Layout, Link, NOTHING_FOR_ROBOTS, Service};
use belgrano_shared::problem::Problem;

use crate::app::App;
use crate::sessions::{Principal, Session};

/// Insights as its pages know it.
pub(super) static SERVICE: Service = Service {
    name: "Belgrano Insights",
    short_name: "Insights",
    purpose: "insights-purpose",
    sheet: None,
    start: "/",
    categories: &["business", "finance"],
    shortcuts: &[],
    kept: None,
    robots: NOTHING_FOR_ROBOTS,
};

/// Where who is logged in begins.
pub(super) const START: &str = "/docs";

/// The layout of this request. Nobody is refused: a page that is not for everybody asks for a session as well.
pub(crate) struct Frame {
    pub(crate) layout: Layout,
    pub(crate) who: Option<Principal>,
}

impl FromRequestParts<App> for Frame {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let who = match Session::from_request_parts(parts, app).await {
            Ok(Session(principal)) => Some(principal),
            Err(problem) if problem.status().is_client_error() => None,
            Err(problem) => return Err(problem),
        };
        let mut layout = Layout::of(parts, &SERVICE);
        layout.links = vec![Link::new("/docs", "insights-nav-api", "copy")];
        layout.who = who.as_ref().map(|who| who.name.to_string());
        Ok(Self { layout, who })
    }
}
