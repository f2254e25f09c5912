//! When to try again: exponential backoff with full jitter, and what `Retry-After` asks for.
//!
//! The only module that knows the crate `backoff`. The crate steps the envelope (initial, doubled, capped); its own
//! randomness and clock are switched off, because both are ambient: its jitter factor is zero and its budget of time is
//! unset. Jitter comes from [`Ambient`], and the budget is counted by the wall clock of the rows, which also runs while
//! the process is down.

use std::time::{Duration, UNIX_EPOCH};

use backoff::SystemClock;
use backoff::backoff::Backoff as _;
use backoff::exponential::ExponentialBackoffBuilder;

use belgrano_wire::ambient::Ambient;
use belgrano_wire::timestamp::UnixMillis;

/// No envelope takes more doublings than this to reach its cap: 2^64 ns are 584 years.
const MAX_STEPS: u32 = 64;

/// How long to wait between attempts, and when to give up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetrySchedule {
    /// The envelope of the first wait.
    pub initial: Duration,
    /// The envelope's cap.
    pub max_interval: Duration,
    /// How long after the first attempt to give up.
    pub max_elapsed: Duration,
}

impl Default for RetrySchedule {
    /// From 1 s to 10 min, for 72 h: over a weekend somebody looks, and ten minutes is what a customer waits at most
    /// once the other side is back.
    fn default() -> Self {
        Self {
            initial: Duration::from_secs(1),
            max_interval: Duration::from_mins(10),
            max_elapsed: Duration::from_hours(72),
        }
    }
}

impl RetrySchedule {
    /// The longest wait after `attempt` failed attempts (1 after the first): `initial * 2^(attempt - 1)`, capped.
    #[must_use]
    pub fn ceiling(&self, attempt: u32) -> Duration {
        let mut envelope = ExponentialBackoffBuilder::<SystemClock>::new()
            .with_initial_interval(self.initial.min(self.max_interval))
            .with_max_interval(self.max_interval)
            .with_multiplier(2.0)
            .with_randomization_factor(0.0)
            .with_max_elapsed_time(None)
            .build();
        for _ in 1..attempt.min(MAX_STEPS) {
            if envelope.current_interval >= self.max_interval {
                break;
            }
            // What it returns is the interval before the step, blurred by a nanosecond; the field is exact.
            let _ = envelope.next_backoff();
        }
        envelope.current_interval.min(self.max_interval)
    }

    /// How long to wait after `attempt` failed attempts (1 after the first): uniform between nothing and
    /// [`RetrySchedule::ceiling`], so that clients that failed together do not come back together.
    ///
    /// Source: "Exponential Backoff And Jitter", AWS Architecture Blog, 2015 ("full jitter").
    #[must_use]
    pub fn delay(&self, attempt: u32, ambient: &Ambient) -> Duration {
        self.ceiling(attempt).mul_f64(ambient.fraction())
    }

    /// Whether it is time to give up, counted from the first attempt.
    #[must_use]
    pub fn is_exhausted(&self, first_attempt: UnixMillis, now: UnixMillis) -> bool {
        u128::try_from(now.since_ms(first_attempt)).is_ok_and(|elapsed_ms| elapsed_ms >= self.max_elapsed.as_millis())
    }
}

/// Reads a `Retry-After` header: seconds or an HTTP date (RFC 9110 section 10.2.3). At most `max`; a date that has
/// passed is no wait at all; `None` when it is neither.
#[must_use]
pub fn parse_retry_after(header: &str, now: UnixMillis, max: Duration) -> Option<Duration> {
    let header = header.trim();
    if !header.is_empty() && header.bytes().all(|byte| byte.is_ascii_digit()) {
        // More digits than fit are a very long wait.
        let seconds = header.parse().unwrap_or(u64::MAX);
        return Some(Duration::from_secs(seconds).min(max));
    }
    let since_epoch = httpdate::parse_http_date(header).ok()?.duration_since(UNIX_EPOCH).ok()?;
    let now_ms = u64::try_from(now.0).unwrap_or(0);
    Some(since_epoch.saturating_sub(Duration::from_millis(now_ms)).min(max))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use proptest::prelude::*;

    use super::{RetrySchedule, parse_retry_after};
    use belgrano_wire::ambient::{Ambient, ManualClock, SeededEntropy};
    use belgrano_wire::timestamp::UnixMillis;

    const HOUR_MS: i64 = 60 * 60 * 1000;

    fn ambient(seed: u64) -> Ambient {
        Ambient::new(Arc::new(ManualClock::new(UnixMillis(0))), Arc::new(SeededEntropy::new(seed)))
    }

    #[test]
    fn the_envelope_doubles_up_to_its_cap() {
        let schedule = RetrySchedule::default();
        let seconds: Vec<_> = (0..14).map(|attempt| schedule.ceiling(attempt).as_secs()).collect();
        assert_eq!(seconds, [1, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 600, 600, 600]);
        assert_eq!(schedule.ceiling(u32::MAX).as_secs(), 600);
        let still = RetrySchedule { initial: Duration::ZERO, ..schedule };
        assert_eq!(still.ceiling(u32::MAX), Duration::ZERO);
        let crossed =
            RetrySchedule { initial: Duration::from_secs(9), max_interval: Duration::from_secs(3), ..schedule };
        assert_eq!(crossed.ceiling(1).as_secs(), 3);
    }

    #[test]
    fn tries_for_three_days() {
        let schedule = RetrySchedule::default();
        let first = UnixMillis(1_795_284_245_000);
        assert!(!schedule.is_exhausted(first, first.plus_ms(72 * HOUR_MS - 1)));
        assert!(schedule.is_exhausted(first, first.plus_ms(72 * HOUR_MS)));
        // A clock that was set back gives up nothing.
        assert!(!schedule.is_exhausted(first, first.plus_ms(-100 * HOUR_MS)));
    }

    #[test]
    fn full_jitter_uses_the_whole_range() {
        let (schedule, ambient) = (RetrySchedule::default(), ambient(42));
        let waits: Vec<_> = (0..1000).map(|_| schedule.delay(20, &ambient).as_secs()).collect();
        for quarter in 0..4u64 {
            let range = quarter * 150..(quarter + 1) * 150;
            let share = waits.iter().filter(|wait| range.contains(*wait)).count();
            assert!((180..=320).contains(&share), "{share} of 1000 in {range:?}");
        }
    }

    #[test]
    fn retry_after_in_both_forms() {
        // Sun, 06 Nov 1994 08:49:37 GMT, the example of RFC 9110.
        let now = UnixMillis(784_111_777_000).plus_ms(-90_000);
        let max = Duration::from_hours(1);
        let cases = [
            ("120", Some(120)),
            (" 0 ", Some(0)),
            ("7200", Some(3600)),
            ("99999999999999999999999", Some(3600)),
            ("Sun, 06 Nov 1994 08:49:37 GMT", Some(90)),
            ("Sunday, 06-Nov-94 08:49:37 GMT", Some(90)),
            ("Sat, 05 Nov 1994 08:49:37 GMT", Some(0)),
            ("Sat, 06 Nov 2094 08:49:37 GMT", Some(3600)),
            ("-5", None),
            ("1.5", None),
            ("", None),
            ("mañana", None),
        ];
        for (header, seconds) in cases {
            assert_eq!(parse_retry_after(header, now, max), seconds.map(Duration::from_secs), "{header}");
        }
    }

    proptest! {
        #[test]
        fn never_beyond_the_envelope(attempt: u32, seed: u64, initial_ms in 0u64..10_000_000, cap_ms in 0u64..10_000_000) {
            let schedule = RetrySchedule {
                initial: Duration::from_millis(initial_ms),
                max_interval: Duration::from_millis(cap_ms),
                ..RetrySchedule::default()
            };
            let ceiling = schedule.ceiling(attempt);
            prop_assert!(ceiling <= schedule.max_interval);
            prop_assert!(ceiling <= schedule.ceiling(attempt.saturating_add(1)));
            prop_assert!(schedule.delay(attempt, &ambient(seed)) <= ceiling);
            prop_assert_eq!(schedule.delay(attempt, &ambient(seed)), schedule.delay(attempt, &ambient(seed)));
        }

        #[test]
        fn any_header_is_survived(header in ".{0,60}", now: i64) {
            let max = Duration::from_hours(1);
            prop_assert!(parse_retry_after(&header, UnixMillis(now), max).is_none_or(|wait| wait <= max));
        }
    }
}
