//! Logging in and out.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use belgrano_shared::auth::session::{Token, TokenHash};
use belgrano_shared::http::{ClientIp, Json};
use belgrano_shared::problem::{Problem, ProblemDocument};
use belgrano_shared::writer::{Command, Failure};
use belgrano_shared::{execute, fetch};
use serde::Deserialize;
use utoipa::ToSchema;

use super::profile::{AccountView, read_account};
use super::{Email, MaybeSession};
use crate::app::App;
use crate::cart;
use crate::unit::ShopUnit;

/// How long a session lasts, how many an account has, and which anonymous cart comes along.
#[derive(Clone, Copy, Debug)]
pub(super) struct NewSession {
    token: TokenHash,
    lifetime_ms: i64,
    max_sessions: i64,
    cart: Option<TokenHash>,
}

impl NewSession {
    /// A session to be opened by the caller of a request with these headers, and the token to hand out.
    pub(super) fn prepare(app: &App, headers: &HeaderMap) -> (Token, Self) {
        let token = Token::generate(&app.ambient);
        let lifetime_ms = i64::try_from(app.settings.common.session_lifetime.as_millis()).unwrap_or(i64::MAX);
        let session = Self {
            token: token.hash(),
            lifetime_ms,
            max_sessions: app.settings.accounts.max_sessions,
            cart: cart::anonymous_token(app, headers),
        };
        (token, session)
    }

    /// Opens it, closes the account's oldest beyond the limit, and brings the anonymous cart along.
    pub(super) async fn open(&self, unit: &mut ShopUnit, account_id: i64) -> sqlx::Result<()> {
        let now = unit.now();
        let session = unit.session();
        execute!(*session, INSERT, &self.token[..], account_id, now, now.plus_ms(self.lifetime_ms))?;
        execute!(*session, DELETE_OLDEST, account_id, self.max_sessions)?;
        match self.cart {
            Some(cart) => cart::adopt(unit.session(), cart, account_id, now).await,
            None => Ok(()),
        }
    }
}

const INSERT: &str = "INSERT INTO sessions (token_hash, account_id, created_at, expires_at) VALUES ($1, $2, $3, $4)";
const DELETE_OLDEST: &str = "DELETE FROM sessions WHERE account_id = $1 AND token_hash NOT IN \
     (SELECT token_hash FROM sessions WHERE account_id = $1 ORDER BY expires_at DESC, token_hash LIMIT $2)";
const DELETE: &str = "DELETE FROM sessions WHERE token_hash = $1";

/// Opens a session for an account whose password was verified.
struct OpenSession {
    account_id: i64,
    /// The hash that was verified: if it changed meanwhile, the password was another's.
    verified: String,
    /// The same password hashed with the parameters of today.
    rehashed: Option<String>,
    session: NewSession,
}

impl Command<ShopUnit> for OpenSession {
    type Output = ();
    type Refusal = WrongCredentials;

    async fn apply(&self, unit: &mut ShopUnit) -> Result<(), Failure<WrongCredentials>> {
        const SELECT: &str = "SELECT id, password_hash FROM accounts WHERE id = $1 AND active";
        let known = fetch!(optional, *unit.reader(), Known, SELECT, self.account_id)?;
        if known.is_none_or(|known| known.password_hash != self.verified) {
            return Err(Failure::Refused(WrongCredentials));
        }
        if let Some(rehashed) = &self.rehashed {
            const UPDATE: &str = "UPDATE accounts SET password_hash = $1 WHERE id = $2";
            execute!(*unit.session(), UPDATE, rehashed, self.account_id)?;
        }
        self.session.open(unit, self.account_id).await?;
        Ok(())
    }
}

/// Closes one session. That it is gone already is as good.
struct CloseSession {
    token: TokenHash,
    account_id: i64,
}

impl Command<ShopUnit> for CloseSession {
    type Output = ();
    type Refusal = WrongCredentials;

    async fn apply(&self, unit: &mut ShopUnit) -> Result<(), Failure<WrongCredentials>> {
        execute!(*unit.session(), DELETE, &self.token[..])?;
        // Whoever holds a socket of this account looks again whether it may.
        unit.announce().accounts.push(self.account_id);
        Ok(())
    }
}

/// No such account, closed, or another password: one answer for all three.
#[derive(Debug)]
struct WrongCredentials;

impl From<WrongCredentials> for Problem {
    fn from(WrongCredentials: WrongCredentials) -> Self {
        Self::unauthenticated("El correo o la contraseña no son correctos.")
    }
}

#[derive(sqlx::FromRow)]
struct Known {
    id: i64,
    password_hash: String,
}

/// Who logs in.
#[derive(Deserialize, ToSchema)]
pub(crate) struct LoginBody {
    #[schema(value_type = String, example = "ana@example.com")]
    email: Email,
    #[schema(format = Password)]
    password: String,
}

/// Logs in
///
/// Sets the session's cookie. What was in the anonymous cart moves into the account's.
#[utoipa::path(
    post, path = "/api/login", tag = "cuentas", request_body = LoginBody,
    responses(
        (status = 200, body = AccountView),
        (status = 401, body = ProblemDocument, description = "No such account, or another password; not told apart"),
        (status = 429, body = ProblemDocument),
    )
)]
pub(crate) async fn login(
    State(app): State<App>,
    ip: ClientIp,
    headers: HeaderMap,
    Json(body): Json<LoginBody>,
) -> Result<Response, Problem> {
    const SELECT: &str = "SELECT id, password_hash FROM accounts WHERE email = $1 AND active";
    app.gate.try_to_prove(ip, &body.email)?;
    let known = fetch!(optional, app.db.read().await?, Known, SELECT, body.email.as_str())?;
    let Some(known) = known else {
        app.gate.passwords().verify_dummy(&body.password).await?;
        return Err(WrongCredentials.into());
    };
    if !app.gate.passwords().verify(&body.password, &known.password_hash).await? {
        return Err(WrongCredentials.into());
    }
    let rehashed = super::password::rehash_if_outdated(&app, &body.password, &known.password_hash).await?;
    let (token, session) = NewSession::prepare(&app, &headers);
    let open = OpenSession { account_id: known.id, verified: known.password_hash, rehashed, session };
    app.writer.submit(open).await?;
    let account = read_account(&app, known.id).await?;
    Ok(([(header::SET_COOKIE, app.gate.cookie().set(&token))], Json(account)).into_response())
}

/// Logs out
///
/// Ends the session for good. Without one there is nothing to end, and that is fine.
#[utoipa::path(post, path = "/api/logout", tag = "cuentas", responses((status = 204)))]
pub(crate) async fn logout(State(app): State<App>, MaybeSession(who): MaybeSession) -> Result<Response, Problem> {
    if let Some(who) = who {
        app.writer.submit(CloseSession { token: who.token, account_id: who.account_id }).await?;
        app.gate.forget_session(&who.token);
    }
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, app.gate.cookie().clear())]).into_response())
}
