//! A queue's rules and its counters.

use super::Row;
use serde::{Deserialize, Serialize};
use soca_domain::{
    QueueName,
    queue::{QueuePolicy, QueueUsage},
    request::Resources,
};

/// A queue's rules.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct QueueRow {
    name: QueueName,
    description: String,
    #[serde(default)]
    max_running_jobs: Option<u32>,
    #[serde(default)]
    max_provisioned_instances: Option<u32>,
    defaults: Resources,
}

impl Row for QueueRow {
    const KIND: &'static str = "queue";
}

impl From<QueuePolicy> for QueueRow {
    fn from(policy: QueuePolicy) -> Self {
        let QueuePolicy { name, description, max_running_jobs, max_provisioned_instances, defaults } = policy;
        Self { name, description, max_running_jobs, max_provisioned_instances, defaults }
    }
}

impl From<QueueRow> for QueuePolicy {
    fn from(row: QueueRow) -> Self {
        let QueueRow { name, description, max_running_jobs, max_provisioned_instances, defaults } = row;
        Self { name, description, max_running_jobs, max_provisioned_instances, defaults }
    }
}

/// A queue's counters. Written by update expressions, whose attribute names are the fields'.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct UsageRow {
    jobs: u32,
    instances: u32,
}

impl Row for UsageRow {
    const KIND: &'static str = "usage";
}

impl From<UsageRow> for QueueUsage {
    fn from(UsageRow { jobs, instances }: UsageRow) -> Self {
        Self { jobs, instances }
    }
}
