//! Who a request is from, as handlers ask for it: [`Session`], [`Merchant`], [`Admin`], [`MaybeSession`].
//!
//! The cookie's token is looked up in memory first, so an ordinary request asks no database who is asking.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::request::Parts;
use belgrano_runtime::auth::gate::{self, Idle};
use belgrano_runtime::auth::session::{SeenNow, TokenHash};
use belgrano_runtime::fetch;
use belgrano_runtime::http::RequestContext;
use belgrano_runtime::problem::Problem;
use belgrano_runtime::security::Source;
use belgrano_runtime::writer::{AtOnce, Command, Failure};
use belgrano_wire::texts::Message;
use belgrano_wire::timestamp::UnixMillis;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::unit::ShopUnit;

/// What an account may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub enum Role {
    /// Buys.
    #[serde(rename = "cliente")]
    Customer,
    /// Buys for a business, and in packages.
    #[serde(rename = "comerciante")]
    Merchant,
    /// Runs the shop.
    #[serde(rename = "admin")]
    Admin,
}

impl Role {
    /// As it is stored and sent.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Customer => "cliente",
            Self::Merchant => "comerciante",
            Self::Admin => "admin",
        }
    }
}

impl TryFrom<String> for Role {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        [Self::Customer, Self::Merchant, Self::Admin].into_iter().find(|role| role.as_str() == text).ok_or(text)
    }
}

/// An account that proved who it is.
#[derive(Clone, Debug)]
pub struct Principal {
    /// Which account.
    pub account_id: i64,
    /// What it may do.
    pub role: Role,
    /// The session it came with.
    pub token: TokenHash,
    /// Whether it has to set up a second factor before anything else.
    pub owes_factor: bool,
    /// The request that it was found for, for the security log.
    pub source: Source,
    expires_at: UnixMillis,
}

impl gate::Principal for Principal {
    fn account_id(&self) -> i64 {
        self.account_id
    }

    fn expires_at(&self) -> UnixMillis {
        self.expires_at
    }

    fn session(&self) -> TokenHash {
        self.token
    }

    fn role(&self) -> &'static str {
        self.role.as_str()
    }

    fn source(&self) -> Source {
        self.source
    }
}

/// Any account; 401 otherwise.
#[derive(Clone, Debug)]
pub struct Session(pub Principal);

/// An administrator; 401 or 403 otherwise.
#[derive(Clone, Debug)]
pub struct Admin(pub Principal);

/// A merchant; 401 or 403 otherwise.
#[derive(Clone, Debug)]
pub struct Merchant(pub Principal);

/// The account, if any; never refuses somebody for having none.
#[derive(Clone, Debug)]
pub struct MaybeSession(pub Option<Principal>);

impl FromRequestParts<App> for MaybeSession {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let found = by_cookie(app, &parts.headers).await?;
        Ok(Self(found.map(|who| who.asking(app, parts.extensions.get()))))
    }
}

impl FromRequestParts<App> for Session {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let MaybeSession(principal) = MaybeSession::from_request_parts(parts, app).await?;
        principal.map(Self).ok_or_else(|| Problem::unauthenticated(Message::new("refusal-log-in")))
    }
}

impl FromRequestParts<App> for Admin {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let Session(principal) = Session::from_request_parts(parts, app).await?;
        require(principal, Role::Admin, "refusal-admins-only").map(Self)
    }
}

impl FromRequestParts<App> for Merchant {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let Session(principal) = Session::from_request_parts(parts, app).await?;
        require(principal, Role::Merchant, "refusal-merchants-only").map(Self)
    }
}

/// Whose session cookie came with a request, if it came with one that holds.
pub(super) async fn by_cookie(app: &App, headers: &HeaderMap) -> sqlx::Result<Option<Principal>> {
    match app.gate.session_of(headers) {
        Some(token) => app.gate.find(&token, load(app, token)).await,
        None => Ok(None),
    }
}

impl Principal {
    /// The same, in the request that `context` names.
    fn asking(self, app: &App, context: Option<&RequestContext>) -> Self {
        let source = context.map_or_else(Source::default, |context| app.security.source(context));
        Self { source: source.by(self.account_id), ..self }
    }
}

/// The account whose session a request came with, if it holds.
pub(crate) async fn of_session(app: &App, headers: &HeaderMap) -> sqlx::Result<Option<i64>> {
    Ok(by_cookie(app, headers).await?.map(|who| who.account_id))
}

/// Whether the session somebody came with still holds.
pub async fn still_holds(app: &App, who: &Principal) -> sqlx::Result<bool> {
    let found = app.gate.find(&who.token, load(app, who.token)).await?;
    Ok(found.is_some_and(|found| found.account_id == who.account_id))
}

fn require(principal: Principal, role: Role, refusal: &'static str) -> Result<Principal, Problem> {
    if principal.role == role { Ok(principal) } else { Err(Problem::forbidden(Message::new(refusal))) }
}

#[derive(sqlx::FromRow)]
struct Row {
    account_id: i64,
    #[sqlx(try_from = "String")]
    role: Role,
    expires_at: UnixMillis,
    seen_at: UnixMillis,
    factors: i64,
}

const SELECT_SESSION: &str = "SELECT s.account_id, a.role, s.expires_at, COALESCE(s.seen_at, s.created_at) AS seen_at, \
     (SELECT COUNT(*) FROM second_factors f WHERE f.account_id = s.account_id) AS factors FROM sessions s \
     JOIN accounts a ON a.id = s.account_id WHERE s.token_hash = $1 AND a.active";

async fn load(app: &App, token: TokenHash) -> sqlx::Result<Option<Principal>> {
    let mut session = app.db.read().await?;
    let row = fetch!(optional, session, Row, SELECT_SESSION, &token[..])?;
    drop(session);
    let Some(Row { account_id, role, expires_at, seen_at, factors }) = row else { return Ok(None) };
    match app.gate.idle(seen_at) {
        Idle::Over => return Ok(None),
        // That it cannot be written down now is no reason to send somebody away.
        Idle::Note => drop(app.writer.submit(AtOnce(SeenNow(token))).await),
        Idle::Fresh => {}
    }
    let owes_factor = app.second_factors.owed(role == Role::Admin, factors > 0);
    Ok(Some(Principal { account_id, role, token, owes_factor, source: Source::default(), expires_at }))
}

impl Command<ShopUnit> for SeenNow {
    type Output = ();
    type Refusal = Infallible;

    async fn apply(&self, unit: &mut ShopUnit) -> Result<(), Failure<Infallible>> {
        let now = unit.now();
        Ok(self.store(unit.session(), now).await?)
    }
}
