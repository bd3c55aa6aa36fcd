//! The events soca puts on its bus, as EventBridge delivers their `detail`.

use serde::{Deserialize, Serialize};

/// `source` of every event of ours.
pub const SOURCE: &str = "soca";
/// `detail-type` of [`JobQueued`].
pub const JOB_QUEUED: &str = "JobQueued";
/// `detail-type` of [`JobEnded`].
pub const JOB_ENDED: &str = "JobEnded";
/// `detail-type` of [`RulesChanged`].
pub const RULES_CHANGED: &str = "RulesChanged";

/// A queue should be looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobQueued {
    /// The job's number.
    pub job: u64,
    /// Its queue.
    pub queue: String,
}

/// A job is over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobEnded {
    /// The job's number.
    pub job: u64,
    /// Its queue.
    pub queue: String,
    /// `completed`, `failed`, `cancelled`, `timed_out` or `node_failed`.
    pub outcome: String,
}

/// An administrator changed what jobs may start.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RulesChanged {
    /// What was changed: `queue`.
    pub kind: String,
    /// Its name.
    pub name: String,
}
