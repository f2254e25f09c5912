//! Randomness of a fault test: printed, and the same again with `BELGRANO_SEED`.

use std::hash::{BuildHasher, Hasher, RandomState};

use rand::SeedableRng;
use rand::rngs::StdRng;

const VARIABLE: &str = "BELGRANO_SEED";

/// The randomness of one test.
pub fn seeded() -> StdRng {
    let seed = match std::env::var(VARIABLE) {
        Ok(text) => text.parse().unwrap_or_else(|_| panic!("{VARIABLE} has to be a whole number, not `{text}`")),
        // The keys of a new map are random: a source that needs no crate and no clock.
        Err(_) => RandomState::new().build_hasher().finish(),
    };
    eprintln!("to repeat this run: {VARIABLE}={seed}");
    StdRng::seed_from_u64(seed)
}
