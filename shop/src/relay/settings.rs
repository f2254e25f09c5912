//! Limits of the relay, each a variable with a safe default.

use std::time::Duration;

use belgrano_runtime::config::Env;
use belgrano_runtime::retry::RetrySchedule;

use super::breaker::BreakerSettings;

/// What a lease lasts beyond the deadline: how long a message may wait in memory for its turn before it is given back, and how
/// far the clocks of two instances may be apart.
const LEASE_BEYOND_DEADLINE: Duration = Duration::from_secs(5);

/// Limits of the relay.
#[derive(Clone, Debug)]
pub struct RelaySettings {
    /// Exchanges at once.
    pub concurrency: usize,
    /// One deadline over the whole exchange, the answer's body included.
    pub deadline: Duration,
    /// How long a connection may take.
    pub connect_timeout: Duration,
    /// How long claimed messages are ours: longer than the deadline, and as short as that allows, because what a relay that
    /// died had taken waits for so long.
    pub lease: Duration,
    /// How often to look without being woken; jittered.
    pub poll: Duration,
    /// Waits between tries, and when to give up.
    pub schedule: RetrySchedule,
    /// The longest wait the board may ask for.
    pub max_retry_after: Duration,
    /// When the board counts as away, and how it comes back.
    pub breaker: BreakerSettings,
    /// How long stopping waits for what is under way.
    pub drain: Duration,
    /// How long delivered and discarded messages are kept.
    pub retention: Duration,
}

impl Default for RelaySettings {
    fn default() -> Self {
        Self {
            concurrency: 32,
            deadline: Duration::from_secs(10),
            connect_timeout: Duration::from_secs(2),
            lease: Duration::from_secs(10) + LEASE_BEYOND_DEADLINE,
            poll: Duration::from_secs(1),
            schedule: RetrySchedule::default(),
            max_retry_after: Duration::from_hours(1),
            breaker: BreakerSettings::default(),
            drain: Duration::from_secs(15),
            retention: Duration::from_hours(7 * 24),
        }
    }
}

impl RelaySettings {
    /// Reads them; `env` keeps the mistakes.
    pub fn from_env(env: &mut Env) -> Self {
        let defaults = Self::default();
        let seconds = |duration: Duration| duration.as_secs();
        let concurrency =
            env.number("RELAY_CONCURRENCY", defaults.concurrency, 1..=1024, "deliveries to the board at once");
        let deadline =
            env.duration_s("RELAY_DEADLINE", seconds(defaults.deadline), "seconds one delivery may take in all");
        let lease = env.duration_s(
            "RELAY_LEASE",
            seconds(deadline + LEASE_BEYOND_DEADLINE),
            "seconds a message is kept from other relays",
        );
        if lease <= deadline {
            env.mistake("RELAY_LEASE", "has to be longer than RELAY_DEADLINE");
        }
        let max_elapsed = env.duration_s(
            "RELAY_GIVE_UP",
            seconds(defaults.schedule.max_elapsed),
            "seconds of waiting between tries after which a message is a dead letter",
        );
        Self {
            concurrency,
            deadline,
            lease,
            schedule: RetrySchedule { max_elapsed, ..defaults.schedule },
            retention: env.duration_s(
                "OUTBOX_RETENTION",
                seconds(defaults.retention),
                "seconds that delivered messages are kept",
            ),
            ..defaults
        }
    }

    /// Messages a relay holds before it claims no more, waiting or under way. As many again may have been handed to it
    /// meanwhile ([`Handoff`](crate::outbox::Handoff)): twice as many are in memory at most.
    #[must_use]
    pub fn buffer(&self) -> usize {
        self.concurrency * 4
    }
}
