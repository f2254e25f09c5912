//! Awaiting a condition, with a deadline.

use std::fmt::Debug;
use std::time::{Duration, Instant};

/// Long enough for a loaded machine; a condition that holds is seen at once.
pub const DEADLINE: Duration = Duration::from_secs(40);

/// Between two looks, and between two tries of a client that was cut off.
const BETWEEN: Duration = Duration::from_millis(25);

/// Looks until `condition` answers `Ok`, and fails with its last `Err` at the deadline.
pub async fn eventually<T, E: Debug>(what: &str, mut condition: impl AsyncFnMut() -> Result<T, E>) -> T {
    let started = Instant::now();
    loop {
        match condition().await {
            Ok(found) => return found,
            Err(instead) if started.elapsed() > DEADLINE => {
                panic!("not within {DEADLINE:?}: {what}; last seen: {instead:?}")
            }
            Err(_) => pause().await,
        }
    }
}

/// A breath before trying again. Paces a loop; never stands for a condition.
pub async fn pause() {
    tokio::time::sleep(BETWEEN).await;
}
