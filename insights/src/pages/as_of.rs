//! As of when the figures of a page are, and what is said when that is long ago or not yet.

use std::time::Duration;

use belgrano_wire::timestamp::UnixMillis;

use crate::app::App;

/// An answer that is older says its age.
const FRESH_MS: i64 = 60_000;

/// Until when the figures of a page are told.
#[derive(Clone, Copy, Debug)]
pub(super) struct AsOf {
    /// Everything that had happened by then is in the figures; `None`: the feeds are still being read.
    pub(super) until: Option<UnixMillis>,
    /// When the figures were worked out, if that was earlier because the lake cannot be reached now.
    pub(super) worked: Option<UnixMillis>,
    /// When the page was made.
    pub(super) now: UnixMillis,
}

impl AsOf {
    /// Of our own marketplace: the feed that is furthest behind says.
    pub(super) fn of(app: &App) -> Self {
        let feeds = app.feeds.all();
        let until = feeds.values().map(|feed| feed.current_at).min().flatten();
        Self { until, worked: None, now: app.ambient.now() }
    }

    /// Says how old the oldest of the figures is, where one is of an earlier state.
    pub(super) fn aged(&mut self, age: Option<Duration>) {
        let worked = age.map(|age| self.ago(age));
        // Of several parts the oldest counts.
        self.worked = self.worked.into_iter().chain(worked).min();
    }

    /// When something was learned that is so old.
    pub(super) fn ago(&self, age: Duration) -> UnixMillis {
        self.now.plus_ms(-i64::try_from(age.as_millis()).unwrap_or(i64::MAX))
    }

    /// Whether it is worth a warning.
    pub(super) fn is_old(&self) -> bool {
        self.until.is_some_and(|until| self.now.since_ms(until) > FRESH_MS)
    }
}
