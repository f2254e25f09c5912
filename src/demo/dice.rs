//! Chance, the same for the same seed.

use std::sync::Arc;

use belgrano_wire::ambient::{Ambient, Entropy, ManualClock, SeededEntropy, SystemClock};
use belgrano_wire::timestamp::UnixMillis;

/// Where everything random of the demo comes from. Clones draw from the same.
#[derive(Clone)]
pub struct Dice {
    entropy: Arc<SeededEntropy>,
    ambient: Ambient,
}

impl Dice {
    pub fn new(seed: u64) -> Self {
        let entropy = Arc::new(SeededEntropy::new(seed));
        let shared: Arc<dyn Entropy> = Arc::<SeededEntropy>::clone(&entropy);
        Self { entropy, ambient: Ambient::new(Arc::new(SystemClock), shared) }
    }

    /// The time, and what is random.
    pub fn ambient(&self) -> &Ambient {
        &self.ambient
    }

    /// The same at another time.
    pub fn ambient_at(&self, at: UnixMillis) -> Ambient {
        let entropy: Arc<dyn Entropy> = Arc::<SeededEntropy>::clone(&self.entropy);
        Ambient::new(Arc::new(ManualClock::new(at)), entropy)
    }

    /// A number in `0..below`.
    pub fn pick(&self, below: usize) -> usize {
        let bytes: [u8; 4] = self.ambient.bytes();
        u32::from_le_bytes(bytes) as usize % below.max(1)
    }

    /// One of them.
    pub fn one_of<'a, T>(&self, all: &'a [T]) -> &'a T {
        &all[self.pick(all.len())]
    }

    /// From 0 to 1.
    pub fn fraction(&self) -> f64 {
        self.ambient.fraction()
    }

    /// Around `middle`, two thirds of the time not farther off than `spread`.
    pub fn around(&self, middle: f64, spread: f64) -> f64 {
        let sum: f64 = (0..3).map(|_| self.fraction() - 0.5).sum();
        middle + 2.0 * spread * sum
    }

    /// Never less than 0, mostly below `usual`, and now and then a multiple of it.
    pub fn wait(&self, usual: f64) -> f64 {
        -(1.0 - self.fraction()).max(1e-3).ln() * usual
    }
}
