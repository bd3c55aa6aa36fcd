//! A clock that goes only when it is told to.

use soca_domain::Timestamp;
use std::{
    sync::atomic::{AtomicI64, Ordering},
    time::Duration,
};

/// The time, shared by everybody who looks at it.
#[derive(Debug)]
pub struct FakeClock(AtomicI64);

impl Default for FakeClock {
    /// A Thursday in 2026, at eight.
    fn default() -> Self {
        Self(AtomicI64::new(1_792_656_000_000))
    }
}

impl FakeClock {
    /// What it shows.
    pub fn now(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::Relaxed))
    }

    /// Lets time pass.
    pub fn advance(&self, span: Duration) -> Timestamp {
        self.set(self.now().plus(span))
    }

    /// Goes to a moment, or stays if that is past.
    pub fn set(&self, to: Timestamp) -> Timestamp {
        self.0.fetch_max(to.0, Ordering::Relaxed);
        self.now()
    }
}
