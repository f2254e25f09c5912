//! What the relay shows of itself: the state of its breaker, and its metrics.

use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use belgrano_runtime::telemetry::Metrics;
use belgrano_wire::timestamp::UnixMillis;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;

use super::breaker::BreakerState;
use super::trouble::Trouble;
use crate::outbox::Summary;

/// One millisecond (a board next door) to the deadline.
const LATENCY_BUCKETS_S: [f64; 11] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 2.5, 10.0];

/// The state of this process' relay, for whoever shows it. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct RelayStatus(Arc<Shown>);

#[derive(Debug, Default)]
struct Shown {
    breaker: AtomicU8,
    trouble: Mutex<Option<Trouble>>,
}

impl RelayStatus {
    /// What the breaker says now.
    #[must_use]
    pub fn breaker(&self) -> BreakerState {
        match self.0.breaker.load(Ordering::Relaxed) {
            0 => BreakerState::Closed,
            1 => BreakerState::Open,
            _ => BreakerState::Ramping,
        }
    }

    pub(super) fn set(&self, state: BreakerState) {
        self.0.breaker.store(state.number(), Ordering::Relaxed);
    }

    /// What holds up every message, if anything does.
    #[must_use]
    pub fn trouble(&self) -> Option<Trouble> {
        // Nothing in here panics half-way.
        *self.0.trouble.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn set_trouble(&self, trouble: Option<Trouble>) {
        *self.0.trouble.lock().unwrap_or_else(PoisonError::into_inner) = trouble;
    }
}

impl BreakerState {
    fn number(self) -> u8 {
        match self {
            Self::Closed => 0,
            Self::Open => 1,
            Self::Ramping => 2,
        }
    }

    /// As people read it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Closed => "cerrado",
            Self::Open => "abierto",
            Self::Ramping => "recuperando",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OutcomeLabel {
    outcome: &'static str,
}

/// What is counted of deliveries.
#[derive(Clone, Debug)]
pub(super) struct RelayMetrics {
    attempts: Family<OutcomeLabel, Counter>,
    latency: Histogram,
    breaker: Gauge,
    trouble: Gauge,
    pending: Gauge,
    dead: Gauge,
    oldest_s: Gauge,
    stale: Counter,
}

impl RelayMetrics {
    pub(super) fn register(metrics: &Metrics) -> Self {
        Self {
            attempts: metrics.register("relay_attempts", "Tries to deliver, by outcome", Family::default()),
            latency: metrics.register(
                "relay_exchange_seconds",
                "One exchange with the board",
                Histogram::new(LATENCY_BUCKETS_S),
            ),
            breaker: metrics.register("relay_breaker", "0 closed, 1 open, 2 ramping up", Gauge::default()),
            trouble: metrics.register(
                "relay_trouble",
                "What holds up all messages: 0 nothing, 1 not the board, 2 secret or key, 3 clock",
                Gauge::default(),
            ),
            pending: metrics.register("outbox_pending", "Messages to be delivered", Gauge::default()),
            dead: metrics.register("outbox_dead", "Dead letters", Gauge::default()),
            oldest_s: metrics.register(
                "outbox_oldest_seconds",
                "Age of the oldest message to be delivered",
                Gauge::default(),
            ),
            stale: metrics.register("relay_stale_verdicts", "Verdicts that came after the lease", Counter::default()),
        }
    }

    pub(super) fn tried(&self, outcome: &'static str, took: Duration) {
        self.attempts.get_or_create(&OutcomeLabel { outcome }).inc();
        self.latency.observe(took.as_secs_f64());
    }

    pub(super) fn stale(&self, verdicts: usize) {
        self.stale.inc_by(verdicts as u64);
    }

    pub(super) fn breaker(&self, state: BreakerState) {
        self.breaker.set(i64::from(state.number()));
    }

    pub(super) fn trouble(&self, trouble: Option<Trouble>) {
        self.trouble.set(trouble.map_or(0, Trouble::number));
    }

    pub(super) fn backlog(&self, summary: &Summary, now: UnixMillis) {
        self.pending.set(summary.pending);
        self.dead.set(summary.dead);
        self.oldest_s.set(summary.oldest.map_or(0, |oldest| now.since_ms(oldest).max(0) / 1000));
    }
}
