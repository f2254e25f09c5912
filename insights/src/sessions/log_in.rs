//! Logging in and out, and saying who is logged in.

use std::convert::Infallible;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use belgrano_runtime::auth::email::Email;
use belgrano_runtime::auth::gate::{NewSession, Verified, WrongCredentials};
use belgrano_runtime::auth::session::{Token, TokenHash};
use belgrano_runtime::http::{Json, RequestContext};
use belgrano_runtime::problem::{Problem, ProblemDocument};
use belgrano_runtime::security::{Entry, Kind, Source};
use belgrano_runtime::writer::{Command, Failure, WriteError};
use belgrano_runtime::{execute, fetch_scalar};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Principal, Session, open_session};
use crate::accounts::{self, LogInAccount, Role};
use crate::app::App;
use crate::unit::{Ended, InsightsUnit};

/// `POST /api/login`.
#[derive(Deserialize, ToSchema)]
pub(crate) struct LogIn {
    /// The account's address.
    #[schema(value_type = String, example = "ana@example.com")]
    email: Email,
    /// Its password.
    #[schema(format = Password)]
    password: String,
}

/// Who is logged in.
#[derive(Serialize, ToSchema)]
pub(crate) struct Me {
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
    /// The number, in the shop, of the business whose rows a merchant sees; null: none yet, or no merchant.
    #[serde(rename = "negocio_id")]
    business_id: Option<i64>,
}

impl From<&Principal> for Me {
    fn from(principal: &Principal) -> Self {
        Self {
            id: principal.account_id,
            name: principal.name.to_string(),
            email: principal.email.to_string(),
            role: principal.role,
            business_id: principal.business,
        }
    }
}

/// Begin a session of an account whose password was verified.
#[derive(Debug)]
struct Begin {
    account_id: i64,
    verified: Verified,
    session: NewSession,
    source: Source,
}

impl Command<InsightsUnit> for Begin {
    type Output = ();
    type Refusal = WrongCredentials;

    async fn apply(&self, unit: &mut InsightsUnit) -> Result<(), Failure<WrongCredentials>> {
        const STILL: &str = "SELECT id FROM accounts WHERE id = $1 AND active AND password_hash = $2";
        let Verified { stored, rehashed } = &self.verified;
        if fetch_scalar!(optional, *unit.reader(), i64, STILL, self.account_id, stored)?.is_none() {
            return Err(Failure::Refused(WrongCredentials));
        }
        if let Some(rehashed) = rehashed {
            const UPDATE: &str = "UPDATE accounts SET password_hash = $1 WHERE id = $2";
            execute!(*unit.session(), UPDATE, rehashed, self.account_id)?;
        }
        open_session(unit, self.account_id, &self.session).await?;
        unit.log(Entry::new(Kind::LoggedIn).by(self.source.by(self.account_id)));
        Ok(())
    }
}

/// Ends a session before its time.
#[derive(Debug)]
struct End {
    token: TokenHash,
    source: Source,
}

impl Command<InsightsUnit> for End {
    type Output = ();
    type Refusal = Infallible;

    async fn apply(&self, unit: &mut InsightsUnit) -> Result<(), Failure<Infallible>> {
        execute!(*unit.session(), "DELETE FROM sessions WHERE token_hash = $1", &self.token[..])?;
        unit.ended(Ended::Session(self.token));
        unit.log(Entry::new(Kind::LoggedOut).by(self.source));
        Ok(())
    }
}

/// Log in
#[utoipa::path(post, path = "/api/login", tag = "sesión", security(()), request_body = LogIn, responses(
    (status = 200, body = Me, description = "With the cookie `belgrano_insights`"),
    (status = 401, body = ProblemDocument), (status = 429, body = ProblemDocument)))]
pub(crate) async fn log_in(
    State(app): State<App>,
    context: RequestContext,
    Json(body): Json<LogIn>,
) -> Result<Response, Problem> {
    let source = app.security.source(&context);
    if let Err(too_many) = app.gate.take_try(context.client_ip, &body.email) {
        app.security.log_in_failed(source, &body.email, None, "limite");
        return Err(too_many);
    }
    let began = match begin(&app, &body, source).await? {
        // Another log-in of this moment has put today's hash in the place of an outdated one, or the password was changed:
        // the account says.
        None => begin(&app, &body, source).await?,
        began => began,
    };
    let (account, token) = began.ok_or(WrongCredentials)?;
    let LogInAccount { id, name, role, business_id, .. } = account;
    let me = Me { id, name, email: body.email.as_str().to_owned(), role, business_id };
    Ok(([(header::SET_COOKIE, app.gate.cookie().set(&token))], Json(me)).into_response())
}

/// Begins a session; `None` when the password was right and its hash is not the account's any more.
async fn begin(app: &App, body: &LogIn, source: Source) -> Result<Option<(LogInAccount, Token)>, Problem> {
    let account = accounts::for_log_in(&app.db, &body.email).await?.filter(|account| account.active);
    let stored = account.as_ref().map(|account| account.password_hash.clone());
    let verified = app.gate.verify(&body.password, stored).await?;
    let id = account.as_ref().map(|account| account.id);
    let Some((account, verified)) = account.zip(verified) else {
        app.security.log_in_failed(source, &body.email, id, "clave");
        return Err(WrongCredentials.into());
    };
    let (token, session) = app.gate.new_session(None);
    match app.writer.submit(Begin { account_id: account.id, verified, session, source }).await {
        Ok(()) => Ok(Some((account, token))),
        Err(WriteError::Refused(WrongCredentials)) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Log out
#[utoipa::path(post, path = "/api/logout", tag = "sesión", security(()), responses((status = 204)))]
pub(crate) async fn log_out(State(app): State<App>, session: Result<Session, Problem>) -> Result<Response, Problem> {
    if let Ok(Session(principal)) = session {
        app.writer.submit(End { token: principal.session, source: principal.source }).await?;
    }
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, app.gate.cookie().clear())]).into_response())
}

/// Who is logged in
#[utoipa::path(get, path = "/api/me", tag = "sesión", responses(
    (status = 200, body = Me), (status = 401, body = ProblemDocument)))]
pub(crate) async fn me(Session(principal): Session) -> Json<Me> {
    Json(Me::from(&principal))
}
