//! `/`: everybody to where they work.

use axum::response::Response;
use belgrano_web::pages::{LOGIN_PATH, see_other};

use super::frame::{Frame, home_of};

/// To the board, to one's own tickets, or to the log-in.
pub(super) async fn home(Frame { who, .. }: Frame) -> Response {
    see_other(who.map_or(LOGIN_PATH, |who| home_of(who.role)))
}
