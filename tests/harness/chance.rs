//! Chance that can be repeated: its seed is printed, and `DEMARC_SEED` gives it again.

use std::{
    hash::{BuildHasher, RandomState},
    time::Duration,
};

/// A sequence of numbers that follows from its seed.
pub struct Chance(storage::Chance);

impl Chance {
    /// A new sequence, or the one that is asked for.
    #[must_use]
    pub fn new() -> Self {
        let asked = std::env::var_os("DEMARC_SEED").and_then(|seed| seed.to_str()?.parse().ok());
        let seed = asked.unwrap_or_else(|| RandomState::new().hash_one(0) >> 32);
        eprintln!("DEMARC_SEED={seed}");
        Self(storage::Chance::new(seed))
    }

    /// The next number, below this one.
    pub fn below(&mut self, limit: u64) -> u64 {
        self.0.below(limit)
    }

    /// Sleeps until a moment that nobody has chosen.
    pub fn pause(&mut self, at_most: Duration) {
        let micros = u64::try_from(at_most.as_micros()).unwrap_or(u64::MAX);
        std::thread::sleep(Duration::from_micros(self.below(micros)));
    }
}

impl Default for Chance {
    fn default() -> Self {
        Self::new()
    }
}
