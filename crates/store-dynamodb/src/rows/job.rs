//! A job's row.

use super::Row;
use serde::{Deserialize, Serialize};
use soca_domain::{
    GroupName, Job, JobId, JobName, JobState, ProjectName, QueueName, Timestamp, UserName,
    array::ArraySpec,
    depend::Dependency,
    job::{AttemptRecord, CancelRequest, RunSpec},
    launch::LaunchSpec,
    limit::Need,
};

/// A job.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct JobRow {
    id: JobId,
    version: u64,
    owner: UserName,
    name: JobName,
    queue: QueueName,
    #[serde(default)]
    project: Option<ProjectName>,
    #[serde(default)]
    groups: Vec<GroupName>,
    #[serde(default)]
    priority: i32,
    #[serde(default)]
    need: Option<Need>,
    launch: LaunchSpec,
    run: RunSpec,
    #[serde(default)]
    array: Option<ArraySpec>,
    #[serde(default)]
    depend: Vec<Dependency>,
    #[serde(default)]
    begin_at: Option<Timestamp>,
    submitted_at: Timestamp,
    #[serde(default)]
    attempts: Vec<AttemptRecord>,
    #[serde(default)]
    cancel: Option<CancelRequest>,
    state: JobState,
    /// For people and for the stream's filters; not read back.
    #[serde(default)]
    state_name: String,
}

impl Row for JobRow {
    const KIND: &'static str = "job";
}

impl From<Job> for JobRow {
    fn from(job: Job) -> Self {
        Self {
            state_name: job.state.name().to_owned(),
            id: job.id,
            version: job.version,
            owner: job.owner,
            name: job.name,
            queue: job.queue,
            project: job.project,
            groups: job.groups,
            priority: job.priority,
            need: Some(job.need),
            launch: job.launch,
            run: job.run,
            array: job.array,
            depend: job.depend,
            begin_at: job.begin_at,
            submitted_at: job.submitted_at,
            attempts: job.attempts,
            cancel: job.cancel,
            state: job.state,
        }
    }
}

impl From<JobRow> for Job {
    fn from(row: JobRow) -> Self {
        Self {
            id: row.id,
            version: row.version,
            owner: row.owner,
            name: row.name,
            queue: row.queue,
            project: row.project,
            groups: row.groups,
            priority: row.priority,
            need: row.need.unwrap_or(Need { instances: row.launch.nodes, ..Need::default() }),
            launch: row.launch,
            run: row.run,
            array: row.array,
            depend: row.depend,
            begin_at: row.begin_at,
            submitted_at: row.submitted_at,
            attempts: row.attempts,
            cancel: row.cancel,
            state: row.state,
        }
    }
}
