//! Time and randomness come in from outside, so that a test can replay anything.
//!
//! Production hands [`Ambient::system`] down; a test hands down a [`ManualClock`] it moves by hand and a
//! [`SeededEntropy`] whose seed it prints. `clippy.toml` bans the ambient sources everywhere else.

use std::fmt;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Instant;

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use uuid::Uuid;

use crate::steady::SteadyMillis;
use crate::timestamp::UnixMillis;

/// Crockford's base32: no I, L, O or U to be misread.
pub const CROCKFORD: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Where "now" comes from.
pub trait Clock: Send + Sync {
    /// The wall clock, in milliseconds since the Unix epoch, UTC. It may be set, forwards and back.
    fn now(&self) -> UnixMillis;

    /// The clock that nobody sets: it only ever goes on, and says nothing but how much time has passed.
    fn steady(&self) -> SteadyMillis;
}

/// Where random bytes come from.
pub trait Entropy: Send + Sync {
    /// Fills `bytes` with random data.
    fn fill(&self, bytes: &mut [u8]);
}

/// The clock and the entropy of a process, handed to everything that needs either.
#[derive(Clone)]
pub struct Ambient {
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
}

impl fmt::Debug for Ambient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ambient").finish_non_exhaustive()
    }
}

impl Ambient {
    /// The machine's clock and the operating system's randomness.
    #[must_use]
    pub fn system() -> Self {
        Self::new(Arc::new(SystemClock), Arc::new(SystemEntropy))
    }

    /// Any clock, any entropy.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>, entropy: Arc<dyn Entropy>) -> Self {
        Self { clock, entropy }
    }

    /// The wall clock now.
    #[must_use]
    pub fn now(&self) -> UnixMillis {
        self.clock.now()
    }

    /// The steady clock now: what every wait within the process is measured by.
    #[must_use]
    pub fn steady(&self) -> SteadyMillis {
        self.clock.steady()
    }

    /// `N` random bytes.
    #[must_use]
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.entropy.fill(&mut bytes);
        bytes
    }

    /// A version 7 UUID (RFC 9562): sorts by the time it was made.
    #[must_use]
    pub fn uuid(&self) -> Uuid {
        let now_ms = u64::try_from(self.now().0).unwrap_or(0);
        uuid::Builder::from_unix_timestamp_millis(now_ms, &self.bytes()).into_uuid()
    }

    /// `len` characters of Crockford's base32, which has no I, L, O or U to be misread.
    #[must_use]
    pub fn code(&self, len: usize) -> String {
        let mut bytes = vec![0; len];
        self.entropy.fill(&mut bytes);
        bytes.iter().map(|byte| char::from(CROCKFORD[usize::from(byte & 31)])).collect()
    }

    /// A number in `0.0..1.0`, for jitter.
    #[must_use]
    pub fn fraction(&self) -> f64 {
        f64::from(u32::from_le_bytes(self.bytes())) / (f64::from(u32::MAX) + 1.0)
    }
}

/// The machine's wall clock.
#[derive(Debug)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that asks the machine for the time")]
    fn now(&self) -> UnixMillis {
        let since_epoch = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        UnixMillis(i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX))
    }

    fn steady(&self) -> SteadyMillis {
        static START: OnceLock<Instant> = OnceLock::new();
        let passed = START.get_or_init(Instant::now).elapsed();
        SteadyMillis(i64::try_from(passed.as_millis()).unwrap_or(i64::MAX))
    }
}

/// The thread's cryptographic generator, seeded by the operating system.
#[derive(Debug)]
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    #[expect(clippy::disallowed_methods, reason = "the one place that asks the machine for randomness")]
    fn fill(&self, bytes: &mut [u8]) {
        rand::rng().fill_bytes(bytes);
    }
}

/// A clock that moves only when told.
#[derive(Debug)]
pub struct ManualClock {
    wall: AtomicI64,
    steady: AtomicI64,
}

impl ManualClock {
    /// A clock that stands at `start`.
    #[must_use]
    pub fn new(start: UnixMillis) -> Self {
        Self { wall: AtomicI64::new(start.0), steady: AtomicI64::new(0) }
    }

    /// Lets `ms` milliseconds pass, on the wall clock and on the steady one.
    pub fn advance_ms(&self, ms: i64) {
        self.wall.fetch_add(ms, Ordering::SeqCst);
        self.steady.fetch_add(ms, Ordering::SeqCst);
    }

    /// Sets the wall clock on by `ms` milliseconds (back, when negative), as whoever corrects it does: no time passes.
    pub fn set_by_ms(&self, ms: i64) {
        self.wall.fetch_add(ms, Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> UnixMillis {
        UnixMillis(self.wall.load(Ordering::SeqCst))
    }

    fn steady(&self) -> SteadyMillis {
        SteadyMillis(self.steady.load(Ordering::SeqCst))
    }
}

/// Entropy that repeats itself for the same seed.
#[derive(Debug)]
pub struct SeededEntropy(Mutex<StdRng>);

impl SeededEntropy {
    /// The sequence that belongs to `seed`.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(Mutex::new(StdRng::seed_from_u64(seed)))
    }
}

impl Entropy for SeededEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).fill_bytes(bytes);
    }
}

#[cfg(test)]
mod tests {
    use std::any::type_name;

    use rand::CryptoRng;
    use rand::rngs::ThreadRng;

    use super::{Ambient, Entropy, SystemEntropy};

    /// Compiles for generators alone that nobody foretells.
    fn secure<R: CryptoRng>() -> &'static str {
        type_name::<R>()
    }

    #[test]
    fn nobody_foretells_what_is_drawn() {
        assert!(secure::<ThreadRng>().ends_with("ThreadRng"), "what `rand::rng` gives");
        let mut drawn = [[0; 32]; 2];
        for bytes in &mut drawn {
            SystemEntropy.fill(bytes);
        }
        assert!(drawn[0] != drawn[1] && !drawn.contains(&[0; 32]));
        assert_ne!(Ambient::system().code(20), Ambient::system().code(20));
    }
}
