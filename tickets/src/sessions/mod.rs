//! Sessions: who is asking, from a cookie to a [`Principal`], without asking the database on every request.
//!
//! Handlers take one of the extractors [`Session`], [`Admin`] and [`Driver`]. A log-out, and a change of what an account
//! may do, are announced with the commit and empty the gate's memory; the sockets end by the same announcement.

mod log_in;
mod principal;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;

pub use log_in::{LogIn, log_in, log_out};
pub use principal::{Admin, Driver, Principal, Session};

/// The cookie of the board's sessions.
pub const SESSION_COOKIE: &str = "belgrano_tickets";

/// `/api/login`, `/api/logout`, `/api/me`.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(log_in::log_in)).routes(routes!(log_in::log_out)).routes(routes!(log_in::me))
}
