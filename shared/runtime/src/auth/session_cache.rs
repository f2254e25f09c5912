//! Recent answers to "whose token is this?", so that most requests do not ask the database.
//!
//! Logging out here takes effect at once, and on another instance when it hears of it
//! ([`SessionEnds`](super::session_end::SessionEnds)); what is written is checked in its transaction
//! ([`caller`](super::caller)).
//! What must never happen: an entry that comes back because it was being loaded while it was taken away.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use belgrano_wire::ambient::Ambient;
use belgrano_wire::steady::SteadyMillis;
use quick_cache::sync::Cache;

use super::session::TokenHash;

/// Token hashes and whom they belong to; bounded in number and in time.
pub struct SessionCache<P> {
    entries: Cache<TokenHash, Entry<P>>,
    ttl_ms: i64,
    /// Counts invalidations: a load that overlapped one must not be kept.
    invalidations: AtomicU64,
    ambient: Ambient,
}

#[derive(Clone)]
struct Entry<P> {
    principal: P,
    until: SteadyMillis,
}

impl<P> fmt::Debug for SessionCache<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionCache").field("ttl_ms", &self.ttl_ms).finish_non_exhaustive()
    }
}

impl<P: Clone> SessionCache<P> {
    /// A cache of `capacity` sessions, each kept for `ttl`.
    #[must_use]
    pub fn new(capacity: usize, ttl: Duration, ambient: &Ambient) -> Self {
        Self {
            entries: Cache::new(capacity),
            ttl_ms: i64::try_from(ttl.as_millis()).unwrap_or(i64::MAX),
            invalidations: AtomicU64::new(0),
            ambient: ambient.clone(),
        }
    }

    /// Whose token it is: from here, else from `load`, which is kept. That it is nobody's is not kept: anybody can
    /// make up tokens.
    pub async fn get_or_load<E>(
        &self,
        token: &TokenHash,
        load: impl Future<Output = Result<Option<P>, E>>,
    ) -> Result<Option<P>, E> {
        let now = self.ambient.steady();
        if let Some(entry) = self.entries.get(token).filter(|entry| now < entry.until) {
            return Ok(Some(entry.principal));
        }
        let before = self.invalidations.load(Ordering::SeqCst);
        let Some(principal) = load.await? else { return Ok(None) };
        let until = now.plus_ms(self.ttl_ms);
        self.entries.insert(*token, Entry { principal: principal.clone(), until });
        // Checked after the insertion: an invalidation is either seen here or sees the entry itself.
        if self.invalidations.load(Ordering::SeqCst) != before {
            self.entries.remove(token);
        }
        Ok(Some(principal))
    }

    /// Forgets one session: a log-out. Call it after the commit.
    pub fn forget(&self, token: &TokenHash) {
        self.invalidations.fetch_add(1, Ordering::SeqCst);
        self.entries.remove(token);
    }

    /// Forgets every session whose principal fits: a changed password, a changed role. Call it after the commit.
    pub fn forget_where(&self, fits: impl Fn(&P) -> bool) {
        self.invalidations.fetch_add(1, Ordering::SeqCst);
        self.entries.retain(|_, entry| !fits(&entry.principal));
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;
    use std::sync::Arc;
    use std::time::Duration;

    use belgrano_wire::ambient::{Ambient, ManualClock, SeededEntropy};
    use belgrano_wire::timestamp::UnixMillis;

    use super::SessionCache;

    fn cache() -> (SessionCache<u64>, Arc<ManualClock>) {
        let clock = Arc::new(ManualClock::new(UnixMillis(0)));
        let ambient = Ambient::new(clock.clone(), Arc::new(SeededEntropy::new(1)));
        (SessionCache::new(100, Duration::from_secs(30), &ambient), clock)
    }

    async fn ask(cache: &SessionCache<u64>, token: u8, stored: Option<u64>) -> Option<u64> {
        cache.get_or_load(&[token; 32], async { Ok::<_, Infallible>(stored) }).await.expect("infallible")
    }

    #[tokio::test]
    async fn keeps_an_answer_for_as_long_as_told() {
        let (cache, clock) = cache();
        assert_eq!(ask(&cache, 1, None).await, None);
        assert_eq!(ask(&cache, 1, Some(7)).await, Some(7), "that it is nobody's was not kept");
        assert_eq!(ask(&cache, 1, None).await, Some(7));
        clock.advance_ms(30_000);
        assert_eq!(ask(&cache, 1, None).await, None);
    }

    #[tokio::test]
    async fn a_clock_that_is_set_back_keeps_nothing_longer() {
        let (cache, clock) = cache();
        assert_eq!(ask(&cache, 1, Some(7)).await, Some(7));
        clock.set_by_ms(-3_600_000);
        clock.advance_ms(30_000);
        assert_eq!(ask(&cache, 1, None).await, None);
    }

    #[tokio::test]
    async fn forgets_when_told() {
        let (cache, _) = cache();
        for (token, user) in [(1, 7), (2, 7), (3, 8)] {
            ask(&cache, token, Some(user)).await;
        }
        cache.forget(&[3; 32]);
        assert_eq!(ask(&cache, 3, None).await, None);
        cache.forget_where(|user| *user == 7);
        assert_eq!((ask(&cache, 1, None).await, ask(&cache, 2, None).await), (None, None));
    }

    #[tokio::test]
    async fn a_load_that_overlaps_a_log_out_is_not_kept() {
        let (cache, _) = cache();
        let read_before_the_log_out = async {
            cache.forget(&[1; 32]);
            Ok::<_, Infallible>(Some(7))
        };
        assert_eq!(cache.get_or_load(&[1; 32], read_before_the_log_out).await, Ok(Some(7)));
        assert_eq!(ask(&cache, 1, None).await, None);
    }
}
