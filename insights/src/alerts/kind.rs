//! What can be watched, in which unit its limit is, and what a rule says when nobody says anything else.

use std::ops::RangeInclusive;

use belgrano_wire::vocabulary;

vocabulary! {
    /// What a rule watches.
    Kind {
        /// Products whose stock is critical, as every page counts them. Limit: how many.
        Stock = "stock";
        /// Deliveries that failed, of those that ended within the window. Limit: percent; minimum: deliveries.
        Deliveries = "entregas";
        /// Revenue of today until the last full hour, against the same hours of the same weekday, eight weeks back. Limit: how many
        /// deviations it may be off; minimum: days there are to compare with.
        Revenue = "ventas";
        /// How far the slowest feed is behind, or the broker that changes are published to. Limit: seconds.
        Feed = "fuente";
        /// The 95th percentile of the times of requests of the API within the window. Limit: milliseconds; minimum: requests.
        Requests = "consultas";
        /// How full the disk of `DATA_DIR` is. Limit: percent.
        Disk = "disco";
        /// Memory of the process. Limit: MiB.
        Memory = "memoria";
    }
}

/// What a new rule has where nothing else is said.
#[derive(Clone, Copy, Debug)]
pub(super) struct Usual {
    pub(super) threshold: f64,
    pub(super) window_min: i64,
    pub(super) minimum: i64,
    pub(super) quiet_min: i64,
}

impl Kind {
    /// What it has where nothing else is said; the same as the rules of the first start.
    pub(super) fn usual(self) -> Usual {
        let (threshold, window_min, minimum, quiet_min) = match self {
            Self::Stock => (1.0, 0, 1, 720),
            Self::Deliveries => (20.0, 1440, 10, 240),
            Self::Revenue => (3.0, 0, 4, 720),
            Self::Feed => (300.0, 0, 1, 60),
            Self::Requests => (1000.0, 10, 20, 60),
            Self::Disk => (90.0, 0, 1, 720),
            Self::Memory => (1200.0, 0, 1, 240),
        };
        Usual { threshold, window_min, minimum, quiet_min }
    }

    /// What its limit may be.
    pub(super) fn thresholds(self) -> RangeInclusive<f64> {
        match self {
            Self::Stock => 1.0..=1_000_000.0,
            Self::Deliveries | Self::Disk => 1.0..=100.0,
            Self::Revenue => 0.5..=20.0,
            Self::Feed => 10.0..=604_800.0,
            Self::Requests => 1.0..=600_000.0,
            Self::Memory => 16.0..=1_048_576.0,
        }
    }

    /// How far it may look back, in minutes; `None` where it looks at the moment, or at today.
    pub(super) fn windows(self) -> Option<RangeInclusive<i64>> {
        match self {
            Self::Deliveries => Some(60..=43_200),
            // What is timed is kept no longer.
            Self::Requests => Some(1..=60),
            Self::Stock | Self::Revenue | Self::Feed | Self::Disk | Self::Memory => None,
        }
    }

    /// How little there may be to tell from; `None` where one reading tells all.
    pub(super) fn minimums(self) -> Option<RangeInclusive<i64>> {
        match self {
            Self::Deliveries | Self::Requests => Some(1..=100_000),
            Self::Revenue => Some(2..=8),
            Self::Stock | Self::Feed | Self::Disk | Self::Memory => None,
        }
    }

    /// Whether it looks back over a time that somebody chooses.
    pub(crate) fn looks_back(self) -> bool {
        self.windows().is_some()
    }

    /// Whether there may be too little to tell from.
    pub(crate) fn counts(self) -> bool {
        self.minimums().is_some()
    }

    /// The key of what people call it.
    pub(crate) fn text(self) -> &'static str {
        match self {
            Self::Stock => "alerts-kind-stock",
            Self::Deliveries => "alerts-kind-deliveries",
            Self::Revenue => "alerts-kind-revenue",
            Self::Feed => "alerts-kind-feed",
            Self::Requests => "alerts-kind-requests",
            Self::Disk => "alerts-kind-disk",
            Self::Memory => "alerts-kind-memory",
        }
    }

    /// The key of what its limit means, with its unit.
    pub(crate) fn limit_text(self) -> &'static str {
        match self {
            Self::Stock => "alerts-limit-stock",
            Self::Deliveries => "alerts-limit-deliveries",
            Self::Revenue => "alerts-limit-revenue",
            Self::Feed => "alerts-limit-feed",
            Self::Requests => "alerts-limit-requests",
            Self::Disk => "alerts-limit-disk",
            Self::Memory => "alerts-limit-memory",
        }
    }
}
