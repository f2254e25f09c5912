//! What surrounds a page of the board, for whoever is looking.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use belgrano_runtime::problem::Problem;
use belgrano_web::pages::{KeptPage, Layout, Link, NOTHING_FOR_ROBOTS, Room, Service};

use crate::app::App;
use crate::sessions::{Principal, Session};
use crate::users::Role;

/// The board as its pages know it. What is installed on a phone is the driver's page.
pub(super) static SERVICE: Service = Service {
    name: "Belgrano Tickets",
    short_name: "Reparto",
    purpose: "driver-purpose",
    sheet: Some("board.css"),
    start: "/reparto",
    categories: &["business", "productivity"],
    shortcuts: &[Link::new("/reparto", "nav-driver", "bike"), Link::new("/tablero", "nav-board", "board")],
    kept: Some(KeptPage {
        path: "/reparto",
        assets: &["driver.css", "driver-page.js", "map.css", "map-list.js", "notices.js", "taken-back.js"],
    }),
    robots: NOTHING_FOR_ROBOTS,
};

/// The layout of this request. Nobody is refused: a page that is not for everybody asks for a session as well.
pub(super) struct Frame {
    pub(super) layout: Layout,
    pub(super) who: Option<Principal>,
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
        // Of who has to set up a second factor first nothing else would open.
        layout.links = links(who.as_ref().filter(|who| !who.owes_factor).map(|who| who.role));
        layout.own = who.as_ref().map(|_| OWN);
        layout.who = who.as_ref().map(|who| who.name.to_string());
        Ok(Self { layout, who })
    }
}

/// Where a person with this role begins.
pub(super) fn home_of(role: Role) -> &'static str {
    match role {
        Role::Admin => "/tablero",
        Role::Driver => "/reparto",
    }
}

/// What is somebody's own.
const OWN: Link = Link::new("/clave", "nav-account", "person");

fn links(role: Option<Role>) -> Vec<Link> {
    const ADMIN: [Link; 5] = [
        Link::new("/tablero", "nav-board", "board"),
        Link::new("/flota", "nav-fleet", "bike"),
        Link::new("/reportes", "nav-reports", "chart"),
        Link::new("/usuarios", "nav-users", "people"),
        Link::new("/ajustes", "nav-settings", "settings"),
    ];
    // On a phone the name has no room, and of an administrator the bar is full: their settings lead there.
    const DRIVER: [Link; 2] = [Link::new("/reparto", "nav-driver", "bike"), OWN.at(Room::Narrow)];
    match role {
        Some(Role::Admin) => ADMIN.to_vec(),
        Some(Role::Driver) => DRIVER.to_vec(),
        None => Vec::new(),
    }
}
