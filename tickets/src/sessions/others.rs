//! The sessions of one's account: what there is, and ending one or all the others.

use std::convert::Infallible;

use axum::extract::State;
use axum::http::StatusCode;
use belgrano_runtime::auth::gate::Idle;
use belgrano_runtime::auth::own_sessions::{OwnSession, OwnSessions, SessionId};
use belgrano_runtime::auth::session::TokenHash;
use belgrano_runtime::http::{Json, Path};
use belgrano_runtime::problem::{Problem, ProblemDocument};
use belgrano_runtime::security::{Entry, Kind};
use belgrano_runtime::writer::{Command, Failure};
use belgrano_runtime::{execute, fetch, fetch_scalar};
use belgrano_wire::texts::Message;

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

/// Ends one session of an account.
#[derive(Debug)]
struct EndOne {
    user_id: i64,
    /// What it is called: a [`SessionId`].
    id: String,
}

/// The account has no session of this name; it may have ended already.
#[derive(Debug)]
struct NoSession;

impl From<NoSession> for Problem {
    fn from(NoSession: NoSession) -> Self {
        Self::not_found(Message::new("refusal-no-session"))
    }
}

impl Command<BoardUnit> for EndOne {
    type Output = ();
    type Refusal = NoSession;

    async fn apply(&self, unit: &mut BoardUnit) -> Result<(), Failure<NoSession>> {
        const SESSIONS: &str = "SELECT token_hash FROM sessions WHERE user_id = $1";
        let stored = fetch_scalar!(all, *unit.reader(), Vec<u8>, SESSIONS, self.user_id)?;
        let token = SessionId::find(stored, &self.id).ok_or(Failure::Refused(NoSession))?;
        execute!(*unit.session(), "DELETE FROM sessions WHERE token_hash = $1", &token[..])?;
        unit.announce(Announcement::Revoked { user_id: self.user_id, session: Some(token.to_vec()) });
        unit.log(Entry::new(Kind::LoggedOut).with("sesiones", "otra"));
        Ok(())
    }
}

/// The sessions of the account: that of whoever asks and the others; the one used last first.
#[utoipa::path(get, path = "/api/yo/sesiones", tag = "sesión", responses(
    (status = 200, body = OwnSessions), (status = 401, body = ProblemDocument)))]
pub(crate) async fn sessions(State(app): State<App>, Session(who): Session) -> Result<Json<OwnSessions>, Problem> {
    const LIST: &str = "SELECT token_hash AS id, device, created_at, COALESCE(seen_at, created_at) AS seen_at, expires_at FROM sessions \
         WHERE user_id = $1 AND expires_at > $2 ORDER BY COALESCE(seen_at, created_at) DESC, token_hash";
    let all = fetch!(all, app.db.read().await?, OwnSession, LIST, who.user_id, app.ambient.now())?;
    let sessions = OwnSessions::of(all, &who.session, |other| app.gate.idle(other.seen_at) != Idle::Over);
    sessions.map(Json).ok_or_else(|| Problem::unauthenticated(Message::new("refusal-log-in")))
}

/// Ends the other sessions of the account; that of whoever asks goes on.
#[utoipa::path(delete, path = "/api/yo/sesiones", tag = "sesión", responses(
    (status = 204), (status = 401, body = ProblemDocument)))]
pub(crate) async fn end_the_others(State(app): State<App>, Session(who): Session) -> Result<StatusCode, Problem> {
    let end = EndOthers { user_id: who.user_id, keep: who.session };
    app.writer.submit_for(&who, end).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Ends one session of the account, by its `id`; it may be that of whoever asks.
#[utoipa::path(delete, path = "/api/yo/sesiones/{id}", tag = "sesión", params(("id" = String, Path)), responses(
    (status = 204), (status = 401, body = ProblemDocument), (status = 404, body = ProblemDocument)))]
pub(crate) async fn end_one(
    State(app): State<App>,
    Session(who): Session,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    app.writer.submit_for(&who, EndOne { user_id: who.user_id, id }).await?;
    Ok(StatusCode::NO_CONTENT)
}
