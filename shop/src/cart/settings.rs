//! Limits of carts.

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::time::Duration;

use belgrano_runtime::config::Env;
use belgrano_runtime::http::RateLimit;
use belgrano_wire::ambient::Ambient;

const HOUR: Duration = Duration::from_hours(1);

/// Limits of carts.
#[derive(Clone, Copy, Debug)]
pub struct CartSettings {
    /// How long a cart without an account is kept after its last change.
    pub kept: Duration,
    /// Carts without an account that are made from one address per hour.
    pub made: NonZeroU32,
}

impl CartSettings {
    /// Reads the limits.
    pub fn from_env(env: &mut Env) -> Self {
        Self {
            kept: env.duration_s("CART_KEPT", 30 * 24 * 3600, "seconds a cart without an account is kept"),
            made: env.tries("CARTS", 300, "carts without an account made from one address per hour"),
        }
    }

    /// Counts what is made.
    #[must_use]
    pub fn made_limit(&self, ambient: &Ambient) -> RateLimit<IpAddr> {
        RateLimit::new(self.made, HOUR, ambient)
    }
}
