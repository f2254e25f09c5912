//! Time that stands still, randomness that repeats itself, and inputs near those of a corpus.

mod corpus;

use std::sync::Arc;

use crate::ambient::{Ambient, ManualClock, SeededEntropy};
use crate::timestamp::UnixMillis;
pub use corpus::try_corpus;

/// Where a test's clock stands at first: 2026-11-21, 15:04:05 in Buenos Aires.
pub const START: UnixMillis = UnixMillis(1_795_284_245_000);

/// A clock that stands at [`START`] until it is moved, and the randomness of `seed`, which is printed.
#[must_use]
pub fn still_ambient(seed: u64) -> (Ambient, Arc<ManualClock>) {
    eprintln!("seed of this test: {seed}");
    let clock = Arc::new(ManualClock::new(START));
    (Ambient::new(Arc::clone(&clock) as _, Arc::new(SeededEntropy::new(seed))), clock)
}
