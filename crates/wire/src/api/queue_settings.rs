//! What an administrator says of a queue, in SOCA's words where SOCA has one.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// `GET`, `PUT` and `DELETE /v1/queues/{name}`: everything about a queue. What is left out has its default, and a
/// field that is not one of these is refused: a limit with a misspelt name would limit nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct QueueSettings {
    /// Its name, as in the address.
    pub name: String,
    /// One sentence for people choosing a queue.
    #[serde(default)]
    pub description: String,
    /// Its jobs go before those of queues with a lower one, where they want the same; -1024 to 1024.
    #[serde(default)]
    pub priority: i32,
    /// In which order its jobs start: `fifo`, `fairshare` or `fairshare_soca`.
    #[serde(default = "fifo")]
    pub queue_mode: String,
    /// Whether each job gets nodes of its own: `single_job`; `multiple_jobs` is refused for now.
    #[serde(default = "single_job")]
    pub scaling_mode: String,
    /// Minutes that nodes which jobs share stay without work; only with `multiple_jobs`.
    #[serde(default)]
    pub terminate_when_idle: Option<u32>,
    /// Jobs with capacity at once.
    #[serde(default)]
    pub max_running_jobs: Option<u32>,
    /// Instances at once.
    #[serde(default)]
    pub max_provisioned_instances: Option<u32>,
    /// Virtual CPUs at once.
    #[serde(default)]
    pub max_vcpus: Option<u32>,
    /// What its instances may cost an hour, micro-USD.
    #[serde(default)]
    pub max_hourly_cost_micro_usd: Option<u64>,
    /// What each user's jobs may have of the queue.
    #[serde(default)]
    pub per_user: QueueShare,
    /// What the jobs of each group's members may have of it.
    #[serde(default)]
    pub per_group: QueueShare,
    /// What each project's jobs may have of it.
    #[serde(default)]
    pub per_project: QueueShare,
    /// Who may use it: users, `group:NAME`, or `*`; empty is everybody.
    #[serde(default)]
    pub allowed_users: Vec<String>,
    /// Who may not, unless `allowed_users` has them.
    #[serde(default)]
    pub excluded_users: Vec<String>,
    /// Types (`c6i.large`) and families (`c6i`) that jobs may ask for; empty is all.
    #[serde(default)]
    pub allowed_instance_types: Vec<String>,
    /// Types and families that they may not; goes before the allowed ones.
    #[serde(default)]
    pub excluded_instance_types: Vec<String>,
    /// Job parameters that jobs may not set.
    #[serde(default)]
    pub restricted_parameters: Vec<String>,
    /// Security groups that jobs may add; empty is none.
    #[serde(default)]
    pub allowed_security_group_ids: Vec<String>,
    /// Instance profiles that jobs may choose; empty is none.
    #[serde(default)]
    pub allowed_instance_profiles: Vec<String>,
    /// The longest walltime a job may ask for, `HH:MM:SS`.
    #[serde(default)]
    pub max_walltime: Option<String>,
    /// When jobs may start, UTC: `mon-fri 19:00-07:00`; empty is at any time.
    #[serde(default)]
    pub start_windows: Vec<String>,
    /// Capacity kept for groups.
    #[serde(default)]
    pub reservations: Vec<QueueReservation>,
    /// Job parameters for jobs that do not set them, each as after `-l`: `{"instance_type": "c6i.large"}`.
    #[serde(default)]
    pub defaults: BTreeMap<String, String>,
}

/// What somebody's jobs may have of a queue; what is left out is not limited.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct QueueShare {
    /// Jobs with capacity at once.
    pub running_jobs: Option<u32>,
    /// Instances at once.
    pub provisioned_instances: Option<u32>,
    /// Virtual CPUs at once.
    pub vcpus: Option<u32>,
    /// What the instances may cost an hour, micro-USD.
    pub hourly_cost_micro_usd: Option<u64>,
}

/// Instances of a queue that are kept for a group over a time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct QueueReservation {
    /// For whom.
    pub group: String,
    /// How many.
    pub instances: u32,
    /// From when.
    pub from: String,
    /// Until when.
    pub to: String,
}

fn fifo() -> String {
    "fifo".into()
}

fn single_job() -> String {
    "single_job".into()
}
