//! How long a peer is waited for, in writing as in reading.
//!
//! One rule for both: whoever moves nothing for the limit is given up, and so is who moves less than [`SLOWEST`] over time,
//! however it spreads it. It is a bucket of time: waiting empties it, each byte fills it a little, and it holds no more than
//! the limit. So what moved fast before buys nobody the right to stand still afterwards.

use std::time::Duration;

use tokio::time::Instant;

/// Bytes a second. A phone on the worst line that still carries data moves twice as much: it is slow, and not stalled.
pub(super) const SLOWEST: u64 = 1024;

/// What is left of the time that one peer may be waited for.
#[derive(Clone, Debug)]
pub(super) struct Patience {
    limit: Duration,
    left: Duration,
    since: Option<Instant>,
}

impl Patience {
    /// A peer that nothing is known of yet: `limit` without a byte ends it.
    pub(super) fn new(limit: Duration) -> Self {
        Self { limit, left: limit, since: None }
    }

    /// The peer is waited for, from `now` on unless it already was. Returns when to give it up.
    pub(super) fn wait(&mut self, now: Instant) -> Instant {
        *self.since.get_or_insert(now) + self.left
    }

    /// The peer moved so many bytes, and is not waited for until the next [`Patience::wait`].
    pub(super) fn moved(&mut self, now: Instant, bytes: usize) {
        if let Some(since) = self.since.take() {
            self.left = self.left.saturating_sub(now.saturating_duration_since(since));
        }
        let bytes = u64::try_from(bytes).unwrap_or(u64::MAX);
        let earned = Duration::from_micros(bytes.saturating_mul(1_000_000) / SLOWEST);
        self.left = self.left.saturating_add(earned).min(self.limit);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::Instant;

    use super::Patience;

    const LIMIT: Duration = Duration::from_secs(10);

    /// When a peer is given up that moves `bytes` every `every`, within the first `within`.
    fn given_up(bytes: usize, every: Duration, within: Duration) -> Option<Duration> {
        let start = Instant::now();
        let mut patience = Patience::new(LIMIT);
        let mut now = start;
        while now < start + within {
            let deadline = patience.wait(now);
            if deadline < now + every {
                return Some(deadline - start);
            }
            now += every;
            patience.moved(now, bytes);
        }
        None
    }

    #[test]
    fn who_stops_is_given_up_and_who_trickles_too() {
        let hour = Duration::from_hours(1);
        assert_eq!(given_up(0, hour, hour), Some(LIMIT));
        let second = Duration::from_secs(1);
        assert_eq!(given_up(2 * 1024, second, hour), None, "slow, and not stalled");
        let trickled = given_up(1, 9 * second, hour).expect("a byte every nine seconds is no progress");
        assert!(trickled <= 11 * second, "{trickled:?}");
        let half = given_up(512, second, hour).expect("half of the slowest");
        assert!(half <= 20 * second, "{half:?}");
        assert_eq!(given_up(9 * 1024, 9 * second, hour), None, "in bursts, but fast enough");
    }

    #[test]
    fn what_moved_fast_before_buys_no_time() {
        let start = Instant::now();
        let mut patience = Patience::new(LIMIT);
        patience.wait(start);
        patience.moved(start + Duration::from_millis(1), 100 << 20);
        let stopped = start + Duration::from_secs(1);
        assert_eq!(patience.wait(stopped), stopped + LIMIT);
    }

    #[test]
    fn only_waiting_counts() {
        let start = Instant::now();
        let mut patience = Patience::new(LIMIT);
        patience.moved(start + Duration::from_hours(1), 1);
        let later = start + Duration::from_hours(2);
        assert_eq!(patience.wait(later), later + LIMIT);
    }
}
