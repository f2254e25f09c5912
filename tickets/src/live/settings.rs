//! The limits of the live feed.

use std::time::Duration;

/// How often a client may speak: a bucket of frames.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FrameBudget {
    /// Frames at once.
    pub burst: u32,
    /// Frames per second in the long run.
    pub per_second: u32,
}

/// The rules of the protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// How long a client may take to say who it is.
    pub auth_timeout: Duration,
    /// Between two pings.
    pub heartbeat: Duration,
    /// How long a client may take to answer one.
    pub pong_timeout: Duration,
    /// How often it may speak.
    pub frames: FrameBudget,
    /// A person who missed more events than this gets a snapshot; the shop gets every event the log still has.
    pub max_replay: i64,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            auth_timeout: Duration::from_secs(5),
            heartbeat: Duration::from_secs(25),
            pong_timeout: Duration::from_secs(10),
            frames: FrameBudget { burst: 40, per_second: 10 },
            max_replay: 10_000,
        }
    }
}
