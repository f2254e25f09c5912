//! How long the last questions took that had to be worked out: what is slow now, and not since the start.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use belgrano_wire::timestamp::UnixMillis;

/// Questions that are remembered.
const KEPT: usize = 512;

/// The last questions. Answers that were known already are none.
#[derive(Debug, Default)]
pub(super) struct Pace(Mutex<VecDeque<(UnixMillis, Duration)>>);

/// How questions went for some time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pacing {
    /// How many were worked out.
    pub questions: usize,
    /// Of those, how many took longer than they may.
    pub slow: usize,
    /// How long the slowest took.
    pub slowest: Duration,
}

impl Pace {
    /// A question was worked out.
    pub(super) fn note(&self, at: UnixMillis, took: Duration) {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if last.len() >= KEPT {
            last.pop_front();
        }
        last.push_back((at, took));
    }

    /// How they went since `from`, of those that are remembered; slow is longer than `most`.
    pub(super) fn since(&self, from: UnixMillis, most: Duration) -> Pacing {
        let last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut pacing = Pacing::default();
        for (_, took) in last.iter().filter(|(at, _)| *at >= from) {
            pacing.questions += 1;
            pacing.slow += usize::from(*took > most);
            pacing.slowest = pacing.slowest.max(*took);
        }
        pacing
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use belgrano_wire::timestamp::UnixMillis;

    use super::{KEPT, Pace, Pacing};

    #[test]
    fn it_tells_of_the_last_questions_alone() {
        let pace = Pace::default();
        let ms = Duration::from_millis;
        for (at, took) in [(1, 9000), (10, 20), (11, 1001), (12, 1000)] {
            pace.note(UnixMillis(at), ms(took));
        }
        let pacing = pace.since(UnixMillis(10), ms(1000));
        assert_eq!(pacing, Pacing { questions: 3, slow: 1, slowest: ms(1001) });
        for _ in 0..KEPT {
            pace.note(UnixMillis(20), ms(1));
        }
        assert_eq!(pace.since(UnixMillis(0), ms(1000)), Pacing { questions: KEPT, slow: 0, slowest: ms(1) });
    }
}
