//! How long requests of the API took, of late: what the rule about them reads. Kept in memory, of this instance alone.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use belgrano_wire::ambient::Ambient;
use belgrano_wire::steady::SteadyMillis;

use crate::app::App;

/// The most that is kept: of more, the oldest make room.
const KEPT: usize = 16_384;
/// Nobody asks for older ones.
const OLDEST_MS: i64 = 60 * 60 * 1000;

/// Times of requests. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Latencies(Arc<Mutex<VecDeque<(SteadyMillis, u32)>>>);

impl Latencies {
    /// A request ended at `at` and took so many milliseconds.
    pub fn took(&self, at: SteadyMillis, ms: u32) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        while kept.len() >= KEPT || kept.front().is_some_and(|(oldest, _)| at.since_ms(*oldest) > OLDEST_MS) {
            kept.pop_front();
        }
        kept.push_back((at, ms));
    }

    /// How many ended within `window` before `now`, and the 95th percentile of how long they took, in milliseconds (nearest rank).
    #[must_use]
    pub fn p95(&self, now: SteadyMillis, window: Duration) -> Option<(usize, u32)> {
        let window_ms = i64::try_from(window.as_millis()).unwrap_or(i64::MAX);
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let recent = kept.iter().rev().take_while(|(at, _)| now.since_ms(*at) <= window_ms);
        let mut took: Vec<u32> = recent.map(|(_, ms)| *ms).collect();
        drop(kept);
        took.sort_unstable();
        let rank = (took.len() * 95).div_ceil(100);
        Some((took.len(), *took.get(rank.checked_sub(1)?)?))
    }

    /// Notes what has taken since `began` until now.
    fn note(&self, began: SteadyMillis, ambient: &Ambient) {
        let now = ambient.steady();
        self.took(now, u32::try_from(now.since_ms(began)).unwrap_or(0));
    }
}

/// Notes how long a request took to be answered, for the rule about slow ones.
pub(crate) async fn time(State(app): State<App>, request: Request, next: Next) -> Response {
    let began = app.ambient.steady();
    let response = next.run(request).await;
    app.latencies.note(began, &app.ambient);
    response
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use belgrano_wire::steady::SteadyMillis;

    use super::{KEPT, Latencies};

    #[test]
    fn one_of_twenty_may_be_slow() {
        let latencies = Latencies::default();
        let window = Duration::from_mins(1);
        assert_eq!(latencies.p95(SteadyMillis(0), window), None);
        for at in 0..20 {
            latencies.took(SteadyMillis(at), if at == 3 { 9000 } else { 10 });
        }
        assert_eq!(latencies.p95(SteadyMillis(20), window), Some((20, 10)));
        latencies.took(SteadyMillis(30), 8000);
        assert_eq!(latencies.p95(SteadyMillis(30), window), Some((21, 8000)));
        assert_eq!(latencies.p95(SteadyMillis(60_025), window), Some((1, 8000)), "older ones are out of the window");
    }

    #[test]
    fn what_is_kept_is_bounded() {
        let latencies = Latencies::default();
        for _ in 0..KEPT * 2 {
            latencies.took(SteadyMillis(0), 1);
        }
        assert_eq!(latencies.p95(SteadyMillis(0), Duration::from_mins(1)), Some((KEPT, 1)));
    }
}
