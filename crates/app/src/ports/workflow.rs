//! The ports to the state machine and the event bus.

use super::cloud::CloudError;
use async_trait::async_trait;
use soca_domain::{Fault, JobId, QueueName, StackId, verdict::Outcome};

/// Where an execution begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entry {
    /// With the dry run.
    Start,
    /// With the teardown: a repair of the sweep's. The number makes its name differ from earlier repairs'.
    Teardown(u32),
}

/// What the state machine needs to know when it starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExecutionInput {
    /// The stack it works for; also its name.
    pub stack: StackId,
    /// Where it begins.
    pub entry: Entry,
    /// Seconds the nodes have to enrol.
    pub boot_seconds: u64,
    /// Seconds the job has from then on: walltime and every grace, after which it is over whatever the agent says.
    pub run_seconds: u64,
}

/// The compute-stack state machine.
#[async_trait]
pub trait Workflow: Send + Sync {
    /// Starts an execution; does nothing when one of its name was started before.
    async fn start(&self, input: &ExecutionInput) -> Result<(), CloudError>;
    /// Whether an execution for the stack is running, started normally or by a repair.
    async fn is_running(&self, stack: &StackId, repairs: u32) -> Result<bool, CloudError>;
    /// Completes a waiting step. A token that is no longer waited for does not matter.
    async fn succeed(&self, token: &str) -> Result<(), CloudError>;
    /// Fails a waiting step with a reason. A token that is no longer waited for does not matter.
    async fn fail(&self, token: &str, reason: &Fault) -> Result<(), CloudError>;
}

/// What we tell the bus. Losing or repeating one changes nothing but the moment at which things happen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BusEvent {
    /// A queue should be looked at.
    JobQueued {
        /// The job.
        job: JobId,
        /// Its queue.
        queue: QueueName,
    },
    /// A job is over.
    JobEnded {
        /// The job.
        job: JobId,
        /// Its queue.
        queue: QueueName,
        /// Its end state.
        outcome: Outcome,
    },
    /// An administrator changed what jobs may start: those that wait should be looked at.
    RulesChanged {
        /// What was changed: `queue`.
        kind: &'static str,
        /// Its name.
        name: String,
    },
}

/// The event bus.
#[async_trait]
pub trait Bus: Send + Sync {
    /// Puts an event on the bus.
    async fn publish(&self, event: &BusEvent) -> Result<(), CloudError>;
}
