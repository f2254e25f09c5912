//! The other sessions of one's account: what there is, and ending them.

use std::convert::Infallible;

use axum::extract::State;
use axum::http::StatusCode;
use belgrano_runtime::auth::gate::Idle;
use belgrano_runtime::auth::session::{OtherSession, OtherSessions, TokenHash};
use belgrano_runtime::http::Json;
use belgrano_runtime::problem::{Problem, ProblemDocument};
use belgrano_runtime::security::{Entry, Kind};
use belgrano_runtime::writer::{Command, Failure};
use belgrano_runtime::{execute, fetch};

use super::Session;
use crate::app::App;
use crate::unit::{Announcement, BoardUnit};

/// Ends the sessions of an account, except `keep`: how many.
pub(crate) async fn end_others(unit: &mut BoardUnit, user_id: i64, keep: Option<&TokenHash>) -> sqlx::Result<u64> {
    const END: &str = "DELETE FROM sessions WHERE user_id = $1 AND token_hash <> $2";
    // No session has an empty hash.
    let keep: &[u8] = keep.map_or(&[], |token| &token[..]);
    let ended = execute!(*unit.session(), END, user_id, keep)?;
    // Everybody of the account is asked again, and who kept the session may stay.
    unit.announce(Announcement::Revoked { user_id, session: None });
    Ok(ended)
}

/// End them, and nothing else.
#[derive(Debug)]
struct EndOthers {
    user_id: i64,
    keep: TokenHash,
}

impl Command<BoardUnit> for EndOthers {
    type Output = ();
    type Refusal = Infallible;

    async fn apply(&self, unit: &mut BoardUnit) -> Result<(), Failure<Infallible>> {
        if end_others(unit, self.user_id, Some(&self.keep)).await? > 0 {
            unit.log(Entry::new(Kind::LoggedOut).with("sesiones", "otras"));
        }
        Ok(())
    }
}

/// The other sessions of the account, without that of whoever asks; the one used last first.
#[utoipa::path(get, path = "/api/yo/sesiones", tag = "sesión", responses(
    (status = 200, body = OtherSessions), (status = 401, body = ProblemDocument)))]
pub(crate) async fn others(State(app): State<App>, Session(who): Session) -> Result<Json<OtherSessions>, Problem> {
    const LIST: &str = "SELECT created_at, COALESCE(seen_at, created_at) AS seen_at FROM sessions \
         WHERE user_id = $1 AND token_hash <> $2 AND expires_at > $3 ORDER BY COALESCE(seen_at, created_at) DESC, token_hash";
    let (now, own) = (app.ambient.now(), &who.session[..]);
    let mut otras = fetch!(all, app.db.read().await?, OtherSession, LIST, who.user_id, own, now)?;
    otras.retain(|other| app.gate.idle(other.seen_at) != Idle::Over);
    Ok(Json(OtherSessions { otras }))
}

/// Ends the other sessions of the account; that of whoever asks goes on.
#[utoipa::path(delete, path = "/api/yo/sesiones", tag = "sesión", responses(
    (status = 204), (status = 401, body = ProblemDocument)))]
pub(crate) async fn end_the_others(State(app): State<App>, Session(who): Session) -> Result<StatusCode, Problem> {
    let end = EndOthers { user_id: who.user_id, keep: who.session };
    app.writer.submit_for(&who, end).await?;
    Ok(StatusCode::NO_CONTENT)
}
