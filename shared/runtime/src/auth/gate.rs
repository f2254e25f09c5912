//! What stands between a request and an account: hashes, sessions in memory, and how often one may try.
//!
//! A service has one gate. It says how its own tables are read and written; everything about passwords, cookies and tries
//! is decided here, so that the two services cannot drift apart.

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use axum::http::HeaderMap;
use belgrano_wire::ambient::Ambient;
use belgrano_wire::texts::Message;
use belgrano_wire::timestamp::UnixMillis;

use super::caller::Caller;
use super::email::Email;
use super::password::{NO_PASSWORD, NewPassword, PasswordError, PasswordSettings, Passwords, Spelling};
use super::session::{SessionCookie, Token, TokenHash};
use super::session_cache::SessionCache;
use super::session_end::SessionEnd;
use crate::config::{Common, Env};
use crate::http::{ClientIp, RateLimit};
use crate::problem::Problem;
use crate::security::Source;

/// Limits of passwords, sessions and log-ins.
#[derive(Clone, Copy, Debug)]
pub struct GateSettings {
    /// The cost of a password.
    pub passwords: PasswordSettings,
    /// How long a log-in lasts.
    pub session_lifetime: Duration,
    /// How long one lasts that nobody uses.
    pub session_idle: Duration,
    /// How long a session is believed without asking the database.
    pub session_cache_ttl: Duration,
    /// Sessions kept in memory.
    pub session_cache_size: usize,
    /// Between looks at sessions that other instances ended.
    pub session_poll: Duration,
    /// Sessions of one account; the oldest make room.
    pub max_sessions: i64,
    /// Tries to log in to one account from one address, per period.
    pub login_tries: NonZeroU32,
    /// Tries to log in from one address, or to one account, per period.
    pub login_tries_wide: NonZeroU32,
    /// The period of both.
    pub login_period: Duration,
}

impl GateSettings {
    /// Reads the limits.
    pub fn from_env(env: &mut Env) -> Self {
        Self {
            session_lifetime: env.duration_s("SESSION_LIFETIME", 14 * 24 * 3600, "seconds a log-in lasts"),
            session_idle: env.duration_s("SESSION_IDLE", 7 * 24 * 3600, "seconds a log-in lasts that nobody uses"),
            passwords: PasswordSettings::from_env(env),
            session_cache_ttl: env.duration_s("SESSION_CACHE", 30, "seconds a session is believed without a look"),
            session_cache_size: env.number("SESSION_CACHE_SIZE", 50_000, 1..=10_000_000, "sessions kept in memory"),
            session_poll: env.duration_s(
                "SESSION_POLL",
                1,
                "seconds between looks at sessions that other instances ended",
            ),
            max_sessions: env.number("MAX_SESSIONS", 20, 1..=10_000, "sessions of one account"),
            login_tries: env.tries("LOGIN_TRIES", 20, "log-ins to one account from one address, per LOGIN_PERIOD"),
            login_tries_wide: env.tries("LOGIN_TRIES_WIDE", 300, "log-ins from one address, or to one account"),
            login_period: env.duration_s("LOGIN_PERIOD", 900, "seconds in which log-in tries are counted"),
        }
    }
}

/// An account that proved who it is, as the gate has to know it.
pub trait Principal: Clone {
    /// Which account.
    fn account_id(&self) -> i64;
    /// When its session ends by itself.
    fn expires_at(&self) -> UnixMillis;
    /// Hash of the token it came with.
    fn session(&self) -> TokenHash;
    /// What it may do, as it is stored.
    fn role(&self) -> &'static str;
    /// Where the request came from that it was found for, and itself.
    fn source(&self) -> Source;

    /// As the one who asks for a change.
    fn caller(&self) -> Caller {
        let (session, account_id, role) = (self.session(), self.account_id(), self.role());
        Caller { session, account_id, role, source: self.source() }
    }
}

/// No such account, closed, or another password: one answer for all three.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WrongCredentials;

impl From<WrongCredentials> for Problem {
    fn from(WrongCredentials: WrongCredentials) -> Self {
        Self::unauthenticated(Message::new("refusal-credentials"))
    }
}

/// For whom a password is chosen.
#[derive(Clone, Copy, Debug)]
pub struct Chosen<'a> {
    /// The field it came in.
    pub field: &'static str,
    /// Whose it will be.
    pub email: &'a str,
    /// Whether that is an administrator.
    pub admin: bool,
}

/// A password that fitted its hash.
#[derive(Clone, Debug)]
pub struct Verified {
    /// The hash it fitted: when the account has another by the time the session opens, the password was another's.
    pub stored: String,
    /// The same password hashed as today, where `stored` was made otherwise; to be stored instead.
    pub rehashed: Option<String>,
}

/// What the last use of a session says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Idle {
    /// It is in use.
    Fresh,
    /// It is in use, and that is to be written down.
    Note,
    /// Nobody has used it for too long.
    Over,
}

/// Between two notes of a session's use.
const SEEN_EVERY_MS: i64 = 5 * 60 * 1000;

/// A session to be opened, as it is stored.
#[derive(Clone, Copy, Debug)]
pub struct NewSession {
    /// Hash of the token that the client gets.
    pub token: TokenHash,
    /// From when it is opened.
    pub lifetime_ms: i64,
    /// Sessions of the account, this one among them.
    pub max_sessions: i64,
    /// The one that the browser came with: it ends.
    pub replaces: Option<TokenHash>,
}

/// What stands between a request and an account `P`. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Gate<P>(Arc<Parts<P>>);

#[derive(Debug)]
struct Parts<P> {
    passwords: Passwords,
    sessions: SessionCache<P>,
    cookie: SessionCookie,
    lifetime_ms: i64,
    idle_ms: i64,
    max_sessions: i64,
    tries_close: RateLimit<(IpAddr, Email)>,
    tries_from: RateLimit<IpAddr>,
    tries_to: RateLimit<Email>,
    ambient: Ambient,
}

impl<P: Principal> Gate<P> {
    /// Nobody is known yet. Cookies ignore ports, so the services name theirs apart.
    pub fn new(cookie: &'static str, common: &Common, ambient: &Ambient) -> Result<Self, PasswordError> {
        let limits = &common.gate;
        Ok(Self(Arc::new(Parts {
            passwords: Passwords::new(limits.passwords, ambient)?,
            sessions: SessionCache::new(limits.session_cache_size, limits.session_cache_ttl, ambient),
            cookie: SessionCookie::new(cookie, limits.session_lifetime, &common.public_url),
            lifetime_ms: i64::try_from(limits.session_lifetime.as_millis()).unwrap_or(i64::MAX),
            idle_ms: i64::try_from(limits.session_idle.as_millis()).unwrap_or(i64::MAX),
            max_sessions: limits.max_sessions,
            tries_close: RateLimit::new(limits.login_tries, limits.login_period, ambient),
            tries_from: RateLimit::new(limits.login_tries_wide, limits.login_period, ambient),
            tries_to: RateLimit::new(limits.login_tries_wide, limits.login_period, ambient),
            ambient: ambient.clone(),
        })))
    }

    /// The cookie a session travels in.
    #[must_use]
    pub fn cookie(&self) -> &SessionCookie {
        &self.0.cookie
    }

    /// What hashes and compares.
    #[must_use]
    pub fn passwords(&self) -> &Passwords {
        &self.0.passwords
    }

    /// The hash to store of a password that is chosen, unless it does not fit whom it is for.
    pub async fn hash(&self, password: &NewPassword, chosen: Chosen<'_>) -> Result<String, Problem> {
        let Chosen { field, email, admin } = chosen;
        password.fits(email, admin).map_err(|wrong| Problem::invalid_field(field, wrong))?;
        Ok(self.0.passwords.hash(password).await?)
    }

    /// Takes a try to prove who one is: by password, or by a recovery code.
    ///
    /// Three counts: close, so that a guesser is stopped soon without locking the owner out from elsewhere; from one
    /// address, against many accounts; and to one account, against many addresses.
    pub fn take_try(&self, ip: ClientIp, email: &Email) -> Result<(), Problem> {
        self.0.tries_from.check(&ip.key())?;
        self.0.tries_close.check(&(ip.key(), email.clone()))?;
        self.0.tries_to.check(email)
    }

    /// Whether `password` fits `stored`, the hash of the account if there is one. An account that does not exist takes as
    /// long as one that does.
    pub async fn verify(&self, password: &str, stored: Option<String>) -> Result<Option<Verified>, PasswordError> {
        let passwords = &self.0.passwords;
        let Some(stored) = stored.filter(|stored| !stored.starts_with(NO_PASSWORD)) else {
            passwords.verify_dummy(password).await?;
            return Ok(None);
        };
        let Some(spelling) = passwords.verify(password, &stored).await? else { return Ok(None) };
        let outdated = spelling == Spelling::Older || passwords.is_outdated(&stored);
        let rehashed = if outdated { Some(passwords.hash_proven(password).await?) } else { None };
        Ok(Some(Verified { stored, rehashed }))
    }

    /// A session to open, and the token to hand out once it is. It takes the place of the one the browser `came_with`.
    #[must_use]
    pub fn new_session(&self, came_with: Option<TokenHash>) -> (Token, NewSession) {
        let Parts { lifetime_ms, max_sessions, ambient, .. } = &*self.0;
        let token = Token::generate(ambient);
        let (lifetime_ms, max_sessions) = (*lifetime_ms, *max_sessions);
        let session = NewSession { token: token.hash(), lifetime_ms, max_sessions, replaces: came_with };
        (token, session)
    }

    /// What becomes of a session that was last used at `seen`.
    #[must_use]
    pub fn idle(&self, seen: UnixMillis) -> Idle {
        let (unused_ms, limit_ms) = (self.0.ambient.now().since_ms(seen), self.0.idle_ms);
        match unused_ms {
            over if over >= limit_ms => Idle::Over,
            // Rarely, so that few requests write.
            some if some >= (limit_ms / 10).min(SEEN_EVERY_MS) => Idle::Note,
            _ => Idle::Fresh,
        }
    }

    /// Whose session it is, if it still holds: from memory, else from `load`.
    pub async fn find<E>(
        &self,
        token: &TokenHash,
        load: impl Future<Output = Result<Option<P>, E>>,
    ) -> Result<Option<P>, E> {
        let found = self.0.sessions.get_or_load(token, load).await?;
        // An entry in memory may outlive its session.
        Ok(found.filter(|principal| self.0.ambient.now() < principal.expires_at()))
    }

    /// The session in a request's cookie, to be looked up with [`Gate::find`].
    #[must_use]
    pub fn session_of(&self, headers: &HeaderMap) -> Option<TokenHash> {
        self.0.cookie.read(headers).map(|token| token.hash())
    }

    /// Forgets what another instance has ended.
    pub fn heed(&self, end: &SessionEnd) {
        match &end.session {
            Some(token) => self.forget_session(token),
            None => self.forget_accounts(&[end.account_id]),
        }
    }

    /// Forgets one session. Call it after the commit that ended it.
    pub fn forget_session(&self, token: &TokenHash) {
        self.0.sessions.forget(token);
    }

    /// Forgets the sessions of accounts whose rights changed. Call it after the commit.
    pub fn forget_accounts(&self, accounts: &[i64]) {
        if !accounts.is_empty() {
            self.0.sessions.forget_where(|principal| accounts.contains(&principal.account_id()));
        }
    }
}
