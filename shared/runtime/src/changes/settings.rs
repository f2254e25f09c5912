//! The limits of the feed.

use crate::config::Env;

/// What readers of the feed are held to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChangeSettings {
    /// Requests that wait for a change at once.
    pub waiting: usize,
}

impl Default for ChangeSettings {
    fn default() -> Self {
        Self { waiting: 16 }
    }
}

impl ChangeSettings {
    /// Reads what both services have.
    pub fn from_env(env: &mut Env) -> Self {
        let meaning = "readers of /api/cambios that wait for a change at once; more are answered 503";
        Self { waiting: env.number("CHANGES_WAITING", Self::default().waiting, 1..=10_000, meaning) }
    }
}
