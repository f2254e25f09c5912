//! What stands between a request and an account: hashes, sessions in memory, and how often one may try.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use belgrano_shared::ambient::Ambient;
use belgrano_shared::auth::password::{PasswordError, Passwords};
use belgrano_shared::auth::session::{SessionCookie, TokenHash};
use belgrano_shared::auth::session_cache::SessionCache;
use belgrano_shared::http::{ClientIp, RateLimit};
use belgrano_shared::problem::Problem;
use tokio::sync::Semaphore;

use super::{Email, Principal};
use crate::settings::ShopSettings;

/// The cookie of the shop's sessions. Cookies ignore ports, so the board's has another name.
pub const SESSION_COOKIE: &str = "belgrano_shop";

const HOUR: Duration = Duration::from_hours(1);
/// Recovery mails under way at once.
const RECOVERIES_AT_ONCE: usize = 32;

/// What stands between a request and an account. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Gate(Arc<Parts>);

#[derive(Debug)]
struct Parts {
    passwords: Passwords,
    sessions: SessionCache<Principal>,
    cookie: SessionCookie,
    login_close: RateLimit<(IpAddr, Email)>,
    login_from: RateLimit<IpAddr>,
    login_to: RateLimit<Email>,
    registrations: RateLimit<IpAddr>,
    recovery_mails: RateLimit<Email>,
    recoveries: Arc<Semaphore>,
}

impl Gate {
    /// Nobody is known yet.
    pub fn new(settings: &ShopSettings, ambient: &Ambient) -> Result<Self, PasswordError> {
        let (limits, common) = (&settings.accounts, &settings.common);
        Ok(Self(Arc::new(Parts {
            passwords: Passwords::new(settings.passwords, ambient)?,
            sessions: SessionCache::new(limits.session_cache_size, limits.session_cache_ttl, ambient),
            cookie: SessionCookie::new(SESSION_COOKIE, common.session_lifetime, &common.public_url),
            login_close: RateLimit::new(limits.login_tries, limits.login_period, ambient),
            login_from: RateLimit::new(limits.login_tries_wide, limits.login_period, ambient),
            login_to: RateLimit::new(limits.login_tries_wide, limits.login_period, ambient),
            registrations: RateLimit::new(limits.registrations, HOUR, ambient),
            recovery_mails: RateLimit::new(limits.recovery_mails, HOUR, ambient),
            recoveries: Arc::new(Semaphore::new(RECOVERIES_AT_ONCE)),
        })))
    }

    /// Hashes and verifies.
    #[must_use]
    pub fn passwords(&self) -> &Passwords {
        &self.0.passwords
    }

    /// Sessions in memory.
    #[must_use]
    pub fn sessions(&self) -> &SessionCache<Principal> {
        &self.0.sessions
    }

    /// The cookie a session travels in.
    #[must_use]
    pub fn cookie(&self) -> &SessionCookie {
        &self.0.cookie
    }

    /// Forgets the sessions of accounts whose rights changed. Called after the commit.
    pub fn forget(&self, accounts: &[i64]) {
        if !accounts.is_empty() {
            self.0.sessions.forget_where(|principal| accounts.contains(&principal.account_id));
        }
    }

    /// Forgets one session. Called after the commit.
    pub fn forget_session(&self, token: &TokenHash) {
        self.0.sessions.forget(token);
    }

    /// Takes a try to prove who one is: by password, or by a recovery code.
    ///
    /// Three counts: close, so that a guesser is stopped soon without locking the owner out from elsewhere; from one
    /// address, against many accounts; and to one account, against many addresses.
    pub fn try_to_prove(&self, ip: ClientIp, email: &Email) -> Result<(), Problem> {
        self.0.login_from.check(&ip.key())?;
        self.0.login_close.check(&(ip.key(), email.clone()))?;
        self.0.login_to.check(email)
    }

    /// Takes a registration. It is what bounds asking for taken addresses, too.
    pub fn try_to_register(&self, ip: ClientIp) -> Result<(), Problem> {
        self.0.registrations.check(&ip.key())
    }

    /// Whether one more recovery mail may go to this address now.
    #[must_use]
    pub fn may_mail(&self, email: &Email) -> bool {
        self.0.recovery_mails.check(email).is_ok()
    }

    /// How many recoveries may be under way at once.
    #[must_use]
    pub fn recoveries(&self) -> Arc<Semaphore> {
        Arc::clone(&self.0.recoveries)
    }
}
