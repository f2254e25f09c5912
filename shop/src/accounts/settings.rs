//! Limits of log-in, registration and recovery.

use std::num::NonZeroU32;
use std::time::Duration;

use belgrano_shared::config::Env;

/// Limits of log-in, registration and recovery.
#[derive(Clone, Debug)]
pub struct AccountSettings {
    /// How long a session is believed without asking the database.
    pub session_cache_ttl: Duration,
    /// Sessions kept in memory.
    pub session_cache_size: usize,
    /// Sessions of one account; the oldest make room.
    pub max_sessions: i64,
    /// Tries to log in to one account from one address, per period.
    pub login_tries: NonZeroU32,
    /// Tries to log in from one address, or to one account, per period.
    pub login_tries_wide: NonZeroU32,
    /// The period of both.
    pub login_period: Duration,
    /// Accounts made from one address per hour.
    pub registrations: NonZeroU32,
    /// Recovery mails for one account per hour.
    pub recovery_mails: NonZeroU32,
    /// How long a recovery code holds.
    pub recovery_lifetime: Duration,
    /// Wrong codes after which a recovery is over.
    pub recovery_attempts: i64,
}

impl AccountSettings {
    /// Reads the limits.
    pub fn from_env(env: &mut Env) -> Self {
        Self {
            session_cache_ttl: env.duration_s("SESSION_CACHE", 30, "seconds a session is believed without a look"),
            session_cache_size: env.number("SESSION_CACHE_SIZE", 50_000, 1..=10_000_000, "sessions kept in memory"),
            max_sessions: env.number("MAX_SESSIONS", 20, 1..=10_000, "sessions of one account"),
            login_tries: tries(env, "LOGIN_TRIES", 20, "log-ins to one account from one address, per LOGIN_PERIOD"),
            login_tries_wide: tries(env, "LOGIN_TRIES_WIDE", 300, "log-ins from one address, or to one account"),
            login_period: env.duration_s("LOGIN_PERIOD", 900, "seconds in which log-in tries are counted"),
            registrations: tries(env, "REGISTRATIONS", 300, "accounts made from one address per hour"),
            recovery_mails: tries(env, "RECOVERY_MAILS", 5, "recovery mails for one account per hour"),
            recovery_lifetime: env.duration_s("RECOVERY_LIFETIME", 1800, "seconds a recovery code holds"),
            recovery_attempts: env.number("RECOVERY_ATTEMPTS", 5, 1..=100, "wrong codes that end a recovery"),
        }
    }
}

fn tries(env: &mut Env, name: &'static str, default: u32, meaning: &'static str) -> NonZeroU32 {
    NonZeroU32::new(env.number(name, default, 1..=1_000_000, meaning)).unwrap_or(NonZeroU32::MIN)
}
