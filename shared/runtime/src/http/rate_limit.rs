//! How often one client, or one account, may try: log-in, recovery, intake.
//!
//! A capability asks with the key that fits (an address, an account, both in turn) and returns the 429 it gets. The
//! count is per process: with several instances a client gets as many times the limit, which still ends a guess.

use std::fmt;
use std::hash::Hash;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use belgrano_wire::ambient::Ambient;
use governor::clock::Clock;
use governor::middleware::NoOpMiddleware;
use governor::nanos::Nanos;
use governor::state::keyed::DashMapStateStore;
use governor::{Quota, RateLimiter};

use crate::problem::Problem;

/// Every so many checks, keys that have their full allowance back are forgotten, or the map would only grow.
const CHECKS_PER_SWEEP: u32 = 1024;

/// So many tries within a period, per key. The allowance comes back evenly.
pub struct RateLimit<K: Hash + Eq + Clone> {
    limiter: RateLimiter<K, DashMapStateStore<K>, AmbientClock, NoOpMiddleware<Nanos>>,
    clock: AmbientClock,
    checks: AtomicU32,
}

impl<K: Hash + Eq + Clone> fmt::Debug for RateLimit<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RateLimit").finish_non_exhaustive()
    }
}

impl<K: Hash + Eq + Clone> RateLimit<K> {
    /// `tries` at once, and as many again over each `period`.
    #[must_use]
    pub fn new(tries: NonZeroU32, period: Duration, ambient: &Ambient) -> Self {
        let each = (period / tries.get()).max(Duration::from_nanos(1));
        // `None` only for a period of zero, which the line above excludes.
        let quota = Quota::with_period(each).unwrap_or_else(|| Quota::per_second(tries)).allow_burst(tries);
        let clock = AmbientClock(ambient.clone());
        let limiter = RateLimiter::new(quota, DashMapStateStore::default(), clock.clone());
        Self { limiter, clock, checks: AtomicU32::new(0) }
    }

    /// Takes one try from `key`; 429 with `Retry-After` when none is left.
    pub fn check(&self, key: &K) -> Result<(), Problem> {
        if self.checks.fetch_add(1, Ordering::Relaxed) % CHECKS_PER_SWEEP == CHECKS_PER_SWEEP - 1 {
            self.limiter.retain_recent();
        }
        self.limiter
            .check_key(key)
            .map_err(|not_until| Problem::too_many_requests(not_until.wait_time_from(self.clock.now())))
    }
}

/// The steady clock of the process as governor wants it: a wall clock set back would lock everybody out for as long.
#[derive(Clone)]
struct AmbientClock(Ambient);

impl Clock for AmbientClock {
    type Instant = Nanos;

    fn now(&self) -> Nanos {
        let now_ms = u64::try_from(self.0.steady().0).unwrap_or(0);
        Nanos::from(Duration::from_millis(now_ms))
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;
    use std::sync::Arc;
    use std::time::Duration;

    use axum::http::header;
    use axum::response::IntoResponse;
    use belgrano_wire::ambient::{Ambient, ManualClock, SeededEntropy};
    use belgrano_wire::timestamp::UnixMillis;

    use super::RateLimit;

    #[test]
    fn each_key_has_its_own_allowance_and_gets_it_back() {
        let clock = Arc::new(ManualClock::new(UnixMillis(1_795_284_245_000)));
        let ambient = Ambient::new(clock.clone(), Arc::new(SeededEntropy::new(1)));
        let limit = RateLimit::new(NonZeroU32::new(5).expect("not zero"), Duration::from_mins(1), &ambient);
        assert!((0..5).all(|_| limit.check(&"ana").is_ok()));
        let refused = limit.check(&"ana").expect_err("no tries left").into_response();
        assert_eq!(refused.status(), 429);
        assert_eq!(refused.headers()[header::RETRY_AFTER], "12");
        assert!(limit.check(&"beto").is_ok());
        clock.advance_ms(12_000);
        assert!(limit.check(&"ana").is_ok() && limit.check(&"ana").is_err());
    }

    #[test]
    fn a_clock_that_is_set_locks_nobody_out_and_lets_nobody_in() {
        let clock = Arc::new(ManualClock::new(UnixMillis(1_795_284_245_000)));
        let ambient = Ambient::new(clock.clone(), Arc::new(SeededEntropy::new(1)));
        let limit = RateLimit::new(NonZeroU32::new(5).expect("not zero"), Duration::from_mins(1), &ambient);
        assert!((0..5).all(|_| limit.check(&"ana").is_ok()));
        clock.set_by_ms(3_600_000);
        assert!(limit.check(&"ana").is_err());
        clock.set_by_ms(-7_200_000);
        clock.advance_ms(12_000);
        assert!(limit.check(&"ana").is_ok() && limit.check(&"ana").is_err());
    }

    #[test]
    fn keys_at_rest_are_forgotten() {
        let clock = Arc::new(ManualClock::new(UnixMillis(0)));
        let ambient = Ambient::new(clock.clone(), Arc::new(SeededEntropy::new(1)));
        let limit = RateLimit::new(NonZeroU32::MIN, Duration::from_secs(1), &ambient);
        for key in 0..10_000 {
            assert!(limit.check(&key).is_ok());
            clock.advance_ms(100);
        }
        assert!(limit.limiter.len() < 2000, "{}", limit.limiter.len());
    }
}
