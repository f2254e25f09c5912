//! Who is logged in, and the extractors that refuse everybody else.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::request::Parts;
use belgrano_runtime::auth::gate;
use belgrano_runtime::auth::session::TokenHash;
use belgrano_runtime::fetch;
use belgrano_runtime::http::RequestContext;
use belgrano_runtime::problem::Problem;
use belgrano_runtime::security::Source;
use belgrano_wire::texts::Message;
use belgrano_wire::timestamp::UnixMillis;

use crate::accounts::Role;
use crate::app::App;

/// Somebody with an account, logged in.
#[derive(Clone, Debug)]
pub struct Principal {
    /// The account.
    pub account_id: i64,
    /// Its name.
    pub name: Arc<str>,
    /// Its address.
    pub email: Arc<str>,
    /// What it may do.
    pub role: Role,
    /// The number of the business whose rows a merchant sees.
    pub business: Option<i64>,
    /// Hash of the session's token.
    pub session: TokenHash,
    /// When the session ends by itself.
    pub expires_at: UnixMillis,
    /// The request that it was found for, for the security log.
    pub source: Source,
}

impl gate::Principal for Principal {
    fn account_id(&self) -> i64 {
        self.account_id
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

#[derive(sqlx::FromRow)]
struct Row {
    account_id: i64,
    name: String,
    email: String,
    #[sqlx(try_from = "String")]
    role: Role,
    business_id: Option<i64>,
    expires_at: UnixMillis,
}

impl App {
    /// Whose session cookie came with a request, if it came with one that holds.
    pub async fn principal(&self, headers: &HeaderMap) -> Result<Option<Principal>, sqlx::Error> {
        const FIND: &str = "SELECT s.account_id, a.name, a.email, a.role, a.business_id, s.expires_at FROM sessions s \
             JOIN accounts a ON a.id = s.account_id WHERE s.token_hash = $1 AND a.active";
        let Some(token) = self.gate.session_of(headers) else { return Ok(None) };
        let load = async {
            let row = fetch!(optional, self.db.read().await?, Row, FIND, &token[..])?;
            Ok::<_, sqlx::Error>(row.map(|row| Principal {
                account_id: row.account_id,
                name: row.name.into(),
                email: row.email.into(),
                role: row.role,
                business: row.business_id,
                session: token,
                expires_at: row.expires_at,
                source: Source::default(),
            }))
        };
        self.gate.find(&token, load).await
    }
}

impl FromRequestParts<App> for Session {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let principal = app.principal(&parts.headers).await?;
        let mut principal = principal.ok_or_else(|| Problem::unauthenticated(Message::new("refusal-log-in")))?;
        let context = parts.extensions.get::<RequestContext>();
        let source = context.map_or_else(Source::default, |context| app.security.source(context));
        principal.source = source.by(principal.account_id);
        Ok(Self(principal))
    }
}

impl FromRequestParts<App> for Admin {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let Session(principal) = Session::from_request_parts(parts, app).await?;
        if principal.role == Role::Admin {
            return Ok(Self(principal));
        }
        Err(Problem::forbidden(Message::new("refusal-administration-only")))
    }
}
