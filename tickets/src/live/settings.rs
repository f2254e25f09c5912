//! The limits of the live feed.

use std::time::Duration;

use belgrano_shared::config::Env;

use super::hub::HubLimits;
use super::ring::RingLimits;
use super::snapshot::SnapshotLimits;
use super::sockets::SocketLimits;

/// Everything about the live feed that can be set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LiveSettings {
    /// What clients are held to.
    pub rules: Rules,
    /// What the hub remembers.
    pub hub: HubLimits,
    /// How many sockets there may be.
    pub sockets: SocketLimits,
    /// What a snapshot holds.
    pub snapshot: SnapshotLimits,
    /// How long a client may take to accept what is written to it.
    pub write_timeout: Duration,
    /// How often to look for what another process committed.
    pub poll: Duration,
    /// Replays and snapshots read from the database at once.
    pub reads: usize,
    /// After a restart clients come back within this time.
    pub spread: Duration,
}

impl Default for LiveSettings {
    fn default() -> Self {
        Self {
            rules: Rules::default(),
            hub: HubLimits::default(),
            sockets: SocketLimits::default(),
            snapshot: SnapshotLimits::default(),
            write_timeout: Duration::from_secs(10),
            poll: Duration::from_secs(1),
            reads: 3,
            spread: Duration::from_secs(5),
        }
    }
}

impl LiveSettings {
    /// Reads the limits.
    pub fn from_env(env: &mut Env) -> Self {
        let default = Self::default();
        let (hub, sockets, snapshot) = (default.hub, default.sockets, default.snapshot);
        Self {
            rules: Rules::from_env(env),
            hub: HubLimits {
                all: RingLimits {
                    entries: env.number("LIVE_RING_EVENTS", hub.all.entries, 16..=1_000_000, "events kept in memory"),
                    bytes: env.number("LIVE_RING_BYTES", hub.all.bytes, 65_536..=1 << 32, "bytes of events in memory"),
                },
                ..hub
            },
            sockets: SocketLimits {
                total: env.number("LIVE_SOCKETS", sockets.total, 1..=1_000_000, "sockets at once"),
                per_user: env.number(
                    "LIVE_SOCKETS_PER_USER",
                    sockets.per_user,
                    1..=1_000_000,
                    "sockets of one account",
                ),
                shop: env.number("LIVE_SOCKETS_SHOP", sockets.shop, 1..=1_000_000, "sockets of the shop"),
            },
            snapshot: SnapshotLimits {
                ended: env.duration_s("LIVE_SNAPSHOT_ENDED", snapshot.ended.as_secs(), "seconds a snapshot looks back"),
                tickets: env.number("LIVE_SNAPSHOT_TICKETS", snapshot.tickets, 1..=1_000_000, "tickets in a snapshot"),
            },
            write_timeout: env.duration_s("LIVE_WRITE_TIMEOUT", 10, "seconds until a stalled socket is dropped"),
            poll: env.duration_s("LIVE_POLL", 1, "seconds between looks at what other processes committed"),
            ..default
        }
    }
}

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

impl Rules {
    fn from_env(env: &mut Env) -> Self {
        let default = Self::default();
        Self {
            auth_timeout: env.duration_s("LIVE_AUTH_TIMEOUT", 5, "seconds a socket may take to say who it is"),
            heartbeat: env.duration_s("LIVE_HEARTBEAT", 25, "seconds between two pings"),
            pong_timeout: env.duration_s("LIVE_PONG_TIMEOUT", 10, "seconds to answer a ping"),
            max_replay: env.number(
                "LIVE_MAX_REPLAY",
                default.max_replay,
                0..=10_000_000,
                "events replayed; who missed more gets a snapshot",
            ),
            frames: FrameBudget {
                burst: env.number("LIVE_FRAMES_BURST", default.frames.burst, 1..=10_000, "frames at once of a client"),
                per_second: env.number(
                    "LIVE_FRAMES",
                    default.frames.per_second,
                    1..=10_000,
                    "frames a second of a client",
                ),
            },
        }
    }
}
