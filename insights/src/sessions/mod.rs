//! Sessions: who is asking, from a cookie to a [`Principal`], without asking the database on every request; and the ways in, by
//! password and by a link of another service.
//!
//! A log-out, and a change of what an account may see, are announced with the commit and empty the gate's memory.

mod entrance;
mod log_in;
mod principal;

use belgrano_runtime::auth::gate::NewSession;
use belgrano_runtime::execute;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::unit::InsightsUnit;

pub(crate) use entrance::enter;
pub(crate) use log_in::{LogIn, log_in, log_out};
pub use principal::{Admin, Principal, Session};

/// The cookie of the sessions of insights.
pub const SESSION_COOKIE: &str = "belgrano_insights";

/// `/api/login`, `/api/logout`, `/api/me`.
pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(log_in::log_in)).routes(routes!(log_in::log_out)).routes(routes!(log_in::me))
}

/// Opens a session; of too many the oldest make room. The new one stays, also when the others were opened by a clock that was
/// set back since and seem to be newer.
pub(crate) async fn open_session(unit: &mut InsightsUnit, account: i64, new: &NewSession) -> sqlx::Result<()> {
    const INSERT: &str =
        "INSERT INTO sessions (token_hash, account_id, created_at, expires_at) VALUES ($1, $2, $3, $4)";
    const DELETE_OLDEST: &str = "DELETE FROM sessions WHERE account_id = $1 AND token_hash NOT IN \
         (SELECT token_hash FROM sessions WHERE account_id = $1 \
         ORDER BY CASE WHEN token_hash = $3 THEN 0 ELSE 1 END, expires_at DESC, token_hash LIMIT $2)";
    let (now, NewSession { token, lifetime_ms, max_sessions, .. }) = (unit.now(), new);
    let session = unit.session();
    execute!(*session, INSERT, &token[..], account, now, now.plus_ms(*lifetime_ms))?;
    execute!(*session, DELETE_OLDEST, account, max_sessions, &token[..])?;
    Ok(())
}
