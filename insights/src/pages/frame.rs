//! What surrounds a page of insights, for whoever is looking.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use belgrano_shared::pages::{Layout, Link, NOTHING_FOR_ROBOTS, Service};
use belgrano_shared::problem::Problem;

use crate::accounts::Role;
use crate::app::App;
use crate::sessions::{Principal, Session};

/// Insights as its pages know it.
pub(super) static SERVICE: Service = Service {
    name: "Belgrano Insights",
    short_name: "Insights",
    purpose: "insights-purpose",
    sheet: Some("insights.css"),
    start: "/",
    categories: &["business", "finance"],
    shortcuts: &[],
    kept: None,
    robots: NOTHING_FOR_ROBOTS,
};

/// What may be looked at; five, because more do not fit on a phone.
const LINKS: [Link; 5] = [
    Link::new("/", "insights-nav-home", "chart"),
    Link::new("/consola", "insights-nav-console", "search"),
    Link::new("/linaje", "insights-nav-lineage", "route"),
    Link::new("/fuentes", "insights-nav-sources", "layers"),
    Link::new("/docs", "insights-nav-api", "copy"),
];

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
        // A merchant without a business, and whoever is not logged in, may look at nothing but the API's documents.
        let reads = who.as_ref().map_or(app.settings.open, |who| who.role != Role::Merchant || who.business.is_some());
        layout.links = if reads { LINKS.to_vec() } else { LINKS[LINKS.len() - 1..].to_vec() };
        layout.who = who.as_ref().map(|who| who.name.to_string());
        Ok(Self { layout, who })
    }
}
