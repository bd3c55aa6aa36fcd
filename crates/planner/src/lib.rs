//! One scheduling pass: `Snapshot -> Plan`, a pure and deterministic function (P8).
//!
//! * [`Snapshot`] is everything the pass looks at; [`Plan`] is what it decides, and why everybody else waits (P7).
//! * `order` puts jobs in the order in which they are looked at: priority, fair share, age.
//! * `meters` finds which limits a job is under; `room` keeps how much of each is free now and at the moments that are
//!   promised to jobs which wait; `pass` walks the jobs and uses both.
//! * [`fleet`] chooses the instance type of a job that names none.
//! * [`lint`] checks any plan against the limits independently of how it was made.
//!
//! # Nobody waits for ever
//! A job that has waited for [`Policy::promote_after`] goes before every job that has waited less, so finitely many are
//! before it: those that were promoted earlier. The first job that a limit blocks has the moment promised at which
//! running jobs will have given back enough, and no job behind it starts if it would still be there at that moment and
//! need what is promised. Jobs end at their walltime, so that moment comes. Where it is not known, because a running
//! job has no walltime, nothing behind it starts that shares the limit, so that it is next whenever one ends.
//! The property `everybody_starts_in_the_end` plays this with a stream of small jobs that never stops.

pub mod fleet;
mod lint;
mod meters;
mod order;
mod pass;
mod plan;
mod readiness;
mod room;
mod snapshot;
mod told;

pub use lint::{Violation, lint};
pub use pass::plan;
pub use plan::{Dropped, Plan, Start, Wait};
pub use snapshot::{
    DependencyState, GroupIndex, License, LicenseIndex, Member, MembershipIndex, OwnerIndex, Policy, Project,
    ProjectIndex, QueueIndex, RunningJob, Snapshot, WaitingJob,
};
