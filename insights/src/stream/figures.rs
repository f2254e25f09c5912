//! What of the stream is counted for `/metrics`.

use belgrano_runtime::telemetry::Metrics;
use belgrano_wire::timestamp::UnixMillis;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Of {
    feed: &'static str,
}

/// Counters and gauges, by feed. Those of the instance that publishes tell; the others stay at zero.
#[derive(Clone, Debug)]
pub(super) struct Figures {
    published: Family<Of, Counter>,
    seq: Family<Of, Gauge>,
    behind: Family<Of, Gauge>,
    current: Family<Of, Gauge>,
    failed: Family<Of, Counter>,
}

impl Figures {
    pub(super) fn register(metrics: &Metrics) -> Self {
        let published = "Events that the broker has acknowledged";
        let seq = "Place in the feed up to which the broker has everything";
        let behind = "Changes between that place and what was read of the feed for the lake, at most";
        let current = "When the broker last had everything that there was, in seconds since 1970";
        let failed = "Rounds that failed, and are tried again";
        Self {
            published: metrics.register("stream_published", published, Family::default()),
            seq: metrics.register("stream_seq", seq, Family::default()),
            behind: metrics.register("stream_behind_changes", behind, Family::default()),
            current: metrics.register("stream_current_timestamp_seconds", current, Family::default()),
            failed: metrics.register("stream_failures", failed, Family::default()),
        }
    }

    /// The broker has `events` more, up to `seq`, and with that everything if it is `current`.
    pub(super) fn moved(&self, feed: &'static str, events: usize, seq: i64, current: Option<UnixMillis>) {
        let of = Of { feed };
        self.published.get_or_create(&of).inc_by(u64::try_from(events).unwrap_or_default());
        self.seq.get_or_create(&of).set(seq);
        if let Some(at) = current {
            self.current.get_or_create(&of).set(at.0 / 1000);
        }
    }

    /// A round has failed.
    pub(super) fn failed(&self, feed: &'static str) {
        self.failed.get_or_create(&Of { feed }).inc();
    }

    /// How many changes the broker does not have yet.
    pub(super) fn behind(&self, feed: &'static str, changes: i64) {
        self.behind.get_or_create(&Of { feed }).set(changes);
    }
}
