//! What a pass decides.

use soca_domain::{Fault, JobId, Timestamp, wait::WaitReason};

/// The output of one pass: an answer for every job that waits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use = "a plan does nothing until it is committed"]
pub struct Plan {
    /// Jobs to start, in the order in which to try.
    pub starts: Vec<Start>,
    /// Jobs that will never start.
    pub drops: Vec<Dropped>,
    /// Why each of the others waits, in the order in which the pass looked at them.
    pub waits: Vec<Wait>,
}

/// One job to start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Start {
    /// Which.
    pub job: JobId,
    /// Its place in [`crate::Snapshot::waiting`].
    pub index: usize,
}

/// One job that will never start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dropped {
    /// Which.
    pub job: JobId,
    /// Why.
    pub fault: Fault,
}

/// One job that waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wait {
    /// Which.
    pub job: JobId,
    /// Why.
    pub reason: WaitReason,
    /// How many jobs that could run are before it, as far as the pass looked.
    pub ahead: u32,
    /// When it starts at the latest if every running job takes its whole walltime and nothing with a higher claim
    /// comes; known for jobs that have room promised and share no limit with a job before them that has not. Exact
    /// where the jobs before it share one limit with it; an estimate where several limits interlock.
    pub starts_by: Option<Timestamp>,
}

impl Plan {
    /// Why a job waits, if it does.
    pub fn wait(&self, job: JobId) -> Option<&Wait> {
        self.waits.iter().find(|wait| wait.job == job)
    }
}
