//! Why a job waits: a typed reason with what would unblock it, the same value in API, CLI and tests (P7).

use crate::{
    MicroUsd, Timestamp,
    depend::Dependency,
    id::{GroupName, JobId, LicenseName, ProjectName},
    limit::LimitReached,
};
use std::{fmt, sync::Arc};

/// Why a job has not been started.
#[derive(Clone, Debug, PartialEq, Eq)]
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
    /// The queue starts jobs at certain times only.
    WindowOpens {
        /// When the next such time begins.
        at: Timestamp,
    },
    /// It can no longer be over by its deadline: the next pass drops it.
    TooLate {
        /// The moment until which it could have started.
        since: Timestamp,
    },
    /// As much as may be is in use. Shared, since many jobs of a pass wait for the same.
    Limit(Arc<LimitReached>),
    /// Too few of a license are free.
    LicenseShort {
        /// Which.
        license: LicenseName,
        /// How many the job asks for.
        asked: u32,
        /// How many are free for jobs.
        free: u32,
    },
    /// The project's budget has not enough left for what the job may cost.
    BudgetShort {
        /// Whose budget.
        project: ProjectName,
        /// What the job may cost.
        asked: MicroUsd,
        /// What is left.
        left: MicroUsd,
    },
    /// So many jobs are before it that a scheduling pass does not look at it yet.
    InLine {
        /// How many, at least.
        ahead: u32,
    },
    /// There is room for it, but an administrator keeps it for a group.
    Reserved {
        /// For whom.
        group: GroupName,
        /// From when.
        from: Timestamp,
        /// Until when.
        to: Timestamp,
    },
    /// There is room for it, but it is promised to a job before it, which this one would delay.
    Behind {
        /// That job.
        job: JobId,
        /// How many jobs are before this one, as far as the pass looked.
        ahead: u32,
    },
}

/// Why a job waits, and how long probably.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// The reason.
    pub reason: WaitReason,
    /// How many jobs that could run are before it, as far as the pass looks; `None` when it is in no order yet.
    pub ahead: Option<u32>,
    /// When it starts at the latest, as things stand; known for jobs that have room promised.
    pub starts_by: Option<Timestamp>,
}

impl From<WaitReason> for Waiting {
    fn from(reason: WaitReason) -> Self {
        Self { reason, ahead: None, starts_by: None }
    }
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
            WaitReason::WindowOpens { .. } => "WINDOW_OPENS",
            WaitReason::TooLate { .. } => "TOO_LATE",
            WaitReason::Limit(reached) => reached.code(),
            WaitReason::LicenseShort { .. } => "LICENSE_SHORT",
            WaitReason::BudgetShort { .. } => "BUDGET_SHORT",
            WaitReason::InLine { .. } => "IN_LINE",
            WaitReason::Reserved { .. } => "RESERVED",
            WaitReason::Behind { .. } => "BEHIND",
        }
    }

    /// What would let the job start.
    pub fn unblocked_by(&self) -> String {
        match self {
            WaitReason::Next => "Nothing more is needed; it takes a minute at most.".into(),
            WaitReason::Held => "Release it: soca release JOB.".into(),
            WaitReason::BeginsLater { at }
            | WaitReason::RetryLater { at }
            | WaitReason::WindowOpens { at } => {
                format!("The clock reaching {at}.")
            }
            WaitReason::Dependency { on } => {
                format!("Job {} coming to \"{}\".", on.target(), on.condition.as_str())
            }
            WaitReason::TooLate { .. } => "Nothing: submit it again with a later deadline.".into(),
            WaitReason::Limit(reached) => reached.unblocked_by(),
            WaitReason::LicenseShort { license, .. } => format!("Jobs ending that use {license}."),
            WaitReason::BudgetShort { project, .. } => {
                format!("Project {project} getting a larger budget, or its jobs costing less than they may.")
            }
            WaitReason::InLine { .. } => "Jobs of the queue starting that are before it.".into(),
            WaitReason::Reserved { to, .. } => {
                format!("The reservation ending at {to}, or a walltime that ends before it begins.")
            }
            WaitReason::Behind { job, .. } => {
                format!("Job {job} starting, or a walltime so short that it is not delayed.")
            }
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
                write!(f, "It depends on job {} ({}).", on.target(), on.condition.as_str())
            }
            WaitReason::RetryLater { at } => {
                write!(f, "The last attempt came to nothing; the next is at {at}.")
            }
            WaitReason::WindowOpens { at } => {
                write!(f, "The queue starts jobs at certain times only, next at {at}.")
            }
            WaitReason::TooLate { since } => {
                write!(f, "It could be over by its deadline if it had started by {since}, and is dropped.")
            }
            WaitReason::Limit(reached) => reached.fmt(f),
            WaitReason::LicenseShort { license, asked, free } => {
                write!(f, "The job asks for {asked} of license {license} and {free} are free.")
            }
            WaitReason::BudgetShort { project, asked, left } => {
                write!(f, "The job may cost {asked} and the budget of project {project} has {left} left.")
            }
            WaitReason::InLine { ahead } => {
                write!(f, "At least {ahead} jobs of its owner or its queue are before it.")
            }
            WaitReason::Reserved { group, from, to } => {
                write!(f, "What is free is kept for group {group} from {from} to {to}.")
            }
            WaitReason::Behind { job, .. } => {
                write!(f, "There is room for it now, but it would delay job {job}, which is before it.")
            }
        }
    }
}
