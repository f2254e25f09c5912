//! Limits of carts.

use std::time::Duration;

use belgrano_shared::config::Env;

/// Limits of carts.
#[derive(Clone, Copy, Debug)]
pub struct CartSettings {
    /// How long a cart without an account is kept after its last change.
    pub kept: Duration,
}

impl CartSettings {
    /// Reads the limits.
    pub fn from_env(env: &mut Env) -> Self {
        Self { kept: env.duration_s("CART_KEPT", 30 * 24 * 3600, "seconds a cart without an account is kept") }
    }
}
