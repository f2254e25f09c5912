//! Logging in and out, and saying who is logged in.

use std::convert::Infallible;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use belgrano_shared::auth::session::{Token, TokenHash};
use belgrano_shared::http::{ClientIp, Json};
use belgrano_shared::problem::{Problem, ProblemDocument};
use belgrano_shared::writer::{Command, Failure};
use belgrano_shared::{execute, fetch_scalar};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Principal, Session};
use crate::app::App;
use crate::unit::{Announcement, BoardUnit};
use crate::users::{self, Role};

/// `POST /api/login`.
#[derive(Deserialize, ToSchema)]
pub struct LogIn {
    /// The account's address.
    email: String,
    /// Its password.
    password: String,
}

/// Who is logged in.
#[derive(Serialize, ToSchema)]
pub struct Me {
    /// The account.
    id: i64,
    /// Its name.
    #[serde(rename = "nombre")]
    name: String,
    /// Its address.
    email: String,
    /// What it may do.
    #[serde(rename = "rol")]
    role: Role,
}

impl From<&Principal> for Me {
    fn from(principal: &Principal) -> Self {
        Self {
            id: principal.user_id,
            name: principal.name.to_string(),
            email: principal.email.to_string(),
            role: principal.role,
        }
    }
}

/// Begin a session.
#[derive(Debug)]
struct Begin {
    user_id: i64,
    password_hash: String,
    token: TokenHash,
    lifetime_ms: i64,
}

/// The account was disabled, or its password changed, while it logged in.
#[derive(Debug)]
struct AccountChanged;

impl From<AccountChanged> for Problem {
    fn from(AccountChanged: AccountChanged) -> Self {
        wrong()
    }
}

impl Command<BoardUnit> for Begin {
    type Output = ();
    type Refusal = AccountChanged;

    async fn apply(&self, unit: &mut BoardUnit) -> Result<(), Failure<AccountChanged>> {
        const STILL: &str = "SELECT id FROM users WHERE id = $1 AND active AND password_hash = $2";
        const INSERT: &str =
            "INSERT INTO sessions (token_hash, user_id, created_at, expires_at) VALUES ($1, $2, $3, $4)";
        let still = fetch_scalar!(optional, *unit.reader(), i64, STILL, self.user_id, &self.password_hash)?;
        if still.is_none() {
            return Err(Failure::Refused(AccountChanged));
        }
        let now = unit.now();
        let session = unit.session();
        execute!(*session, INSERT, &self.token[..], self.user_id, now, now.plus_ms(self.lifetime_ms))?;
        Ok(())
    }
}

/// End a session.
#[derive(Debug)]
struct End {
    user_id: i64,
    token: TokenHash,
}

impl Command<BoardUnit> for End {
    type Output = ();
    type Refusal = Infallible;

    async fn apply(&self, unit: &mut BoardUnit) -> Result<(), Failure<Infallible>> {
        execute!(*unit.session(), "DELETE FROM sessions WHERE token_hash = $1", &self.token[..])?;
        unit.announce(Announcement::Revoked { user_id: self.user_id, session: Some(self.token.to_vec()) });
        Ok(())
    }
}

/// One answer for a wrong address and a wrong password: nobody learns who has an account.
fn wrong() -> Problem {
    Problem::unauthenticated("El correo o la contraseña no son correctos.")
}

/// Inicia una sesión.
#[utoipa::path(post, path = "/api/login", tag = "sesión", request_body = LogIn, responses(
    (status = 200, body = Me, description = "Con la cookie `belgrano_tickets`."),
    (status = 401, body = ProblemDocument), (status = 429, body = ProblemDocument)))]
pub async fn log_in(State(app): State<App>, ip: ClientIp, Json(body): Json<LogIn>) -> Result<Response, Problem> {
    let email = users::normal_email(&body.email);
    app.sessions.by_address.check(&ip.key())?;
    // What cannot be an address is nobody's, and must not be kept as a key for as long as a limit is remembered.
    if !users::may_be_email(&email) {
        return Err(wrong());
    }
    app.sessions.by_account.check(&email)?;
    let Some(account) = users::for_log_in(&app.db, &email).await? else {
        app.passwords.verify_dummy(&body.password).await?;
        return Err(wrong());
    };
    if !app.passwords.verify(&body.password, &account.password_hash).await? || !account.active {
        return Err(wrong());
    }
    let token = Token::generate(&app.ambient);
    let begin = Begin {
        user_id: account.id,
        password_hash: account.password_hash,
        token: token.hash(),
        lifetime_ms: app.sessions.lifetime_ms,
    };
    app.writer.submit(begin).await?;
    let me = Me { id: account.id, name: account.name, email, role: account.role };
    Ok(([(header::SET_COOKIE, app.sessions.cookie.set(&token))], Json(me)).into_response())
}

/// Termina la sesión.
#[utoipa::path(post, path = "/api/logout", tag = "sesión", responses((status = 204)))]
pub async fn log_out(State(app): State<App>, session: Result<Session, Problem>) -> Result<Response, Problem> {
    if let Ok(Session(principal)) = session {
        let end = End { user_id: principal.user_id, token: principal.session };
        app.writer.submit(end).await?;
    }
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, app.sessions.cookie.clear())]).into_response())
}

/// Quién inició la sesión.
#[utoipa::path(get, path = "/api/me", tag = "sesión", responses(
    (status = 200, body = Me), (status = 401, body = ProblemDocument)))]
pub async fn me(Session(principal): Session) -> Json<Me> {
    Json(Me::from(&principal))
}
