//! Connections that are not to be used again.
//!
//! A server that was demoted, restarted or replaced still answers on the connections it has, and a pool would hand them out
//! for as long as they live. So the first error that says so condemns every connection as old as the one it came from, those
//! that only read as well: they would go on reading what the old server knows. And so does the first commit that succeeds
//! after such an error, for what was opened while nobody knew which server it would be.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use tokio::time::Instant;

use super::error::condemns;

/// When connections to one database were last found to be of no use.
#[derive(Debug)]
pub(super) struct Suspects {
    start: Instant,
    /// Microseconds from `start`; 0 before the first.
    condemned: AtomicU64,
    /// Nothing was committed since then.
    ailing: AtomicBool,
}

impl Suspects {
    pub(super) fn new() -> Self {
        Self { start: Instant::now(), condemned: AtomicU64::new(0), ailing: AtomicBool::new(false) }
    }

    /// Takes note of an error of one of the connections.
    pub(super) fn hear(&self, error: &sqlx::Error) {
        if !condemns(error) {
            return;
        }
        self.condemned.fetch_max(self.now().max(1), Ordering::Relaxed);
        if !self.ailing.swap(true, Ordering::Relaxed) {
            tracing::warn!(%error, "the connections to the database are replaced");
        }
    }

    /// Takes note of a commit.
    pub(super) fn hear_commit(&self) {
        if self.ailing.load(Ordering::Relaxed) && self.ailing.swap(false, Ordering::Relaxed) {
            self.condemned.fetch_max(self.now().max(1), Ordering::Relaxed);
            tracing::info!("the database takes writes again");
        }
    }

    /// Whether a connection opened `age` ago may be used.
    pub(super) fn spares(&self, age: Duration) -> bool {
        let opened = self.now().saturating_sub(micros(age));
        opened > self.condemned.load(Ordering::Relaxed) || self.condemned.load(Ordering::Relaxed) == 0
    }

    fn now(&self) -> u64 {
        micros(self.start.elapsed())
    }
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Suspects;

    #[tokio::test(start_paused = true)]
    async fn an_error_condemns_what_is_as_old_as_its_connection() {
        let suspects = Suspects::new();
        tokio::time::advance(Duration::from_secs(5)).await;
        assert!(suspects.spares(Duration::from_secs(5)), "nothing has happened");
        suspects.hear(&sqlx::Error::PoolTimedOut);
        assert!(suspects.spares(Duration::from_secs(5)), "no connection said this");
        suspects.hear(&sqlx::Error::Io(std::io::ErrorKind::ConnectionReset.into()));
        assert!(!suspects.spares(Duration::from_secs(1)));
        assert!(!suspects.spares(Duration::ZERO), "it came from one as young as this");
        tokio::time::advance(Duration::from_secs(1)).await;
        assert!(!suspects.spares(Duration::from_secs(2)));
        assert!(suspects.spares(Duration::from_millis(500)), "opened afterwards");
        suspects.hear_commit();
        assert!(!suspects.spares(Duration::from_millis(500)), "to whichever server that was");
        tokio::time::advance(Duration::from_secs(1)).await;
        suspects.hear_commit();
        assert!(suspects.spares(Duration::from_millis(500)), "a commit like any other");
    }
}
