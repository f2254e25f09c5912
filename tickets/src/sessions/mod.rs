//! Sessions: who is asking, from a cookie to a [`Principal`], without asking the database on every request.
//!
//! Handlers take one of the extractors [`Session`], [`Admin`] and [`Driver`]. A log-out, and a change of what an account
//! may do, are announced with the commit and empty the cache; the sockets end by the same announcement.

mod log_in;
mod principal;

use std::time::Duration;

use belgrano_shared::ambient::Ambient;
use belgrano_shared::auth::session::{SessionCookie, TokenHash};
use belgrano_shared::auth::session_cache::SessionCache;
use belgrano_shared::http::RateLimit;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::settings::Settings;

pub use log_in::{LogIn, log_in, log_out};
pub use principal::{Admin, Driver, Principal, Session};

/// Sessions in memory; beyond these the database is asked again.
const CACHED: usize = 20_000;
/// How long another instance may go on believing in a session that ended here.
const CACHED_FOR: Duration = Duration::from_secs(10);
const MINUTE: Duration = Duration::from_mins(1);

/// The cookie, the cache, and how often one may try to log in.
#[derive(Debug)]
pub struct Sessions {
    cookie: SessionCookie,
    cache: SessionCache<Principal>,
    lifetime_ms: i64,
    by_address: RateLimit<std::net::IpAddr>,
    by_account: RateLimit<String>,
}

impl Sessions {
    /// As configured.
    #[must_use]
    pub fn new(settings: &Settings, ambient: &Ambient) -> Self {
        let lifetime = settings.common.session_lifetime;
        Self {
            cookie: SessionCookie::new("belgrano_tickets", lifetime, &settings.common.public_url),
            cache: SessionCache::new(CACHED, CACHED_FOR, ambient),
            lifetime_ms: i64::try_from(lifetime.as_millis()).unwrap_or(i64::MAX),
            by_address: RateLimit::new(settings.logins_per_address, MINUTE, ambient),
            by_account: RateLimit::new(settings.logins_per_account, MINUTE, ambient),
        }
    }

    /// Forgets one session of a user, or all of them. Called with the commit that ended them.
    pub fn revoke(&self, user_id: i64, session: Option<&[u8]>) {
        match session.and_then(|hash| TokenHash::try_from(hash).ok()) {
            Some(hash) => self.cache.forget(&hash),
            None => self.cache.forget_where(|principal| principal.user_id == user_id),
        }
    }
}

/// `/api/login`, `/api/logout`, `/api/me`.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(log_in::log_in)).routes(routes!(log_in::log_out)).routes(routes!(log_in::me))
}
