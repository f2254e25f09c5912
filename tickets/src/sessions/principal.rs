//! Who is asking, and the extractors that refuse everybody else.

use std::convert::Infallible;
use std::sync::Arc;

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

use crate::app::App;
use crate::unit::{Actor, BoardUnit};
use crate::users::Role;

/// Somebody with an account, logged in.
#[derive(Clone, Debug)]
pub struct Principal {
    /// The account.
    pub user_id: i64,
    /// Its name.
    pub name: Arc<str>,
    /// Its address.
    pub email: Arc<str>,
    /// What it may do.
    pub role: Role,
    /// Hash of the session's token.
    pub session: TokenHash,
    /// When the session ends by itself.
    pub expires_at: UnixMillis,
    /// Whether it has to set up a second factor before anything else.
    pub owes_factor: bool,
    /// The request that it was found for, for the security log.
    pub source: Source,
}

impl Principal {
    /// As the one who changes something.
    #[must_use]
    pub fn actor(&self) -> Actor {
        Actor::User { id: self.user_id, name: self.name.to_string() }
    }

    /// The driver whose tickets these eyes are limited to; `None` for an admin, who sees all.
    #[must_use]
    pub fn only_driver(&self) -> Option<i64> {
        match self.role {
            Role::Admin => None,
            Role::Driver => Some(self.user_id),
        }
    }
}

impl gate::Principal for Principal {
    fn account_id(&self) -> i64 {
        self.user_id
    }

    fn expires_at(&self) -> UnixMillis {
        self.expires_at
    }

    fn session(&self) -> TokenHash {
        self.session
    }

    fn role(&self) -> &'static str {
        self.role.as_str()
    }

    fn source(&self) -> Source {
        self.source
    }
}

/// Anybody logged in; else 401.
#[derive(Clone, Debug)]
pub struct Session(pub Principal);

/// An administrator; else 401 or 403.
#[derive(Clone, Debug)]
pub struct Admin(pub Principal);

/// A driver; else 401 or 403.
#[derive(Clone, Debug)]
pub struct Driver(pub Principal);

#[derive(sqlx::FromRow)]
struct Row {
    user_id: i64,
    name: String,
    email: String,
    #[sqlx(try_from = "String")]
    role: Role,
    expires_at: UnixMillis,
    seen_at: UnixMillis,
    factors: i64,
}

const FIND: &str = "SELECT s.user_id, u.name, u.email, u.role, s.expires_at, COALESCE(s.seen_at, s.created_at) AS seen_at, \
     (SELECT COUNT(*) FROM second_factors f WHERE f.account_id = s.user_id) AS factors FROM sessions s \
     JOIN users u ON u.id = s.user_id WHERE s.token_hash = $1 AND u.active";

impl Command<BoardUnit> for SeenNow {
    type Output = ();
    type Refusal = Infallible;

    async fn apply(&self, unit: &mut BoardUnit) -> Result<(), Failure<Infallible>> {
        let now = unit.now();
        Ok(self.store(unit.session(), now).await?)
    }
}

impl App {
    /// Whose session a token's hash belongs to, if it still holds.
    pub async fn principal(&self, token: &TokenHash) -> Result<Option<Principal>, sqlx::Error> {
        let load = async {
            let mut session = self.db.read().await?;
            let row = fetch!(optional, session, Row, FIND, &token[..])?;
            drop(session);
            let Some(row) = row else { return Ok(None) };
            match self.gate.idle(row.seen_at) {
                Idle::Over => return Ok(None),
                // That it cannot be written down now is no reason to send somebody away.
                Idle::Note => drop(self.writer.submit(AtOnce(SeenNow(*token))).await),
                Idle::Fresh => {}
            }
            Ok::<_, sqlx::Error>(Some(Principal {
                user_id: row.user_id,
                name: row.name.into(),
                email: row.email.into(),
                role: row.role,
                session: *token,
                expires_at: row.expires_at,
                owes_factor: self.second_factors.owed(row.role == Role::Admin, row.factors > 0),
                source: Source::default(),
            }))
        };
        self.gate.find(token, load).await
    }

    /// Whose session cookie came with a request, if it came with one that holds.
    pub async fn principal_by_cookie(&self, headers: &HeaderMap) -> Result<Option<Principal>, sqlx::Error> {
        match self.gate.session_of(headers) {
            Some(token) => self.principal(&token).await,
            None => Ok(None),
        }
    }
}

/// Whom a page takes itself for. A phone that passes from hand to hand has the one's page and the other's cookie, and what
/// the one tapped must not be told in the other's name.
const TAKEN_FOR: &str = "x-belgrano-usuario";

impl FromRequestParts<App> for Session {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let principal = app.principal_by_cookie(&parts.headers).await?;
        let mut principal = principal.ok_or_else(|| Problem::unauthenticated(Message::new("refusal-log-in")))?;
        let context = parts.extensions.get::<RequestContext>();
        let source = context.map_or_else(Source::default, |context| app.security.source(context));
        principal.source = source.by(principal.user_id);
        match parts.headers.get(TAKEN_FOR) {
            Some(other) if other.as_bytes() != principal.user_id.to_string().as_bytes() => {
                Err(Problem::unauthenticated(Message::new("refusal-other-person")))
            }
            _ => Ok(Self(principal)),
        }
    }
}

impl FromRequestParts<App> for Admin {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let Session(principal) = Session::from_request_parts(parts, app).await?;
        match principal.role {
            Role::Admin => Ok(Self(principal)),
            Role::Driver => Err(Problem::forbidden(Message::new("refusal-administration-only"))),
        }
    }
}

impl FromRequestParts<App> for Driver {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let Session(principal) = Session::from_request_parts(parts, app).await?;
        match principal.role {
            Role::Driver => Ok(Self(principal)),
            Role::Admin => Err(Problem::forbidden(Message::new("refusal-drivers-only"))),
        }
    }
}
