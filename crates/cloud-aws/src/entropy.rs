//! Chance, from the operating system.

use rand::{TryRngCore, rngs::OsRng};
use soca_app::ports::Entropy;

/// The operating system's random numbers, asked each time, so that a restored snapshot of a function never repeats one.
#[derive(Clone, Copy, Debug, Default)]
pub struct OsEntropy;

impl Entropy for OsEntropy {
    fn bytes(&self) -> [u8; 32] {
        let mut bytes = [0; 32];
        OsRng.try_fill_bytes(&mut bytes).expect("the operating system has random numbers");
        bytes
    }
}
