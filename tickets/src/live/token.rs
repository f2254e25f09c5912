//! Single-use tokens: a socket for who cannot send a cookie, the shop above all.
//!
//! `POST /api/ws/token` hands one out, the first frame of a socket uses it up. Used up by a command, so that exactly one
//! socket comes of it, also with several instances. It belongs to the session that asked for it and ends with it. What must
//! never happen here: a token in a URL or in the log, a token that outlives a log-out.

use std::convert::Infallible;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{FromRequest, Request, State};
use axum::http::HeaderMap;
use belgrano_runtime::auth::session::{Token, TokenHash};
use belgrano_runtime::http::{ClientIp, Json};
use belgrano_runtime::problem::{Problem, ProblemDocument};
use belgrano_runtime::storage::Session;
use belgrano_runtime::writer::{Command, Failure, WriteError};
use belgrano_runtime::{execute, fetch, fetch_scalar};
use belgrano_wire::live::LiveToken;
use belgrano_wire::signature::DEFAULT_TOLERANCE;
use belgrano_wire::steady::horizon;
use belgrano_wire::texts::Message;
use belgrano_wire::timestamp::UnixMillis;
use serde::Serialize;
use utoipa::ToSchema;

use super::viewer::{Viewer, ViewerRole};
use crate::app::App;
use crate::intake::{Admitted, Purpose};
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

/// Gives a token that opens one socket.
#[utoipa::path(post, path = "/api/ws/token", tag = "live", security(("sesion" = []), ("firma" = []), ("clave" = [])), responses(
    (status = 200, body = SocketToken), (status = 401, body = ProblemDocument), (status = 403, body = ProblemDocument),
    (status = 503, body = ProblemDocument)))]
pub(super) async fn issue(
    State(app): State<App>,
    headers: HeaderMap,
    ip: ClientIp,
    request: Request,
) -> Result<Json<SocketToken>, Problem> {
    let owner = app.principal_by_cookie(&headers).await?.map(|principal| (principal.user_id, principal.session));
    let mut signed = None;
    if owner.is_none() {
        // Only what is signed has a body that matters, and only who may be the shop is waited for.
        app.intake.before_body(false, &headers, ip)?;
        let body = Bytes::from_request(request, &app).await;
        let body = body.map_err(|_| Problem::malformed(Message::new("refusal-cut")))?;
        if let Admitted::Signed(id) = app.intake.check(Purpose::SocketToken, &headers, &body, ip)? {
            signed = Some(id);
        }
    }
    let token = Token::generate(&app.ambient);
    app.writer.submit(Issue { hash: token.hash(), owner, signed }).await?;
    Ok(Json(SocketToken { token: token.reveal(), expires_in_s: LIFETIME_S }))
}

/// Keep a token.
#[derive(Debug)]
struct Issue {
    hash: TokenHash,
    /// The account and its session; `None` for the shop.
    owner: Option<(i64, TokenHash)>,
    /// The id of the signature that it is given for.
    signed: Option<String>,
}

/// Its signature was used before.
#[derive(Debug)]
struct UsedBefore;

impl From<UsedBefore> for Problem {
    fn from(_: UsedBefore) -> Self {
        tracing::warn!("a signature was refused: a token was given for it before");
        Self::unauthenticated(Message::new("refusal-signature"))
    }
}

const IS_USED: &str = "SELECT COUNT(*) FROM used_signatures WHERE id = $1 AND good_until >= $2";
const USE_ID: &str = "INSERT INTO used_signatures (id, good_until) VALUES ($1, $2) \
     ON CONFLICT (id) DO UPDATE SET good_until = excluded.good_until";
const PRUNE: &str = "DELETE FROM used_signatures WHERE good_until < $1";

const ISSUE: &str = "INSERT INTO socket_tokens (token_hash, user_id, session_hash, expires_at) VALUES ($1, $2, $3, $4)";

/// Forgets ids whose signatures are too old to be good; how many.
pub(crate) async fn forget_signatures(session: &mut Session, now: UnixMillis) -> sqlx::Result<u64> {
    execute!(*session, PRUNE, now)
}

impl Command<BoardUnit> for Issue {
    type Output = ();
    type Refusal = UsedBefore;

    async fn apply(&self, unit: &mut BoardUnit) -> Result<(), Failure<UsedBefore>> {
        if let Some(id) = &self.signed {
            // The sender's clock may be ahead by the tolerance, and then its signature is good for as long again.
            let good_ms = i64::try_from(2 * DEFAULT_TOLERANCE.as_millis()).unwrap_or(i64::MAX);
            let (now, until) = (unit.now(), unit.now().plus_ms(good_ms.saturating_add(1000)));
            if fetch_scalar!(one, *unit.reader(), i64, IS_USED, id, now)? > 0 {
                return Err(Failure::Refused(UsedBefore));
            }
            execute!(*unit.session(), USE_ID, id, until)?;
        }
        let expires_at = unit.now().plus_ms(LIFETIME_S * 1000);
        let user_id = self.owner.map(|(user_id, _)| user_id);
        let session = self.owner.as_ref().map(|(_, session)| &session[..]);
        execute!(*unit.session(), ISSUE, &self.hash[..], user_id, session, expires_at)?;
        Ok(())
    }
}

/// Use a token up: whose it was, if it was one.
#[derive(Debug)]
struct UseUp(TokenHash);

#[derive(sqlx::FromRow)]
struct Owner {
    user_id: Option<i64>,
    session_hash: Option<Vec<u8>>,
}

const USE_UP: &str = "DELETE FROM socket_tokens WHERE token_hash = $1 AND expires_at > $2 AND expires_at <= $3 \
     RETURNING user_id, session_hash";
const EXISTS: &str = "SELECT expires_at FROM socket_tokens WHERE token_hash = $1";
const HOLDER: &str = "SELECT u.role FROM sessions s JOIN users u ON u.id = s.user_id \
     WHERE s.token_hash = $1 AND s.user_id = $2 AND s.expires_at > $3 AND u.active";

impl Command<BoardUnit> for UseUp {
    type Output = Option<Viewer>;
    type Refusal = Infallible;

    async fn apply(&self, unit: &mut BoardUnit) -> Result<Option<Viewer>, Failure<Infallible>> {
        let now = unit.now();
        // A token that ends later was made by a clock that was set back since.
        let latest = horizon(now, Duration::from_secs(LIFETIME_S.unsigned_abs()));
        let session = unit.session();
        let Some(owner) = fetch!(optional, *session, Owner, USE_UP, &self.0[..], now, latest)? else { return Ok(None) };
        let Owner { user_id: Some(user_id), session_hash } = owner else { return Ok(Some(Viewer::shop())) };
        let role = fetch_scalar!(optional, *session, String, HOLDER, session_hash.as_deref(), user_id, now)?;
        let role = role.map(Role::try_from).transpose().map_err(|error| sqlx::Error::Decode(Box::new(error)))?;
        Ok(role.map(|role| Viewer { user_id: Some(user_id), role: role.into(), session: session_hash }))
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

impl From<Role> for ViewerRole {
    fn from(role: Role) -> Self {
        match role {
            Role::Admin => Self::Admin,
            Role::Driver => Self::Driver,
        }
    }
}
