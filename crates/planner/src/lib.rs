//! One scheduling pass: `Snapshot -> Plan`, a pure and deterministic function (P8).
//!
//! Today's policy is first come first served per queue within two limits; [`lint`] checks any plan against the same
//! limits independently of how it was made. Everything the pass needs is in [`Snapshot`]; what it decides, and why
//! everybody else waits (P7), is in [`Plan`].

mod lint;
mod plan;
mod snapshot;

pub use lint::{Violation, lint};
pub use plan::{Dropped, Plan, Start, plan};
pub use snapshot::{DependencyState, QueueView, Snapshot, WaitingJob};
