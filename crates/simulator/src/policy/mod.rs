//! Scheduling policies: who starts now.
//!
//! [`backfill`], [`estimator`] and [`rank`] know nothing of logs and simulations; the policies put them together.

pub mod backfill;
mod conservative;
mod easy;
mod easy_sjf;
pub mod estimator;
mod fcfs;
mod name;
mod profile;
pub mod rank;
mod soca;

pub use conservative::Conservative;
pub use easy::Easy;
pub use easy_sjf::EasySjf;
pub use fcfs::Fcfs;
pub use name::PolicyName;
pub use soca::Soca;

use crate::job::{JobIndex, Seconds};

/// Decides who starts. A policy is told what happens, in the order in which it happens, and asked once per instant.
pub trait Policy {
    /// A job has come.
    fn submitted(&mut self, job: JobIndex, now: Seconds);
    /// A job has ended, and its processors are free.
    fn ended(&mut self, job: JobIndex, now: Seconds);
    /// Adds the jobs that start now to `chosen`.
    fn pass(&mut self, now: Seconds, chosen: &mut Vec<JobIndex>);
}
