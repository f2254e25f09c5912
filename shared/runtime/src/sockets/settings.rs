//! The limits of sockets.

use std::time::Duration;

use super::{Budget, FrameBudget, Heartbeat, SocketLimits};
use crate::config::Env;

/// Strangers that one address may always have.
const FEW: usize = 16;

/// What every socket is held to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SocketSettings {
    /// How many there may be.
    pub limits: SocketLimits,
    /// Between two pings.
    pub heartbeat: Duration,
    /// How long a client may take to answer one.
    pub pong_timeout: Duration,
    /// How often it may speak.
    pub frames: FrameBudget,
    /// How long it may take to accept a piece of what is written to it.
    pub write_timeout: Duration,
}

impl Default for SocketSettings {
    fn default() -> Self {
        Self {
            limits: SocketLimits::default(),
            heartbeat: Duration::from_secs(25),
            pong_timeout: Duration::from_secs(10),
            frames: FrameBudget { burst: 40, per_second: 10 },
            write_timeout: Duration::from_secs(10),
        }
    }
}

impl SocketSettings {
    /// Reads what both services have.
    pub fn from_env(env: &mut Env) -> Self {
        let default = Self::default();
        let (limits, frames) = (default.limits, default.frames);
        let meaning = "sockets at once; a quarter for those of one address that did not say yet whose they are";
        let total = env.number("LIVE_SOCKETS", limits.total, 1..=1_000_000, meaning);
        Self {
            limits: SocketLimits {
                total,
                strangers: total.div_ceil(4).max(FEW),
                per_user: env.number("LIVE_SOCKETS_PER_USER", limits.per_user, 1..=1_000_000, "sockets of one account"),
                ..limits
            },
            heartbeat: env.duration_s("LIVE_HEARTBEAT", 25, "seconds between two pings"),
            pong_timeout: env.duration_s("LIVE_PONG_TIMEOUT", 10, "seconds to answer a ping"),
            frames: FrameBudget {
                burst: env.number("LIVE_FRAMES_BURST", frames.burst, 1..=10_000, "frames at once of a client"),
                per_second: env.number("LIVE_FRAMES", frames.per_second, 1..=10_000, "frames a second of a client"),
            },
            write_timeout: env.duration_s(
                "LIVE_WRITE_TIMEOUT",
                10,
                "seconds without progress until a stalled socket is dropped",
            ),
        }
    }

    /// A heartbeat by these rules.
    #[must_use]
    pub fn beat(&self) -> Heartbeat {
        Heartbeat::new(self.heartbeat, self.pong_timeout)
    }

    /// A bucket of frames by these rules.
    #[must_use]
    pub fn budget(&self) -> Budget {
        Budget::new(self.frames)
    }
}
