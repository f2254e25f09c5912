//! Sessions: who is asking, from a cookie to a [`Principal`], without asking the database on every request.
//!
//! Handlers take one of the extractors [`Session`], [`Admin`] and [`Driver`]. A log-out, and a change of what an account
//! may do, are announced with the commit and empty the gate's memory; the sockets end by the same announcement.

mod log_in;
mod others;
mod principal;

use belgrano_runtime::lifecycle::Lifecycle;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;

pub use log_in::{LogIn, log_in, log_out};
pub(crate) use log_in::{begin_session, take_second_step};
pub(crate) use others::{end_one, end_others, end_the_others, sessions};
pub use principal::{Admin, Driver, Principal, Session};

/// The cookie of the board's sessions.
pub const SESSION_COOKIE: &str = "belgrano_tickets";

/// Starts what ends here the sessions that other instances have ended.
pub fn spawn(app: &App, life: &Lifecycle) {
    let (app, stop, poll) = (app.clone(), life.soft().clone(), app.settings.common.gate.session_poll);
    life.spawn_critical("session ends", async move {
        app.session_ends.clone().follow(poll, stop, |end| app.heed(end)).await;
    });
}

/// `/api/login`, `/api/logout`, `/api/me`, `/api/yo/sesiones`.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(log_in::log_in))
        .routes(routes!(log_in::log_out))
        .routes(routes!(log_in::me))
        .routes(routes!(others::sessions, others::end_the_others))
        .routes(routes!(others::end_one))
}
