//! What can be set of the security log.

use std::time::Duration;

use crate::config::Env;

/// What can be set of the security log.
#[derive(Clone, Copy, Debug)]
pub struct SecuritySettings {
    /// How long an entry is kept.
    pub kept: Duration,
}

impl SecuritySettings {
    /// Reads `SECURITY_LOG_KEPT`.
    pub fn from_env(env: &mut Env) -> Self {
        let kept =
            env.duration_s("SECURITY_LOG_KEPT", 400 * 24 * 3600, "seconds that entries of the security log are kept");
        Self { kept }
    }

    /// [`SecuritySettings::kept`] in milliseconds.
    #[must_use]
    pub fn kept_ms(&self) -> i64 {
        i64::try_from(self.kept.as_millis()).unwrap_or(i64::MAX)
    }
}
