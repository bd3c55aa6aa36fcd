//! Chance from a seed: the same seed, the same luck.

use soca_app::ports::Entropy;
use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

/// A small generator (SplitMix64), fast also without optimisation. It decides fates; it keeps no secrets.
#[derive(Debug)]
pub struct Chance(AtomicU64);

impl Chance {
    /// The luck of a seed.
    pub fn new(seed: u64) -> Self {
        Self(AtomicU64::new(seed))
    }

    /// Another generator, so that what one part draws does not change another's luck.
    pub fn fork(&self) -> Self {
        Self::new(self.next())
    }

    /// 64 bits.
    pub fn next(&self) -> u64 {
        const STEP: u64 = 0x9E37_79B9_7F4A_7C15;
        let mut z = self.0.fetch_add(STEP, Ordering::Relaxed).wrapping_add(STEP);
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number below `n`; 0 when `n` is.
    pub fn below(&self, n: u64) -> u64 {
        self.next().checked_rem(n).unwrap_or(0)
    }

    /// A number from `low` to `high`, both included.
    pub fn between(&self, low: u64, high: u64) -> u64 {
        low + self.below(high.saturating_sub(low) + 1)
    }

    /// So many milliseconds, as a span.
    pub fn millis(&self, low: u64, high: u64) -> Duration {
        Duration::from_millis(self.between(low, high))
    }

    /// True so often in a thousand.
    pub fn permille(&self, n: u64) -> bool {
        self.below(1000) < n
    }

    /// One of several; `None` of none.
    pub fn pick<'a, T>(&self, from: &'a [T]) -> Option<&'a T> {
        from.get(usize::try_from(self.below(from.len() as u64)).unwrap_or(0))
    }
}

impl Entropy for Chance {
    fn bytes(&self) -> [u8; 32] {
        let mut bytes = [0; 32];
        for part in bytes.chunks_exact_mut(8) {
            part.copy_from_slice(&self.next().to_le_bytes());
        }
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_has_the_same_luck() {
        let (a, b) = (Chance::new(7), Chance::new(7));
        assert_eq!((a.next(), a.bytes()), (b.next(), b.bytes()));
        assert!((0..100).all(|_| (3..=5).contains(&a.between(3, 5))));
        assert_eq!((a.below(0), a.pick::<u8>(&[])), (0, None));
    }
}
