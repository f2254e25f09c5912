//! The limits of the live feed.

use std::time::Duration;

use belgrano_runtime::config::Env;
use belgrano_runtime::sockets::{FrameBudget, SocketLimits, SocketSettings};

use super::hub::HubLimits;
use super::ring::RingLimits;
use super::snapshot::SnapshotLimits;

/// Everything about the live feed that can be set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LiveSettings {
    /// What clients are held to.
    pub rules: Rules,
    /// What the hub remembers.
    pub hub: HubLimits,
    /// What every socket is held to.
    pub sockets: SocketSettings,
    /// What a snapshot holds.
    pub snapshot: SnapshotLimits,
    /// How often to look for what another process committed.
    pub poll: Duration,
    /// Replays and snapshots read from the database at once.
    pub reads: usize,
}

impl Default for LiveSettings {
    fn default() -> Self {
        Self {
            rules: Rules::default(),
            hub: HubLimits::default(),
            sockets: SocketSettings::default(),
            snapshot: SnapshotLimits::default(),
            poll: Duration::from_secs(1),
            reads: 3,
        }
    }
}

impl LiveSettings {
    /// Reads the limits.
    pub fn from_env(env: &mut Env) -> Self {
        let default = Self::default();
        let (hub, snapshot) = (default.hub, default.snapshot);
        let sockets = SocketSettings::from_env(env);
        Self {
            rules: Rules::from_env(env, &sockets),
            hub: HubLimits {
                all: RingLimits {
                    entries: env.number("LIVE_RING_EVENTS", hub.all.entries, 16..=1_000_000, "events kept in memory"),
                    bytes: env.number("LIVE_RING_BYTES", hub.all.bytes, 65_536..=1 << 32, "bytes of events in memory"),
                },
                ..hub
            },
            sockets: SocketSettings {
                limits: SocketLimits {
                    shop: env.number("LIVE_SOCKETS_SHOP", sockets.limits.shop, 1..=1_000_000, "sockets of the shop"),
                    ..sockets.limits
                },
                ..sockets
            },
            snapshot: SnapshotLimits {
                ended: env.duration_s("LIVE_SNAPSHOT_ENDED", snapshot.ended.as_secs(), "seconds a snapshot looks back"),
                tickets: env.number("LIVE_SNAPSHOT_TICKETS", snapshot.tickets, 1..=1_000_000, "tickets in a snapshot"),
            },
            poll: env.duration_s("LIVE_POLL", 1, "seconds between looks at what other processes committed"),
            ..default
        }
    }
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
        Self::of(&SocketSettings::default(), Duration::from_secs(5), 10_000)
    }
}

impl Rules {
    fn of(sockets: &SocketSettings, auth_timeout: Duration, max_replay: i64) -> Self {
        let SocketSettings { heartbeat, pong_timeout, frames, .. } = *sockets;
        Self { auth_timeout, heartbeat, pong_timeout, frames, max_replay }
    }

    fn from_env(env: &mut Env, sockets: &SocketSettings) -> Self {
        let default = Self::default();
        let auth_timeout = env.duration_s("LIVE_AUTH_TIMEOUT", 5, "seconds a socket may take to say who it is");
        let meaning = "events replayed; who missed more gets a snapshot";
        Self::of(sockets, auth_timeout, env.number("LIVE_MAX_REPLAY", default.max_replay, 0..=10_000_000, meaning))
    }
}
