//! What surrounds a page of the board, for whoever is looking.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use belgrano_shared::pages::{Flash, Layout, Link};
use belgrano_shared::problem::Problem;

use crate::app::App;
use crate::sessions::{Principal, Session};
use crate::users::Role;

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
        let Ok(flash) = Flash::from_request_parts(parts, app).await;
        let layout = Layout {
            service: "Belgrano Tickets",
            links: links(who.as_ref().map(|who| who.role)),
            who: who.as_ref().map(|who| who.name.to_string()),
            here: parts.uri.path().to_owned(),
            flash,
        };
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

fn links(role: Option<Role>) -> Vec<Link> {
    const ADMIN: [Link; 4] = [
        Link { href: "/tablero", text: "Tablero" },
        Link { href: "/flota", text: "Flota" },
        Link { href: "/reportes", text: "Reportes" },
        Link { href: "/usuarios", text: "Usuarios" },
    ];
    const DRIVER: [Link; 1] = [Link { href: "/reparto", text: "Mi reparto" }];
    match role {
        Some(Role::Admin) => ADMIN.to_vec(),
        Some(Role::Driver) => DRIVER.to_vec(),
        None => Vec::new(),
    }
}
