//! A queue's rules and counters.

use super::Row;
use serde::{Deserialize, Serialize};
use soca_domain::{
    QueueName,
    limit::{Limits, Usage},
    queue::{Principal, QueueOrder, QueuePolicy, Reservation, ScalingMode, StartWindow, TypePattern},
    request::Resources,
};
use std::time::Duration;

/// A queue's rules.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct QueueRow {
    name: QueueName,
    description: String,
    #[serde(default)]
    closed: bool,
    #[serde(default)]
    priority: i32,
    #[serde(default)]
    order: QueueOrder,
    #[serde(default)]
    scaling: ScalingMode,
    #[serde(default)]
    terminate_when_idle: Option<Duration>,
    #[serde(default)]
    max_running_jobs: Option<u32>,
    #[serde(default)]
    max_provisioned_instances: Option<u32>,
    /// The limits that the two above do not say.
    #[serde(default)]
    limits: Limits,
    #[serde(default)]
    per_user: Limits,
    #[serde(default)]
    per_group: Limits,
    #[serde(default)]
    per_project: Limits,
    #[serde(default)]
    allowed_users: Vec<Principal>,
    #[serde(default)]
    excluded_users: Vec<Principal>,
    #[serde(default)]
    allowed_instance_types: Vec<TypePattern>,
    #[serde(default)]
    excluded_instance_types: Vec<TypePattern>,
    #[serde(default)]
    restricted_parameters: Vec<String>,
    #[serde(default)]
    allowed_security_groups: Vec<String>,
    #[serde(default)]
    allowed_instance_profiles: Vec<String>,
    #[serde(default)]
    max_walltime: Option<Duration>,
    #[serde(default)]
    windows: Vec<StartWindow>,
    #[serde(default)]
    reservations: Vec<Reservation>,
    defaults: Resources,
}

impl Row for QueueRow {
    const KIND: &'static str = "queue";
}

impl From<QueuePolicy> for QueueRow {
    fn from(policy: QueuePolicy) -> Self {
        Self {
            name: policy.name,
            description: policy.description,
            closed: policy.closed,
            priority: policy.priority,
            order: policy.order,
            scaling: policy.scaling,
            terminate_when_idle: policy.terminate_when_idle,
            max_running_jobs: policy.limits.jobs,
            max_provisioned_instances: policy.limits.instances,
            limits: Limits { jobs: None, instances: None, ..policy.limits },
            per_user: policy.per_user,
            per_group: policy.per_group,
            per_project: policy.per_project,
            allowed_users: policy.allowed_users,
            excluded_users: policy.excluded_users,
            allowed_instance_types: policy.allowed_instance_types,
            excluded_instance_types: policy.excluded_instance_types,
            restricted_parameters: policy.restricted_parameters,
            allowed_security_groups: policy.allowed_security_groups,
            allowed_instance_profiles: policy.allowed_instance_profiles,
            max_walltime: policy.max_walltime,
            windows: policy.windows,
            reservations: policy.reservations,
            defaults: policy.defaults,
        }
    }
}

impl From<QueueRow> for QueuePolicy {
    fn from(row: QueueRow) -> Self {
        Self {
            name: row.name,
            description: row.description,
            closed: row.closed,
            priority: row.priority,
            order: row.order,
            scaling: row.scaling,
            terminate_when_idle: row.terminate_when_idle,
            limits: Limits {
                jobs: row.max_running_jobs,
                instances: row.max_provisioned_instances,
                ..row.limits
            },
            per_user: row.per_user,
            per_group: row.per_group,
            per_project: row.per_project,
            allowed_users: row.allowed_users,
            excluded_users: row.excluded_users,
            allowed_instance_types: row.allowed_instance_types,
            excluded_instance_types: row.excluded_instance_types,
            restricted_parameters: row.restricted_parameters,
            allowed_security_groups: row.allowed_security_groups,
            allowed_instance_profiles: row.allowed_instance_profiles,
            max_walltime: row.max_walltime,
            windows: row.windows,
            reservations: row.reservations,
            defaults: row.defaults,
        }
    }
}

/// Counters of what is in use. Written by update expressions, whose attribute names are the fields'.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct UsageRow {
    jobs: u64,
    instances: u64,
    #[serde(default)]
    vcpus: u64,
    #[serde(default)]
    hourly_cost: u64,
}

impl Row for UsageRow {
    const KIND: &'static str = "usage";
}

impl From<UsageRow> for Usage {
    fn from(UsageRow { jobs, instances, vcpus, hourly_cost }: UsageRow) -> Self {
        Self { jobs, instances, vcpus, hourly_cost }
    }
}

/// What an owner's jobs of a project cost on one day. Written by an update expression.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ShareRow {
    pub(crate) day: i64,
    pub(crate) cost: u64,
}

impl Row for ShareRow {
    const KIND: &'static str = "share";
}
