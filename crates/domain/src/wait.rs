//! Why a job waits: a typed reason with what would unblock it, the same value in API, CLI and tests (P7).

use crate::{Timestamp, depend::Dependency, id::JobId};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Why a job has not been started.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "code", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum WaitReason {
    /// Nothing stands in its way: the next scheduling pass starts it.
    Next,
    /// Its owner or an administrator holds it.
    Held,
    /// Its owner asked for a later start.
    BeginsLater {
        /// The earliest start.
        at: Timestamp,
    },
    /// Another job must come to something first.
    Dependency {
        /// On what.
        on: Dependency,
    },
    /// The last attempt came to nothing, for want of capacity or a lost node; the next is due later.
    RetryLater {
        /// When.
        at: Timestamp,
    },
    /// The queue runs as many jobs as it may.
    QueueJobLimit {
        /// The limit.
        limit: u32,
    },
    /// The queue has as many instances as it may.
    QueueInstanceLimit {
        /// Instances in use.
        used: u32,
        /// Instances this job asks for.
        asked: u32,
        /// The limit.
        limit: u32,
    },
    /// Jobs before it in the queue wait, and the queue is first come first served.
    Behind {
        /// The first of them.
        job: JobId,
        /// How many are before it, as far as the pass looked.
        ahead: u32,
    },
}

impl WaitReason {
    /// The stable word in replies.
    pub fn code(&self) -> &'static str {
        match self {
            WaitReason::Next => "NEXT",
            WaitReason::Held => "HELD",
            WaitReason::BeginsLater { .. } => "BEGINS_LATER",
            WaitReason::Dependency { .. } => "DEPENDENCY",
            WaitReason::RetryLater { .. } => "RETRY_LATER",
            WaitReason::QueueJobLimit { .. } => "QUEUE_JOB_LIMIT",
            WaitReason::QueueInstanceLimit { .. } => "QUEUE_INSTANCE_LIMIT",
            WaitReason::Behind { .. } => "BEHIND",
        }
    }

    /// What would let the job start.
    pub fn unblocked_by(&self) -> String {
        match self {
            WaitReason::Next => "Nothing more is needed; it takes a minute at most.".into(),
            WaitReason::Held => "Release it: soca release JOB.".into(),
            WaitReason::BeginsLater { at } | WaitReason::RetryLater { at } => {
                format!("The clock reaching {at}.")
            }
            WaitReason::Dependency { on } => {
                format!("Job {} coming to \"{}\".", on.job, on.condition.as_str())
            }
            WaitReason::QueueJobLimit { .. } => "A job of the queue ending.".into(),
            WaitReason::QueueInstanceLimit { .. } => {
                "Jobs of the queue ending and giving instances back.".into()
            }
            WaitReason::Behind { job, .. } => format!("Job {job} and the others before it starting."),
        }
    }
}

impl fmt::Display for WaitReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            WaitReason::Next => write!(f, "It starts with the next scheduling pass."),
            WaitReason::Held => write!(f, "It is held."),
            WaitReason::BeginsLater { at } => write!(f, "It was asked to start no earlier than {at}."),
            WaitReason::Dependency { on } => {
                write!(f, "It depends on job {} ({}).", on.job, on.condition.as_str())
            }
            WaitReason::RetryLater { at } => {
                write!(f, "The last attempt came to nothing; the next is at {at}.")
            }
            WaitReason::QueueJobLimit { limit } => {
                write!(f, "The queue runs {limit} jobs, as many as it may.")
            }
            WaitReason::QueueInstanceLimit { used, asked, limit } => {
                write!(f, "The queue has {used} of {limit} instances in use and the job asks for {asked}.")
            }
            WaitReason::Behind { job, ahead } => {
                write!(f, "{ahead} job(s) are before it in the queue, first job {job}.")
            }
        }
    }
}
