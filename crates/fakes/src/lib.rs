//! Ports in memory that behave, with faults on demand and a seeded clock.

pub mod artifacts;
pub mod asl;
pub mod bus;
pub mod chance;
pub mod clock;
pub mod cloud;
pub mod faulty;
pub mod functions;
pub mod resolve;
pub mod store;
pub mod workflow;

pub use artifacts::FakeArtifacts;
pub use bus::FakeBus;
pub use chance::Chance;
pub use clock::FakeClock;
pub use cloud::FakeCloud;
pub use functions::Ports;
pub use workflow::FakeWorkflow;

use std::sync::{Mutex, MutexGuard, PoisonError};

/// A panic in one test must not hide its message behind another's.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
