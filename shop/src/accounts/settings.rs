//! Limits of registration and recovery.

use std::num::NonZeroU32;
use std::time::Duration;

use belgrano_runtime::config::Env;

/// Limits of registration and recovery.
#[derive(Clone, Debug)]
pub struct AccountSettings {
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
            registrations: env.tries("REGISTRATIONS", 300, "accounts made from one address per hour"),
            recovery_mails: env.tries("RECOVERY_MAILS", 5, "recovery mails for one account per hour"),
            recovery_lifetime: env.duration_s("RECOVERY_LIFETIME", 1800, "seconds a recovery code holds"),
            recovery_attempts: env.number("RECOVERY_ATTEMPTS", 5, 1..=100, "wrong codes that end a recovery"),
        }
    }
}
