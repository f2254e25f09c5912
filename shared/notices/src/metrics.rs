//! What is counted of notices.

use belgrano_runtime::telemetry::Metrics;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;

use super::{Channel, NoticeSummary, Verdict};

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Labels {
    channel: &'static str,
    outcome: &'static str,
}

#[derive(Clone, Debug)]
pub(super) struct NoticeMetrics {
    attempts: Family<Labels, Counter>,
    pending: Gauge,
    dead: Gauge,
    oldest_s: Gauge,
    subscriptions: Gauge,
    resting: Gauge,
}

impl NoticeMetrics {
    pub(super) fn register(metrics: &Metrics) -> Self {
        let gauge = |name, help| metrics.register(name, help, Gauge::default());
        Self {
            attempts: metrics.register(
                "notice_attempts",
                "Tries to tell somebody, by channel and outcome",
                Family::default(),
            ),
            pending: gauge("notices_pending", "Notices to be sent"),
            dead: gauge("notices_dead", "Notices that could not be sent"),
            oldest_s: gauge("notices_oldest_seconds", "Age of the oldest notice to be sent"),
            subscriptions: gauge("push_subscriptions", "Browsers that want to be told"),
            resting: gauge("push_services_resting", "Push services that did not answer and are left alone for a while"),
        }
    }

    pub(super) fn tried(&self, channel: Channel, verdict: &Verdict) {
        let outcome = match verdict {
            Verdict::Delivered => "entregado",
            Verdict::Retry { .. } => "reintento",
            Verdict::Gone { .. } => "caducado",
            Verdict::Dead { .. } => "muerto",
        };
        self.attempts.get_or_create(&Labels { channel: channel.as_str(), outcome }).inc();
    }

    pub(super) fn backlog(&self, summary: &NoticeSummary, resting: usize) {
        self.pending.set(summary.pending);
        self.dead.set(summary.dead);
        self.oldest_s.set(summary.oldest_s.unwrap_or(0));
        self.subscriptions.set(summary.browsers);
        self.resting.set(i64::try_from(resting).unwrap_or(i64::MAX));
    }
}
