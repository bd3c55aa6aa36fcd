//! What a scheduling pass looks at.

use soca_domain::{
    JobId, Timestamp,
    depend::Dependency,
    queue::{QueuePolicy, QueueUsage},
};

/// The input of one pass. Invariant: `waiting` is in queue order and bounded, so that the cost of a pass does not
/// grow with the backlog.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// The moment of the pass.
    pub now: Timestamp,
    /// Each queue by itself: queues share nothing yet.
    pub queues: Vec<QueueView>,
}

/// One queue as the pass sees it.
#[derive(Clone, Debug)]
pub struct QueueView {
    /// Its rules.
    pub policy: QueuePolicy,
    /// What is taken of its limits.
    pub usage: QueueUsage,
    /// The first of its waiting jobs, in queue order; held jobs are not among them.
    pub waiting: Vec<WaitingJob>,
}

/// A job that waits.
#[derive(Clone, Debug)]
pub struct WaitingJob {
    /// Which.
    pub id: JobId,
    /// Instances it asks for.
    pub nodes: u32,
    /// Its owner's earliest start.
    pub begin_at: Option<Timestamp>,
    /// The earliest next attempt after capacity was missing.
    pub retry_at: Option<Timestamp>,
    /// Since when it waits for its first start; the pass drops jobs that wait past the longest wait.
    pub waiting_since: Timestamp,
    /// What it depends on, and how that stands.
    pub depend: Vec<(Dependency, DependencyState)>,
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
