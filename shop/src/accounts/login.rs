//! Logging in and out.

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
use belgrano_runtime::{execute, fetch, fetch_scalar};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::MaybeSession;
use super::examine::take_away;
use super::profile::{AccountView, read_account};
use crate::app::App;
use crate::cart::{self, Fewer};
use crate::unit::ShopUnit;

/// A session to open, and the anonymous cart that comes along.
#[derive(Clone, Copy, Debug)]
pub(super) struct OpenSession {
    session: NewSession,
    device: DeviceName,
    cart: Option<TokenHash>,
}

impl OpenSession {
    /// A session to be opened by the caller of a request with these headers, and the token to hand out.
    pub(super) fn prepare(app: &App, headers: &HeaderMap) -> (Token, Self) {
        let (token, session) = app.gate.new_session(app.gate.session_of(headers));
        let (device, cart) = (DeviceName::of_request(headers), cart::anonymous_token(app, headers));
        (token, Self { session, device, cart })
    }

    /// Opens it, closes the account's oldest beyond the limit and the one the browser came with, and brings the anonymous cart along, of which not everything may
    /// fit.
    pub(super) async fn open(&self, unit: &mut ShopUnit, account_id: i64) -> sqlx::Result<Vec<Fewer>> {
        let (now, NewSession { token, lifetime_ms, max_sessions, replaces }) = (unit.now(), &self.session);
        let session = unit.session();
        execute!(*session, INSERT, &token[..], account_id, now, now.plus_ms(*lifetime_ms), self.device.text())?;
        execute!(*session, DELETE_OLDEST, account_id, max_sessions, &token[..])?;
        if let Some(replaced) = replaces
            && let Some(owner) = fetch_scalar!(optional, *session, i64, REPLACE, &replaced[..])?
        {
            unit.announce().sessions.push((owner, *replaced));
        }
        match self.cart {
            Some(cart) => cart::adopt(unit, cart, account_id).await,
            None => Ok(Vec::new()),
        }
    }
}

const INSERT: &str =
    "INSERT INTO sessions (token_hash, account_id, created_at, expires_at, device) VALUES ($1, $2, $3, $4, $5)";
/// The new one stays, also when the others were opened by a clock that was set back since and seem to be newer.
const DELETE_OLDEST: &str = "DELETE FROM sessions WHERE account_id = $1 AND token_hash NOT IN \
     (SELECT token_hash FROM sessions WHERE account_id = $1 \
     ORDER BY CASE WHEN token_hash = $3 THEN 0 ELSE 1 END, expires_at DESC, token_hash LIMIT $2)";
const REPLACE: &str = "DELETE FROM sessions WHERE token_hash = $1 RETURNING account_id";
const DELETE: &str = "DELETE FROM sessions WHERE token_hash = $1";

/// A session that was opened, or what is missing for it. Wrong codes are counted, so neither is a refusal.
type Opened<T> = Result<T, NotYet>;

/// Logs in to an account whose password was verified.
struct LogIn {
    account_id: i64,
    verified: Verified,
    /// Whether the account's password was examined before.
    examined: bool,
    second: Second,
    keys: FactorKeys,
    session: OpenSession,
    source: Source,
}

impl Command<ShopUnit> for LogIn {
    type Output = Opened<Vec<Fewer>>;
    type Refusal = WrongCredentials;

    async fn apply(&self, unit: &mut ShopUnit) -> Result<Opened<Vec<Fewer>>, Failure<WrongCredentials>> {
        const SELECT: &str = "SELECT password_hash FROM accounts WHERE id = $1 AND active";
        let Verified { stored, rehashed } = &self.verified;
        let now = fetch_scalar!(optional, *unit.reader(), String, SELECT, self.account_id)?;
        if now.as_ref() != Some(stored) {
            return Err(Failure::Refused(WrongCredentials));
        }
        let hash = rehashed.as_ref().unwrap_or(stored);
        if rehashed.is_some() || !self.examined {
            // Whoever comes with it has shown it: it was looked at before this command was submitted.
            const UPDATE: &str = "UPDATE accounts SET password_hash = $1, password_examined = TRUE WHERE id = $2";
            execute!(*unit.session(), UPDATE, hash, self.account_id)?;
        }
        match second_factor::pass(unit, &self.keys, (self.account_id, hash), &self.second).await? {
            Ok(()) => Ok(Ok(enter(unit, self.account_id, &self.session, self.source).await?)),
            Err(not_yet) => Ok(Err(not_yet)),
        }
    }
}

/// Opens the session of whoever has shown all there is to show, and says so in the security log.
async fn enter(
    unit: &mut ShopUnit,
    account_id: i64,
    session: &OpenSession,
    source: Source,
) -> sqlx::Result<Vec<Fewer>> {
    unit.log(Entry::new(Kind::LoggedIn).by(source.by(account_id)));
    session.open(unit, account_id).await
}

/// Takes the second step of a log-in whose password was shown before.
struct FinishLogIn {
    step: TokenHash,
    code: Code,
    keys: FactorKeys,
    session: OpenSession,
    source: Source,
}

impl Command<ShopUnit> for FinishLogIn {
    type Output = Opened<(i64, Vec<Fewer>)>;
    type Refusal = Infallible;

    async fn apply(&self, unit: &mut ShopUnit) -> Result<Self::Output, Failure<Infallible>> {
        match second_factor::finish(unit, &self.keys, &self.step, &self.code).await? {
            Ok(account_id) => Ok(Ok((account_id, enter(unit, account_id, &self.session, self.source).await?))),
            Err(not_yet) => Ok(Err(not_yet)),
        }
    }
}

/// Closes one session. That it is gone already is as good.
struct CloseSession {
    token: TokenHash,
    account_id: i64,
    source: Source,
}

impl Command<ShopUnit> for CloseSession {
    type Output = ();
    type Refusal = Infallible;

    async fn apply(&self, unit: &mut ShopUnit) -> Result<(), Failure<Infallible>> {
        execute!(*unit.session(), DELETE, &self.token[..])?;
        unit.announce().sessions.push((self.account_id, self.token));
        unit.log(Entry::new(Kind::LoggedOut).by(self.source));
        Ok(())
    }
}

#[derive(sqlx::FromRow)]
struct Known {
    id: i64,
    email: String,
    first_name: String,
    last_name: String,
    phone: String,
    password_hash: String,
    password_examined: bool,
}

/// Who is logged in, and what of the anonymous cart did not fit.
#[derive(Serialize, ToSchema)]
pub(crate) struct LoggedIn {
    #[serde(flatten)]
    account: AccountView,
    /// Products of which the cart has fewer than the two carts that became one: there are no more.
    #[serde(rename = "ajustes", skip_serializing_if = "Vec::is_empty")]
    fewer: Vec<Fewer>,
}

/// Who logs in.
#[derive(Deserialize, ToSchema)]
pub(crate) struct LoginBody {
    #[schema(value_type = String, example = "ana@example.com")]
    email: Email,
    #[schema(format = Password)]
    password: String,
    /// A code of the account's second factor, or one of its recovery codes. Accounts without a factor need none.
    #[serde(rename = "codigo")]
    #[schema(value_type = Option<String>, example = "123456")]
    code: Option<Code>,
}

/// Logs in
///
/// Sets the session's cookie. What was in the anonymous cart moves into the account's. Where the account has a second factor, a
/// right password without `codigo` is a 401 of type `urn:belgrano:problema:falta-codigo`, and with a wrong one of type
/// `urn:belgrano:problema:codigo-incorrecto`.
#[utoipa::path(
    post, path = "/api/login", tag = "cuentas", security(()), request_body = LoginBody,
    responses(
        (status = 200, body = LoggedIn),
        (status = 401, body = ProblemDocument, description = "No such account, or another password, not told apart; or the \
         password is right and the second factor is missing"),
        (status = 429, body = ProblemDocument),
    )
)]
pub(crate) async fn login(
    State(app): State<App>,
    context: RequestContext,
    headers: HeaderMap,
    Json(body): Json<LoginBody>,
) -> Result<Response, Problem> {
    let second = Second::of(body.code.clone());
    log_in(&app, context, &headers, &body, &second).await?.map_err(Problem::from)
}

/// Logs in with a password and what `second` brings of a factor, if the account has one.
pub(crate) async fn log_in(
    app: &App,
    context: RequestContext,
    headers: &HeaderMap,
    body: &LoginBody,
    second: &Second,
) -> Result<Opened<Response>, Problem> {
    let source = app.security.source(&context);
    if let Err(too_many) = app.gate.take_try(context.client_ip, &body.email) {
        app.security.log_in_failed(source, &body.email, None, "limite");
        return Err(too_many);
    }
    let opened = match open(app, headers, body, second, source).await? {
        // Another log-in of this moment has put today's hash in the place of an outdated one, or the password was changed:
        // the account says.
        None => open(app, headers, body, second, source).await?,
        opened => opened,
    };
    match opened.ok_or(WrongCredentials)? {
        Ok((account_id, token, fewer)) => Ok(Ok(entered(app, account_id, &token, fewer).await?)),
        Err(not_yet) => Ok(Err(not_yet)),
    }
}

/// Takes the second step of a log-in, with the token that the password left behind.
pub(crate) async fn take_second_step(
    app: &App,
    context: RequestContext,
    headers: &HeaderMap,
    step: TokenHash,
    code: Code,
) -> Result<Opened<Response>, Problem> {
    let source = app.security.source(&context);
    let Some(account_id) = app.factor_desk().take_step(context.client_ip, source, &step).await? else {
        return Ok(Err(NotYet::Over));
    };
    let (token, session) = OpenSession::prepare(app, headers);
    let finish = FinishLogIn { step, code, keys: app.second_factors.keys().clone(), session, source };
    match app.writer.submit(finish).await? {
        Ok((account_id, fewer)) => Ok(Ok(entered(app, account_id, &token, fewer).await?)),
        Err(not_yet) => {
            app.factor_desk().failed(source, account_id, not_yet);
            Ok(Err(not_yet))
        }
    }
}

/// The answer to who is logged in now.
async fn entered(app: &App, account_id: i64, token: &Token, fewer: Vec<Fewer>) -> Result<Response, Problem> {
    let account = read_account(app, account_id).await?;
    let role = account.role;
    let body = LoggedIn { account, fewer: fewer.clone() };
    let mut response = ([(header::SET_COOKIE, app.gate.cookie().set(token))], Json(body)).into_response();
    // Where a page goes on from here depends on it, and what it tells.
    response.extensions_mut().insert(role);
    response.extensions_mut().insert(fewer);
    Ok(response)
}

/// Opens a session, or says what is missing; `None` when the password was right and its hash is not the account's any more.
async fn open(
    app: &App,
    headers: &HeaderMap,
    body: &LoginBody,
    second: &Second,
    source: Source,
) -> Result<Option<Opened<(i64, Token, Vec<Fewer>)>>, Problem> {
    const SELECT: &str = "SELECT id, email, first_name, last_name, phone, password_hash, password_examined \
         FROM accounts WHERE email = $1 AND active";
    let known = fetch!(optional, app.db.read().await?, Known, SELECT, body.email.as_str())?;
    let verified = app.gate.verify(&body.password, known.as_ref().map(|known| known.password_hash.clone())).await?;
    let id = known.as_ref().map(|known| known.id);
    let Some((known, verified)) = known.zip(verified) else {
        app.security.log_in_failed(source, &body.email, id, "clave");
        return Err(WrongCredentials.into());
    };
    let account_id = known.id;
    let owner = || Owner::new(&[&known.email, &known.first_name, &known.last_name, &known.phone]);
    if !known.password_examined && owner().gives_away(&body.password) {
        app.security.log_in_failed(source, &body.email, id, "conocida");
        take_away(app, account_id, verified.stored).await?;
        return Err(WrongCredentials.into());
    }
    let (token, session) = OpenSession::prepare(app, headers);
    let (second, keys) = (second.clone(), app.second_factors.keys().clone());
    let log_in = LogIn { account_id, verified, examined: known.password_examined, second, keys, session, source };
    match app.writer.submit(log_in).await {
        Ok(opened) => {
            if let Err(not_yet) = &opened {
                app.factor_desk().failed(source, account_id, *not_yet);
            }
            Ok(Some(opened.map(|fewer| (account_id, token, fewer))))
        }
        Err(WriteError::Refused(WrongCredentials)) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Logs out
///
/// Ends the session for good. Without one there is nothing to end, and that is fine.
#[utoipa::path(post, path = "/api/logout", tag = "cuentas", security(()), responses((status = 204)))]
pub(crate) async fn logout(State(app): State<App>, MaybeSession(who): MaybeSession) -> Result<Response, Problem> {
    if let Some(who) = who {
        let close = CloseSession { token: who.token, account_id: who.account_id, source: who.source };
        app.writer.submit(close).await?;
    }
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, app.gate.cookie().clear())]).into_response())
}
