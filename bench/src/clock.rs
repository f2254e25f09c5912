//! Time as the generator uses it: nanoseconds since it started, one number that fits an atomic.

use std::sync::OnceLock;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

static START: OnceLock<Instant> = OnceLock::new();

/// One second in this module's unit.
pub const SECOND: u64 = 1_000_000_000;

/// Nanoseconds since the first call.
pub fn now_ns() -> u64 {
    duration_ns(START.get_or_init(Instant::now).elapsed())
}

/// Waits until `now_ns()` would say `at_ns`; returns at once when that is past.
pub async fn sleep_until(at_ns: u64) {
    let left = at_ns.saturating_sub(now_ns());
    if left > 0 {
        tokio::time::sleep(Duration::from_nanos(left)).await;
    }
}

/// A number of seconds from the command line, in nanoseconds. Negative and absurd ones become 0.
pub fn seconds_ns(seconds: f64) -> u64 {
    Duration::try_from_secs_f64(seconds).map_or(0, duration_ns)
}

/// A duration in nanoseconds, for ever at most.
pub fn duration_ns(d: Duration) -> u64 {
    u64::try_from(d.as_nanos()).unwrap_or(u64::MAX)
}

/// Seconds between two readings of [`now_ns`].
pub fn seconds_between(from_ns: u64, to_ns: u64) -> f64 {
    Duration::from_nanos(to_ns.saturating_sub(from_ns)).as_secs_f64()
}

/// Wall clock, seconds since 1970, for the signature's timestamp and for names that are used once.
#[expect(clippy::disallowed_methods, reason = "the tool is outside of the system whose time can be replayed")]
pub fn unix() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}

/// A short name no other run has: e-mail addresses and marks of this run carry it.
pub fn run_tag() -> String {
    let mut n = unix().as_millis() ^ (u128::from(std::process::id()) << 44);
    let mut tag = String::new();
    while n > 0 {
        let digit = u32::try_from(n % 36).unwrap_or(0);
        tag.extend(char::from_digit(digit, 36));
        n /= 36;
    }
    tag
}
