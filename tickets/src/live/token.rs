//! Single-use tokens: a socket for who cannot send a cookie, the shop above all.
//!
//! `POST /api/ws/token` hands one out, the first frame of a socket uses it up. Used up by a command, so that exactly one
//! socket comes of it, also with several instances. What must never happen here: a token in a URL or in the log.

use std::convert::Infallible;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use belgrano_shared::auth::session::{Token, TokenHash};
use belgrano_shared::http::{ClientIp, Json};
use belgrano_shared::problem::{Problem, ProblemDocument};
use belgrano_shared::timestamp::UnixMillis;
use belgrano_shared::wire::live::LiveToken;
use belgrano_shared::writer::{Command, Failure, WriteError};
use belgrano_shared::{execute, fetch_scalar};
use serde::Serialize;
use utoipa::ToSchema;

use super::viewer::{Viewer, ViewerRole};
use crate::app::App;
use crate::intake::Purpose;
use crate::unit::BoardUnit;
use crate::users::Role;

/// How long a token may wait for its socket.
const LIFETIME_S: i64 = 30;

/// A token for one socket.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SocketToken {
    /// Goes into the first frame: `{"type":"auth","token":…}`.
    token: String,
    /// Seconds it may wait.
    #[serde(rename = "expira_s")]
    expires_in_s: i64,
}

/// Da una clave de un solo uso para abrir un socket.
#[utoipa::path(post, path = "/api/ws/token", tag = "live", responses(
    (status = 200, body = SocketToken), (status = 401, body = ProblemDocument), (status = 503, body = ProblemDocument)))]
pub(super) async fn issue(
    State(app): State<App>,
    headers: HeaderMap,
    ip: ClientIp,
    body: Bytes,
) -> Result<Json<SocketToken>, Problem> {
    let user_id = app.principal_by_cookie(&headers).await?.map(|principal| principal.user_id);
    if user_id.is_none() {
        app.intake.check(Purpose::SocketToken, &headers, &body, ip)?;
    }
    let token = Token::generate(&app.ambient);
    app.writer.submit(Issue { hash: token.hash(), user_id }).await?;
    Ok(Json(SocketToken { token: token.reveal(), expires_in_s: LIFETIME_S }))
}

/// Keep a token.
#[derive(Debug)]
struct Issue {
    hash: TokenHash,
    user_id: Option<i64>,
}

const ISSUE: &str = "INSERT INTO socket_tokens (token_hash, user_id, expires_at) VALUES ($1, $2, $3)";

impl Command<BoardUnit> for Issue {
    type Output = ();
    type Refusal = Infallible;

    async fn apply(&self, unit: &mut BoardUnit) -> Result<(), Failure<Infallible>> {
        let expires_at = unit.now().plus_ms(LIFETIME_S * 1000);
        execute!(*unit.session(), ISSUE, &self.hash[..], self.user_id, expires_at)?;
        Ok(())
    }
}

/// Use a token up: whose it was, if it was one.
#[derive(Debug)]
struct UseUp(TokenHash);

const USE_UP: &str = "DELETE FROM socket_tokens WHERE token_hash = $1 AND expires_at > $2 RETURNING user_id";
const EXISTS: &str = "SELECT expires_at FROM socket_tokens WHERE token_hash = $1";
const ROLE: &str = "SELECT role FROM users WHERE id = $1 AND active";

impl Command<BoardUnit> for UseUp {
    type Output = Option<Viewer>;
    type Refusal = Infallible;

    async fn apply(&self, unit: &mut BoardUnit) -> Result<Option<Viewer>, Failure<Infallible>> {
        let now = unit.now();
        let session = unit.session();
        let owner = fetch_scalar!(optional, *session, Option<i64>, USE_UP, &self.0[..], now)?;
        let Some(user_id) = owner else { return Ok(None) };
        let Some(user_id) = user_id else { return Ok(Some(Viewer::shop())) };
        let role = fetch_scalar!(optional, *session, String, ROLE, user_id)?;
        let role = role.and_then(|role| Role::try_from(role).ok());
        Ok(role.map(|role| Viewer { user_id: Some(user_id), role: role.into(), session: None, expires_at: None }))
    }
}

/// Whose token this is; nobody's from now on.
pub(super) async fn use_up(app: &App, token: &LiveToken) -> Result<Option<Viewer>, WriteError<Infallible>> {
    let Some(token) = Token::parse(&token.0) else { return Ok(None) };
    let hash = token.hash();
    // Strangers that guess do not get to the writer.
    let known = async {
        let mut session = app.db.read().await?;
        fetch_scalar!(optional, session, UnixMillis, EXISTS, &hash[..])
    };
    match known.await {
        Ok(None) => Ok(None),
        Ok(Some(_)) => app.writer.submit(UseUp(hash)).await,
        Err(error) => Err(WriteError::Database(error.into())),
    }
}

/// Whether somebody who opened a socket with a token may still be here.
pub(super) async fn still_active(app: &App, user_id: i64, role: ViewerRole) -> sqlx::Result<bool> {
    let mut session = app.db.read().await?;
    let now = fetch_scalar!(optional, session, String, ROLE, user_id)?;
    Ok(now.and_then(|now| Role::try_from(now).ok()).is_some_and(|now| ViewerRole::from(now) == role))
}

impl From<Role> for ViewerRole {
    fn from(role: Role) -> Self {
        match role {
            Role::Admin => Self::Admin,
            Role::Driver => Self::Driver,
        }
    }
}
