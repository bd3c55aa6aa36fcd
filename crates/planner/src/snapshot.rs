//! What a scheduling pass looks at.
//!
//! Names are kept once, in tables; jobs refer to them by index, so that a waiting job takes less than 256 bytes and a
//! pass over a million of them stays in memory. Whoever builds a snapshot keeps these invariants:
//!
//! * indexes point into their tables;
//! * `waiting` is in the order of submission within each queue (time, then number), and holds no held jobs;
//! * `running` has every job with capacity, from the decision to start until its stack is gone, so that what is in
//!   use is derived from it and nothing else.

use soca_domain::{
    GroupName, JobId, LicenseName, MicroUsd, ProjectName, Timestamp, UserName,
    depend::Dependency,
    limit::{Limits, Need},
    queue::QueuePolicy,
};
use std::time::Duration;

/// The input of one pass.
#[derive(Clone, Debug, Default)]
pub struct Snapshot {
    /// The moment of the pass.
    pub now: Timestamp,
    /// How the whole cluster is scheduled.
    pub policy: Policy,
    /// The queues.
    pub queues: Vec<QueuePolicy>,
    /// Everybody who owns a job below.
    pub owners: Vec<UserName>,
    /// Groups that owners belong to.
    pub groups: Vec<GroupName>,
    /// Which groups somebody belongs to at once. Jobs refer to these, since membership changes: a job keeps the groups
    /// that its owner had when it was submitted.
    pub memberships: Vec<Vec<GroupIndex>>,
    /// Projects of the jobs below.
    pub projects: Vec<Project>,
    /// Who used how much within which project; whoever is not here has one share and used nothing.
    pub members: Vec<Member>,
    /// Licenses that jobs ask for.
    pub licenses: Vec<License>,
    /// Jobs that wait.
    pub waiting: Vec<WaitingJob>,
    /// Jobs with capacity.
    pub running: Vec<RunningJob>,
}

/// Index of a queue in [`Snapshot::queues`].
pub type QueueIndex = u16;
/// Index of an owner in [`Snapshot::owners`].
pub type OwnerIndex = u32;
/// Index of a group in [`Snapshot::groups`].
pub type GroupIndex = u32;
/// Index of a set of groups in [`Snapshot::memberships`].
pub type MembershipIndex = u32;
/// Index of a project in [`Snapshot::projects`].
pub type ProjectIndex = u32;
/// Index of a license in [`Snapshot::licenses`].
pub type LicenseIndex = u16;

/// How the whole cluster is scheduled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// What all jobs together may have.
    pub limits: Limits,
    /// How many waiting jobs have room promised to them per limit that blocks: 0 lets small jobs pass for ever, 1 is
    /// EASY backfill, a large number is conservative backfill.
    pub promises: u32,
    /// A job that has waited so long goes before all others, oldest first, so that nobody waits for ever.
    pub promote_after: Duration,
}

impl Default for Policy {
    fn default() -> Self {
        Self { limits: Limits::default(), promises: 1, promote_after: Duration::from_secs(7 * 86_400) }
    }
}

/// A project that jobs are accounted to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Project {
    /// Its name; `None` for all jobs without a project.
    pub name: Option<ProjectName>,
    /// Its part of the cluster, compared with the other projects' parts.
    pub shares: u32,
    /// What its members used, decayed to the moment of the pass, in units of [`WaitingJob::charge`].
    pub used: u64,
    /// What its budget has left after all spending and holds; `None` without a hard budget.
    pub budget_left: Option<MicroUsd>,
}

/// Somebody's standing within a project.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Member {
    /// The project.
    pub project: ProjectIndex,
    /// Who.
    pub owner: OwnerIndex,
    /// Their part of the project, compared with the other members' parts.
    pub shares: u32,
    /// What they used, decayed to the moment of the pass.
    pub used: u64,
}

/// A license as jobs can have it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct License {
    /// Its name.
    pub name: LicenseName,
    /// How many our jobs may hold at once: all there are, less what others use and what is kept free.
    pub for_jobs: u32,
}

/// Who a job counts for: its queue, owner, groups and project.
pub(crate) type Whose = (QueueIndex, OwnerIndex, MembershipIndex, ProjectIndex);

impl WaitingJob {
    /// Who it counts for.
    pub(crate) fn whose(&self) -> Whose {
        (self.queue, self.owner, self.membership, self.project)
    }
}

impl RunningJob {
    /// Who it counts for.
    pub(crate) fn whose(&self) -> Whose {
        (self.queue, self.owner, self.membership, self.project)
    }
}

/// A job that waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaitingJob {
    /// Which.
    pub id: JobId,
    /// Its queue.
    pub queue: QueueIndex,
    /// Its owner.
    pub owner: OwnerIndex,
    /// The groups that it counts for.
    pub membership: MembershipIndex,
    /// Its project.
    pub project: ProjectIndex,
    /// Before others of its queue with a lower one.
    pub priority: i32,
    /// When it was submitted.
    pub submitted_at: Timestamp,
    /// Since when it waits for its first start; the pass drops jobs that wait past the longest wait.
    pub waiting_since: Timestamp,
    /// Its owner's earliest start.
    pub begin_at: Option<Timestamp>,
    /// The earliest next attempt after capacity was missing.
    pub retry_at: Option<Timestamp>,
    /// What it takes of every limit.
    pub need: Need,
    /// How long it keeps that at most; `None` when nobody knows.
    pub duration: Option<Duration>,
    /// After this it cannot be over by its deadline any more; `None` without one.
    pub start_by: Option<Timestamp>,
    /// What it may cost; a budget must have as much left.
    pub hold: MicroUsd,
    /// What it adds to its owner's usage for fair share: cost or core-seconds, the same unit for all.
    pub charge: u64,
    /// Licenses it takes, each once.
    pub licenses: Box<[(LicenseIndex, u32)]>,
    /// What it depends on, and how that stands.
    pub depend: Box<[(Dependency, DependencyState)]>,
}

/// A job that has capacity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunningJob {
    /// Which.
    pub id: JobId,
    /// Its queue.
    pub queue: QueueIndex,
    /// Its owner.
    pub owner: OwnerIndex,
    /// The groups that it counts for.
    pub membership: MembershipIndex,
    /// Its project.
    pub project: ProjectIndex,
    /// What it takes of every limit.
    pub need: Need,
    /// When it gives that back at the latest; `None` when nobody knows. In the past: any moment now.
    pub ends_at: Option<Timestamp>,
    /// Licenses it has.
    pub licenses: Box<[(LicenseIndex, u32)]>,
}

/// How a dependency stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DependencyState {
    /// The condition is met.
    Met,
    /// It may still be met.
    Open,
    /// It can no longer be met.
    Failed,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_waiting_job_takes_less_than_256_bytes() {
        assert!(size_of::<WaitingJob>() <= 200, "{}", size_of::<WaitingJob>());
    }
}
