//! Queues: what an administrator says of them, and how much of them is in use.

use crate::{
    fault::{Code, Fault},
    id::QueueName,
    launch::LaunchSpec,
    request::Resources,
};
use serde::{Deserialize, Serialize};

/// One queue's rules.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueuePolicy {
    /// Its name.
    pub name: QueueName,
    /// One sentence for people choosing a queue.
    pub description: String,
    /// Jobs that may have capacity at once; `None` is without limit.
    pub max_running_jobs: Option<u32>,
    /// Instances that may be provisioned at once; `None` is without limit.
    pub max_provisioned_instances: Option<u32>,
    /// What a job gets that does not say.
    pub defaults: Resources,
}

impl QueuePolicy {
    /// Refuses a job that can never start here, however long it waits.
    pub fn admit(&self, launch: &LaunchSpec) -> Result<(), Fault> {
        let over = |what: &str, asked: u32, limit: u32| {
            Err(Fault::new(
                Code::OverQueueLimit,
                format!("The job asks for {asked} {what}; queue {} allows {limit} at once.", self.name),
                "Ask for less, or choose another queue (soca queues shows their limits).",
            ))
        };
        if let Some(limit) = self.max_provisioned_instances.filter(|limit| launch.nodes > *limit) {
            return over("nodes", launch.nodes, limit);
        }
        if self.max_running_jobs == Some(0) {
            return over("job", 1, 0);
        }
        Ok(())
    }
}

/// How much of a queue's limits is taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueueUsage {
    /// Jobs with capacity, from the decision to start until the stack is gone.
    pub jobs: u32,
    /// Their instances.
    pub instances: u32,
}

impl QueueUsage {
    /// The usage with one more job on so many nodes.
    pub fn plus(self, nodes: u32) -> QueueUsage {
        QueueUsage { jobs: self.jobs + 1, instances: self.instances + nodes }
    }

    /// Whether the policy's limits hold.
    pub fn within(self, policy: &QueuePolicy) -> bool {
        policy.max_running_jobs.is_none_or(|m| self.jobs <= m)
            && policy.max_provisioned_instances.is_none_or(|m| self.instances <= m)
    }
}

/// The queues of a new cluster, until an administrator says otherwise.
pub fn initial_queues(max_running_jobs: u32, max_provisioned_instances: u32) -> Vec<QueuePolicy> {
    let queue = |name: &str, description: &str, jobs: u32, instances: u32| QueuePolicy {
        name: name.parse().expect("a valid name"),
        description: description.into(),
        max_running_jobs: Some(jobs),
        max_provisioned_instances: Some(instances),
        defaults: Resources {
            instance_types: vec!["c6i.large".parse().expect("a valid type")],
            ..Resources::default()
        },
    };
    vec![
        queue(
            "normal",
            "Everyday work, first come first served.",
            max_running_jobs,
            max_provisioned_instances,
        ),
        queue(
            "test",
            "Short trials: a few small jobs at a time.",
            max_running_jobs.min(4),
            max_provisioned_instances.min(8),
        ),
    ]
}
