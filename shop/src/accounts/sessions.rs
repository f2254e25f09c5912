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
use super::password::end_sessions;
use super::principal::Principal;
use crate::app::App;
use crate::unit::ShopUnit;

/// Ends the sessions of an account, except `keep`.
#[derive(Debug)]
struct EndOthers {
    account_id: i64,
    keep: TokenHash,
}

impl Command<ShopUnit> for EndOthers {
    type Output = ();
    type Refusal = Infallible;

    async fn apply(&self, unit: &mut ShopUnit) -> Result<(), Failure<Infallible>> {
        if end_sessions(unit, self.account_id, Some(&self.keep)).await? > 0 {
            unit.log(Entry::new(Kind::LoggedOut).with("sesiones", "otras"));
        }
        Ok(())
    }
}

/// Ends one session of an account.
#[derive(Debug)]
struct EndOne {
    account_id: i64,
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

impl Command<ShopUnit> for EndOne {
    type Output = ();
    type Refusal = NoSession;

    async fn apply(&self, unit: &mut ShopUnit) -> Result<(), Failure<NoSession>> {
        const SESSIONS: &str = "SELECT token_hash FROM sessions WHERE account_id = $1";
        let stored = fetch_scalar!(all, *unit.reader(), Vec<u8>, SESSIONS, self.account_id)?;
        let token = SessionId::find(stored, &self.id).ok_or(Failure::Refused(NoSession))?;
        execute!(*unit.session(), "DELETE FROM sessions WHERE token_hash = $1", &token[..])?;
        unit.announce().sessions.push((self.account_id, token));
        unit.log(Entry::new(Kind::LoggedOut).with("sesiones", "otra"));
        Ok(())
    }
}

/// The sessions of the account of whoever asks, the one used last first.
pub(crate) async fn sessions_of(app: &App, who: &Principal) -> Result<OwnSessions, Problem> {
    const LIST: &str = "SELECT token_hash AS id, device, created_at, COALESCE(seen_at, created_at) AS seen_at, expires_at FROM sessions \
         WHERE account_id = $1 AND expires_at > $2 ORDER BY COALESCE(seen_at, created_at) DESC, token_hash";
    let all = fetch!(all, app.db.read().await?, OwnSession, LIST, who.account_id, app.ambient.now())?;
    let sessions = OwnSessions::of(all, &who.token, |other| app.gate.idle(other.seen_at) != Idle::Over);
    sessions.ok_or_else(|| Problem::unauthenticated(Message::new("refusal-log-in")))
}

/// Ends the other sessions of whoever asks, whose own goes on.
pub(crate) async fn end_others_of(app: &App, who: &Principal) -> Result<(), Problem> {
    let end = EndOthers { account_id: who.account_id, keep: who.token };
    Ok(app.writer.submit_for(who, end).await?)
}

/// Ends the session called `id` of the account of whoever asks; 404 when it has none of this name.
pub(crate) async fn end_one_of(app: &App, who: &Principal, id: String) -> Result<(), Problem> {
    Ok(app.writer.submit_for(who, EndOne { account_id: who.account_id, id }).await?)
}

/// The sessions of the account: that of whoever asks and the others; the one used last first.
#[utoipa::path(get, path = "/api/yo/sesiones", tag = "cuentas", responses(
    (status = 200, body = OwnSessions), (status = 401, body = ProblemDocument)))]
pub(crate) async fn sessions(State(app): State<App>, Session(who): Session) -> Result<Json<OwnSessions>, Problem> {
    sessions_of(&app, &who).await.map(Json)
}

/// Ends the other sessions of the account; that of whoever asks goes on.
#[utoipa::path(delete, path = "/api/yo/sesiones", tag = "cuentas", responses(
    (status = 204), (status = 401, body = ProblemDocument)))]
pub(crate) async fn end_others(State(app): State<App>, Session(who): Session) -> Result<StatusCode, Problem> {
    end_others_of(&app, &who).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Ends one session of the account, by its `id`; it may be that of whoever asks.
#[utoipa::path(delete, path = "/api/yo/sesiones/{id}", tag = "cuentas", params(("id" = String, Path)), responses(
    (status = 204), (status = 401, body = ProblemDocument), (status = 404, body = ProblemDocument)))]
pub(crate) async fn end_one(
    State(app): State<App>,
    Session(who): Session,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    end_one_of(&app, &who, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
