//! Logging in and out, and saying who is logged in.

use std::convert::Infallible;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use belgrano_runtime::auth::device_name::DeviceName;
use belgrano_runtime::auth::email::Email;
use belgrano_runtime::auth::gate::{NewSession, Verified, WrongCredentials};
use belgrano_runtime::auth::known_password::Owner;
use belgrano_runtime::auth::second_factor::{self, Code, FactorKeys, NotYet, Second};
use belgrano_runtime::auth::session::{Token, TokenHash};
use belgrano_runtime::http::{Json, RequestContext};
use belgrano_runtime::problem::{Problem, ProblemDocument};
use belgrano_runtime::security::{Entry, Kind, Source};
use belgrano_runtime::writer::{Command, Failure, WriteError};
use belgrano_runtime::{execute, fetch_scalar};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Principal, Session};
use crate::app::App;
use crate::unit::{Announcement, BoardUnit};
use crate::users::{self, LogInAccount, Role};

/// `POST /api/login`.
#[derive(Deserialize, ToSchema)]
pub struct LogIn {
    /// The account's address.
    #[schema(value_type = String, example = "ana@example.com")]
    email: Email,
    /// Its password.
    #[schema(format = Password)]
    password: String,
    /// A code of its second factor, or a recovery code; an account without a factor needs none.
    #[serde(rename = "codigo")]
    #[schema(value_type = Option<String>, example = "123456")]
    code: Option<Code>,
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

/// A session that was opened, or what is missing for it. Wrong codes are counted, so neither is a refusal.
type Opened<T> = Result<T, NotYet>;

/// Begin a session of an account whose password was verified.
#[derive(Debug)]
struct Begin {
    user_id: i64,
    verified: Verified,
    /// Whether the account's password was examined before.
    examined: bool,
    second: Second,
    keys: FactorKeys,
    session: NewSession,
    device: DeviceName,
    source: Source,
}

const INSERT: &str =
    "INSERT INTO sessions (token_hash, user_id, created_at, expires_at, device) VALUES ($1, $2, $3, $4, $5)";
/// The new one stays, also when the others were opened by a clock that was set back since and seem to be newer.
const DELETE_OLDEST: &str = "DELETE FROM sessions WHERE user_id = $1 AND token_hash NOT IN \
     (SELECT token_hash FROM sessions WHERE user_id = $1 \
     ORDER BY CASE WHEN token_hash = $3 THEN 0 ELSE 1 END, expires_at DESC, token_hash LIMIT $2)";

const REPLACE: &str = "DELETE FROM sessions WHERE token_hash = $1 RETURNING user_id";

impl Command<BoardUnit> for Begin {
    type Output = Opened<()>;
    type Refusal = WrongCredentials;

    async fn apply(&self, unit: &mut BoardUnit) -> Result<Opened<()>, Failure<WrongCredentials>> {
        const STILL: &str = "SELECT id FROM users WHERE id = $1 AND active AND password_hash = $2";
        let Verified { stored, rehashed } = &self.verified;
        if fetch_scalar!(optional, *unit.reader(), i64, STILL, self.user_id, stored)?.is_none() {
            return Err(Failure::Refused(WrongCredentials));
        }
        let hash = rehashed.as_ref().unwrap_or(stored);
        if rehashed.is_some() || !self.examined {
            // Whoever comes with it has shown it: it was looked at before this command was submitted.
            const UPDATE: &str = "UPDATE users SET password_hash = $1, password_examined = TRUE WHERE id = $2";
            execute!(*unit.session(), UPDATE, hash, self.user_id)?;
        }
        match second_factor::pass(unit, &self.keys, (self.user_id, hash), &self.second).await? {
            Ok(()) => Ok(Ok(open(unit, self.user_id, (&self.session, self.device), self.source).await?)),
            Err(not_yet) => Ok(Err(not_yet)),
        }
    }
}

/// Opens a session in the place of the one that the browser came with, and says so in the security log; of too many the oldest make
/// room.
async fn open(
    unit: &mut BoardUnit,
    user_id: i64,
    (new, device): (&NewSession, DeviceName),
    source: Source,
) -> sqlx::Result<()> {
    let (now, NewSession { token, lifetime_ms, max_sessions, replaces }) = (unit.now(), new);
    let session = unit.session();
    execute!(*session, INSERT, &token[..], user_id, now, now.plus_ms(*lifetime_ms), device.text())?;
    execute!(*session, DELETE_OLDEST, user_id, max_sessions, &token[..])?;
    if let Some(replaced) = replaces
        && let Some(user_id) = fetch_scalar!(optional, *session, i64, REPLACE, &replaced[..])?
    {
        unit.announce(Announcement::Revoked { user_id, session: Some(replaced.to_vec()) });
    }
    unit.log(Entry::new(Kind::LoggedIn).by(source.by(user_id)));
    Ok(())
}

/// Take the second step of a log-in whose password was shown before.
#[derive(Debug)]
struct Finish {
    step: TokenHash,
    code: Code,
    keys: FactorKeys,
    session: NewSession,
    device: DeviceName,
    source: Source,
}

impl Command<BoardUnit> for Finish {
    type Output = Opened<i64>;
    type Refusal = Infallible;

    async fn apply(&self, unit: &mut BoardUnit) -> Result<Opened<i64>, Failure<Infallible>> {
        match second_factor::finish(unit, &self.keys, &self.step, &self.code).await? {
            Ok(user_id) => {
                open(unit, user_id, (&self.session, self.device), self.source).await?;
                Ok(Ok(user_id))
            }
            Err(not_yet) => Ok(Err(not_yet)),
        }
    }
}

/// End a session.
#[derive(Debug)]
struct End {
    user_id: i64,
    token: TokenHash,
    source: Source,
}

impl Command<BoardUnit> for End {
    type Output = ();
    type Refusal = Infallible;

    async fn apply(&self, unit: &mut BoardUnit) -> Result<(), Failure<Infallible>> {
        execute!(*unit.session(), "DELETE FROM sessions WHERE token_hash = $1", &self.token[..])?;
        unit.announce(Announcement::Revoked { user_id: self.user_id, session: Some(self.token.to_vec()) });
        unit.log(Entry::new(Kind::LoggedOut).by(self.source));
        Ok(())
    }
}

/// Logs in. Where the account has a second factor, a right password without `codigo` is a 401 of type
/// `urn:belgrano:problema:falta-codigo`, and with a wrong one of type `urn:belgrano:problema:codigo-incorrecto`.
#[utoipa::path(post, path = "/api/login", tag = "sesión", security(()), request_body = LogIn, responses(
    (status = 200, body = Me, description = "With the cookie `belgrano_tickets`."),
    (status = 401, body = ProblemDocument), (status = 429, body = ProblemDocument)))]
pub async fn log_in(
    State(app): State<App>,
    context: RequestContext,
    headers: HeaderMap,
    Json(body): Json<LogIn>,
) -> Result<Response, Problem> {
    let second = Second::of(body.code.clone());
    begin_session(&app, context, &headers, &body, &second).await?.map_err(Problem::from)
}

/// Begins a session with a password and what `second` brings of a factor, if the account has one.
pub(crate) async fn begin_session(
    app: &App,
    context: RequestContext,
    headers: &HeaderMap,
    body: &LogIn,
    second: &Second,
) -> Result<Opened<Response>, Problem> {
    let source = app.security.source(&context);
    if let Err(too_many) = app.gate.take_try(context.client_ip, &body.email) {
        app.security.log_in_failed(source, &body.email, None, "limite");
        return Err(too_many);
    }
    let began = match begin(app, headers, body, second, source).await? {
        // Another log-in of this moment has put today's hash in the place of an outdated one, or the password was changed:
        // the account says.
        None => begin(app, headers, body, second, source).await?,
        began => began,
    };
    Ok(began.ok_or(WrongCredentials)?.map(|(account, token)| {
        let email = body.email.as_str().to_owned();
        let me = Me { id: account.id, name: account.name, email, role: account.role };
        ([(header::SET_COOKIE, app.gate.cookie().set(&token))], Json(me)).into_response()
    }))
}

/// Takes the second step of a log-in, with the token that the password left behind. The answer has the session's cookie.
pub(crate) async fn take_second_step(
    app: &App,
    context: RequestContext,
    headers: &HeaderMap,
    step: TokenHash,
    code: Code,
) -> Result<Opened<Response>, Problem> {
    let source = app.security.source(&context);
    let Some(user_id) = app.factor_desk().take_step(context.client_ip, source, &step).await? else {
        return Ok(Err(NotYet::Over));
    };
    let (token, session) = app.gate.new_session(app.gate.session_of(headers));
    let (keys, device) = (app.second_factors.keys().clone(), DeviceName::of_request(headers));
    let finish = Finish { step, code, keys, session, device, source };
    let finished = app.writer.submit(finish).await?;
    if let Err(not_yet) = &finished {
        app.factor_desk().failed(source, user_id, *not_yet);
    }
    Ok(finished.map(|_| [(header::SET_COOKIE, app.gate.cookie().set(&token))].into_response()))
}

/// Begins a session, or says what is missing; `None` when the password was right and its hash is not the account's any more.
async fn begin(
    app: &App,
    headers: &HeaderMap,
    body: &LogIn,
    second: &Second,
    source: Source,
) -> Result<Option<Opened<(LogInAccount, Token)>>, Problem> {
    let account = users::for_log_in(&app.db, &body.email).await?.filter(|account| account.active);
    let stored = account.as_ref().map(|account| account.password_hash.clone());
    let verified = app.gate.verify(&body.password, stored).await?;
    let id = account.as_ref().map(|account| account.id);
    let Some((account, verified)) = account.zip(verified) else {
        app.security.log_in_failed(source, &body.email, id, "clave");
        return Err(WrongCredentials.into());
    };
    let owner = || Owner::new(&[body.email.as_str(), &account.name, &account.phone]);
    if !account.password_examined && owner().gives_away(&body.password) {
        app.security.log_in_failed(source, &body.email, id, "conocida");
        users::take_away(app, account.id, verified.stored).await?;
        return Err(WrongCredentials.into());
    }
    let (token, session) = app.gate.new_session(app.gate.session_of(headers));
    let (second, keys) = (second.clone(), app.second_factors.keys().clone());
    let (user_id, examined, device) = (account.id, account.password_examined, DeviceName::of_request(headers));
    let begin = Begin { user_id, verified, examined, second, keys, session, device, source };
    match app.writer.submit(begin).await {
        Ok(opened) => {
            if let Err(not_yet) = &opened {
                app.factor_desk().failed(source, user_id, *not_yet);
            }
            Ok(Some(opened.map(|()| (account, token))))
        }
        Err(WriteError::Refused(WrongCredentials)) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Logs out.
#[utoipa::path(post, path = "/api/logout", tag = "sesión", security(()), responses((status = 204)))]
pub async fn log_out(State(app): State<App>, session: Result<Session, Problem>) -> Result<Response, Problem> {
    if let Ok(Session(principal)) = session {
        let end = End { user_id: principal.user_id, token: principal.session, source: principal.source };
        app.writer.submit(end).await?;
    }
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, app.gate.cookie().clear())]).into_response())
}

/// Who is logged in.
#[utoipa::path(get, path = "/api/me", tag = "sesión", responses(
    (status = 200, body = Me), (status = 401, body = ProblemDocument)))]
pub async fn me(Session(principal): Session) -> Json<Me> {
    Json(Me::from(&principal))
}
