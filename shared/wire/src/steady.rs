//! Waiting by a clock that nobody sets, and what to think of stored times when somebody has set the other one.
//!
//! Whatever waits within one process (a pause, a lease of one's own, an age in a cache) is measured by [`SteadyMillis`].
//! What outlives the process is stored as wall clock times, and those lie when the clock is set back: a row that was put off
//! for a second is then put off for an hour. Two rules mend that, and both are here: a stored time further ahead than the
//! longest wait that its kind of thing has counts as due ([`is_due`], [`horizon`]), and a process that sees its clock set
//! back says so ([`SetBack`]), for its owner to bring back what waits.

use std::time::Duration;

use crate::ambient::Ambient;
use crate::timestamp::UnixMillis;

/// Milliseconds on a clock that only goes on, since a start that means nothing: good for differences within one process,
/// and never stored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SteadyMillis(pub i64);

impl SteadyMillis {
    /// The reading `ms` milliseconds later.
    #[must_use]
    pub const fn plus_ms(self, ms: i64) -> Self {
        Self(self.0.saturating_add(ms))
    }

    /// The reading `wait` later.
    #[must_use]
    pub fn plus(self, wait: Duration) -> Self {
        self.plus_ms(millis(wait))
    }

    /// How many milliseconds `self` is after `earlier` (negative when before).
    #[must_use]
    pub const fn since_ms(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// How long from `now` until `self`; nothing when it has passed.
    #[must_use]
    pub fn left(self, now: Self) -> Duration {
        Duration::from_millis(u64::try_from(self.since_ms(now)).unwrap_or(0))
    }
}

/// How far the clocks of two instances may be apart before one takes what the other has put off for its own.
pub const CLOCKS_APART: Duration = Duration::from_mins(1);

/// The last moment that something can have been put off to, if it waits for `longest` at most: a stored time after it was
/// written by a clock that has been set back since, and counts as due.
#[must_use]
pub fn horizon(now: UnixMillis, longest: Duration) -> UnixMillis {
    now.plus_ms(millis(longest.saturating_add(CLOCKS_APART)))
}

/// Whether what was put off to `at`, for `longest` at most, is due at `now`.
#[must_use]
pub fn is_due(at: UnixMillis, now: UnixMillis, longest: Duration) -> bool {
    at <= now || at > horizon(now, longest)
}

/// Notices that the wall clock was set back. Each task that waits for stored times keeps its own.
#[derive(Debug)]
pub struct SetBack {
    wall: UnixMillis,
    steady: SteadyMillis,
}

impl SetBack {
    /// Less than this is a clock being steered, and no stored time is worth bringing back for it.
    const LEAST_MS: i64 = 1000;

    /// Compares with now from now on.
    #[must_use]
    pub fn since(ambient: &Ambient) -> Self {
        Self { wall: ambient.now(), steady: ambient.steady() }
    }

    /// By how much the clock was set back since the last look, if it was.
    pub fn look(&mut self, ambient: &Ambient) -> Option<Duration> {
        let (wall, steady) = (ambient.now(), ambient.steady());
        let back_ms = steady.since_ms(self.steady) - wall.since_ms(self.wall);
        // A clock that is steered back bit by bit is noticed once the bits have become as much.
        if back_ms.abs() >= Self::LEAST_MS {
            (self.wall, self.steady) = (wall, steady);
        }
        (back_ms >= Self::LEAST_MS).then(|| Duration::from_millis(back_ms.unsigned_abs()))
    }
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{CLOCKS_APART, SetBack, horizon, is_due};
    use crate::testing::{START, still_ambient};
    use crate::timestamp::UnixMillis;

    #[test]
    fn what_lies_further_ahead_than_it_can_wait_is_due() {
        let longest = Duration::from_mins(10);
        let due = |ms| is_due(START.plus_ms(ms), START, longest);
        assert!(due(-1) && due(0));
        assert!(!due(1) && !due(600_000), "it waits as long as it may");
        assert!(!due(660_000), "another instance's clock may be ahead");
        assert!(due(660_001) && due(i64::MAX));
        assert_eq!(horizon(START, Duration::MAX), UnixMillis(i64::MAX), "what waits for ever is never too far ahead");
        assert_eq!(horizon(START, Duration::ZERO), START.plus_ms(60_000));
        assert_eq!(CLOCKS_APART.as_secs(), 60);
    }

    #[test]
    fn a_clock_that_is_set_back_is_noticed_once() {
        let (ambient, clock) = still_ambient(1);
        let mut set_back = SetBack::since(&ambient);
        clock.advance_ms(5000);
        assert_eq!(set_back.look(&ambient), None);
        clock.set_by_ms(-3_600_000);
        clock.advance_ms(10);
        assert_eq!(set_back.look(&ambient), Some(Duration::from_hours(1)));
        assert_eq!(set_back.look(&ambient), None);
        clock.set_by_ms(3_600_000);
        assert_eq!(set_back.look(&ambient), None, "forwards everything is due by itself");
        clock.set_by_ms(-1000);
        assert_eq!(set_back.look(&ambient), Some(Duration::from_secs(1)));
        for _ in 0..4 {
            clock.set_by_ms(-300);
        }
        assert_eq!(set_back.look(&ambient), Some(Duration::from_millis(1200)), "bit by bit");
    }
}
