//! The other sessions of one's account: what there is, and ending them.

use std::convert::Infallible;

use axum::extract::State;
use axum::http::StatusCode;
use belgrano_runtime::auth::gate::Idle;
use belgrano_runtime::auth::session::{OtherSession, OtherSessions, TokenHash};
use belgrano_runtime::fetch;
use belgrano_runtime::http::Json;
use belgrano_runtime::problem::{Problem, ProblemDocument};
use belgrano_runtime::security::{Entry, Kind};
use belgrano_runtime::writer::{Command, Failure};

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

/// The other sessions of whoever asks, the one used last first.
pub(crate) async fn others_of(app: &App, who: &Principal) -> Result<Vec<OtherSession>, Problem> {
    const LIST: &str = "SELECT created_at, COALESCE(seen_at, created_at) AS seen_at FROM sessions \
         WHERE account_id = $1 AND token_hash <> $2 AND expires_at > $3 ORDER BY COALESCE(seen_at, created_at) DESC, token_hash";
    let (now, own) = (app.ambient.now(), &who.token[..]);
    let mut others = fetch!(all, app.db.read().await?, OtherSession, LIST, who.account_id, own, now)?;
    others.retain(|other| app.gate.idle(other.seen_at) != Idle::Over);
    Ok(others)
}

/// Ends the other sessions of whoever asks, whose own goes on.
pub(crate) async fn end_others_of(app: &App, who: &Principal) -> Result<(), Problem> {
    let end = EndOthers { account_id: who.account_id, keep: who.token };
    Ok(app.writer.submit_for(who, end).await?)
}

/// The other sessions of the account, without that of whoever asks; the one used last first.
#[utoipa::path(get, path = "/api/yo/sesiones", tag = "cuentas", responses(
    (status = 200, body = OtherSessions), (status = 401, body = ProblemDocument)))]
pub(crate) async fn others(State(app): State<App>, Session(who): Session) -> Result<Json<OtherSessions>, Problem> {
    Ok(Json(OtherSessions { otras: others_of(&app, &who).await? }))
}

/// Ends the other sessions of the account; that of whoever asks goes on.
#[utoipa::path(delete, path = "/api/yo/sesiones", tag = "cuentas", responses(
    (status = 204), (status = 401, body = ProblemDocument)))]
pub(crate) async fn end_others(State(app): State<App>, Session(who): Session) -> Result<StatusCode, Problem> {
    end_others_of(&app, &who).await?;
    Ok(StatusCode::NO_CONTENT)
}
