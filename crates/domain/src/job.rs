//! A job: one user's request to run a script with resources, from submission to its one final state.

use crate::{
    Fault, MicroUsd, Timestamp,
    array::ArraySpec,
    depend::Dependency,
    id::{Attempt, GroupName, JobId, JobName, ProjectName, QueueName, StackId, UserName},
    instance_type::InstanceTypeName,
    job_state::JobState,
    ladder::Rung,
    launch::LaunchSpec,
    ledger,
    limit::Need,
    policy::Policy,
    request::Join,
    verdict::Verdict,
};
use serde::{Deserialize, Serialize};

/// The most bytes a job script may have.
pub const MAX_SCRIPT_BYTES: usize = 1024 * 1024;
/// Scripts over this size are kept beside the table, in S3 (DynamoDB items end at 400 KB).
pub const MAX_INLINE_SCRIPT_BYTES: usize = 64 * 1024;
/// A job that waits or is held for longer is dropped, so that every state has an end (P5).
pub const MAX_WAIT: std::time::Duration = std::time::Duration::from_secs(90 * 24 * 3600);

/// A job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Job {
    /// Its number.
    pub id: JobId,
    /// Counts the writes; each write is conditional on it.
    pub version: u64,
    /// Who submitted it.
    pub owner: UserName,
    /// What its owner calls it.
    pub name: JobName,
    /// Its queue.
    pub queue: QueueName,
    /// What it is accounted to.
    pub project: Option<ProjectName>,
    /// The groups of its owner when it was submitted.
    pub groups: Vec<GroupName>,
    /// Before others of its queue with a lower one; 0 is usual.
    pub priority: i32,
    /// What it takes of every limit.
    pub need: Need,
    /// What it gets.
    pub launch: LaunchSpec,
    /// What it runs.
    pub run: RunSpec,
    /// Its elements, if it is an array.
    pub array: Option<ArraySpec>,
    /// Jobs it depends on.
    pub depend: Vec<Dependency>,
    /// Not to be started before.
    pub begin_at: Option<Timestamp>,
    /// When submit was acknowledged.
    pub submitted_at: Timestamp,
    /// Starts so far.
    pub attempts: Vec<AttemptRecord>,
    /// Somebody asked for its end while it had capacity.
    pub cancel: Option<CancelRequest>,
    /// Where it stands.
    pub state: JobState,
}

/// The script and how to run it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunSpec {
    /// The text, or where it is.
    pub script: ScriptRef,
    /// Interpreter and arguments; `None` means `/bin/bash`.
    pub shell: Option<String>,
    /// The submit directory, absolute, on the shared file system.
    pub workdir: String,
    /// `-o` as given, relative to `workdir`.
    pub stdout: Option<String>,
    /// `-e` as given.
    pub stderr: Option<String>,
    /// `-j`
    pub join: Join,
    /// The user's variables.
    pub environment: Vec<(String, String)>,
    /// The host it was submitted from.
    pub submit_host: String,
    /// Whether it may be started again after a lost node.
    pub rerunnable: bool,
    /// How often it is started, how it is warned and ended, and by when it must be over.
    #[serde(default)]
    pub policy: Policy,
}

/// Where a script's text is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ScriptRef {
    /// In the job itself.
    Inline(String),
    /// In the artefact store under this key.
    Stored {
        /// The key.
        key: String,
        /// Its size.
        bytes: u64,
    },
}

/// One start of a job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttemptRecord {
    /// Its number, from 1.
    pub attempt: Attempt,
    /// Its stack.
    pub stack: StackId,
    /// When it was decided.
    pub placed_at: Timestamp,
    /// When the script started.
    pub started_at: Option<Timestamp>,
    /// When the script ended, or the attempt was given up.
    pub ended_at: Option<Timestamp>,
    /// How it ended.
    pub verdict: Option<Verdict>,
    /// The type of its first instance.
    pub instance_type: Option<InstanceTypeName>,
    /// What it was offered; `None` in records of older releases.
    #[serde(default)]
    pub rung: Option<Rung>,
    /// What its instances cost; `None` until they are gone, or when no price is known.
    pub cost: Option<MicroUsd>,
}

/// Somebody wants a job with capacity to end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CancelRequest {
    /// When.
    pub at: Timestamp,
    /// Who; the owner where soca itself ends it.
    pub by: UserName,
    /// Why soca itself ends it; `None` when somebody asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<Fault>,
}

impl CancelRequest {
    /// How the attempt ends because of it.
    pub fn verdict(&self) -> Verdict {
        match &self.fault {
            Some(fault) => Verdict::Fault { fault: fault.clone() },
            None => Verdict::Cancelled { by: self.by.clone() },
        }
    }
}

/// How long a job may keep its capacity once its nodes are there, see [`Job::longest_stay`].
pub fn longest_stay(launch: &LaunchSpec, array: Option<&ArraySpec>) -> Option<std::time::Duration> {
    launch.walltime.map(|walltime| walltime.saturating_mul(array.map_or(1, ArraySpec::len)))
}

impl Job {
    /// Starts so far; 0 before the first.
    pub fn attempt(&self) -> Attempt {
        self.attempts.last().map_or(Attempt(0), |a| a.attempt)
    }

    /// The running or last attempt.
    pub fn last_attempt(&self) -> Option<&AttemptRecord> {
        self.attempts.last()
    }

    /// When the script of the current or last attempt started.
    pub fn started_at(&self) -> Option<Timestamp> {
        self.last_attempt().and_then(|a| a.started_at)
    }

    /// What all attempts cost so far, as far as prices are known.
    pub fn cost(&self) -> MicroUsd {
        self.attempts.iter().filter_map(|a| a.cost).fold(MicroUsd(0), MicroUsd::plus)
    }

    /// Whether another attempt is allowed: not after its last, and not of a script that must not run twice.
    pub fn may_rerun(&self) -> bool {
        self.attempt() < self.run.policy.attempts && (self.run.rerunnable || self.started_at().is_none())
    }

    /// How long it may keep its capacity once its nodes are there; `None` without a walltime. The elements of an array
    /// run one after the other at worst.
    pub fn longest_stay(&self) -> Option<std::time::Duration> {
        longest_stay(&self.launch, self.array.as_ref())
    }

    /// What its project's budget must have left for it to start.
    pub fn hold(&self) -> MicroUsd {
        ledger::first_hold(self.need.hourly_cost, self.longest_stay())
    }

    /// The order in which a queue looks at its jobs: by submission, then number.
    pub fn queue_order(&self) -> (Timestamp, JobId) {
        (self.submitted_at, self.id)
    }
}
