//! One log line a second at most, and how many were left out: for what happens a thousand times when it happens.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use belgrano_wire::steady::SteadyMillis;

const PERIOD_MS: i64 = 1000;

/// Decides whether a line may be written now.
#[derive(Debug)]
pub(super) struct Throttle {
    next_at_ms: AtomicI64,
    left_out: AtomicU64,
}

impl Throttle {
    pub(super) const fn new() -> Self {
        Self { next_at_ms: AtomicI64::new(i64::MIN), left_out: AtomicU64::new(0) }
    }

    /// How many lines were left out since the last, when one may be written now.
    pub(super) fn admit(&self, now: SteadyMillis) -> Option<u64> {
        let next_at_ms = self.next_at_ms.load(Ordering::Relaxed);
        let moved = now.0 >= next_at_ms
            && self
                .next_at_ms
                .compare_exchange(next_at_ms, now.plus_ms(PERIOD_MS).0, Ordering::Relaxed, Ordering::Relaxed)
                .is_ok();
        if moved {
            return Some(self.left_out.swap(0, Ordering::Relaxed));
        }
        self.left_out.fetch_add(1, Ordering::Relaxed);
        None
    }
}

#[cfg(test)]
mod tests {
    use super::Throttle;
    use belgrano_wire::steady::SteadyMillis;

    #[test]
    fn one_line_a_second_and_the_count_of_the_rest() {
        let throttle = Throttle::new();
        let admitted = [0, 1, 999, 1000, 1001, 5000].map(|now| throttle.admit(SteadyMillis(now)));
        assert_eq!(admitted, [Some(0), None, None, Some(2), None, Some(1)]);
    }
}
