//! A stack: the nodes launched together for one attempt of a job, from the decision to the last instance's end.

use crate::{
    Fault, MicroUsd, Timestamp,
    id::{GroupName, JobId, ProjectName, QueueName, StackId, UserName},
    ladder::Rung,
    limit::{CounterScope, Need},
    price::InstanceUse,
};
use serde::{Deserialize, Serialize};

/// A stack.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stack {
    /// Its id.
    pub id: StackId,
    /// Counts the writes; each write is conditional on it.
    pub version: u64,
    /// Whose attempt it carries.
    pub job: JobId,
    /// The job's owner.
    pub owner: UserName,
    /// The queue whose limits it counts against.
    pub queue: QueueName,
    /// Instances asked for.
    pub nodes: u32,
    /// What the job is accounted to.
    pub project: Option<ProjectName>,
    /// The groups of the job's owner.
    pub groups: Vec<GroupName>,
    /// What may be launched for it; `None` is all that the job names.
    #[serde(default)]
    pub rung: Option<Rung>,
    /// What it takes of every limit.
    pub need: Need,
    /// The counters that it was counted in, and is to be taken out of.
    pub counted: Vec<CounterScope>,
    /// What is held of its project's budget.
    pub hold: MicroUsd,
    /// When it gives everything back at the latest, as far as can be told when it is decided; `None` without a walltime.
    pub ends_by: Option<Timestamp>,
    /// When it was decided.
    pub created_at: Timestamp,
    /// Proof for its nodes.
    pub join: JoinGate,
    /// The state machine's step that waits for a call.
    pub waiter: Option<Waiter>,
    /// The first thing that went wrong with its capacity; whichever step waits is failed with it.
    #[serde(default)]
    pub trouble: Option<Fault>,
    /// Executions that the sweep started to finish what a dead one left.
    #[serde(default)]
    pub repairs: u32,
    /// What EC2 said of its instances when the teardown began.
    pub usage: Vec<InstanceUse>,
    /// Where it stands.
    pub state: StackState,
}

/// Where a stack stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "name", rename_all = "snake_case")]
pub enum StackState {
    /// Decided and counted; nothing exists in the cloud yet.
    Reserving,
    /// CloudFormation has been asked; instances boot.
    Launching {
        /// Since when.
        since: Timestamp,
    },
    /// All nodes have enrolled.
    Ready {
        /// Since when.
        since: Timestamp,
    },
    /// It is being deleted.
    Releasing {
        /// Since when.
        since: Timestamp,
    },
    /// Nothing of it is left.
    Released {
        /// Since when.
        at: Timestamp,
    },
}

impl StackState {
    /// The state's word in replies and tables.
    pub fn name(&self) -> &'static str {
        match self {
            StackState::Reserving => "reserving",
            StackState::Launching { .. } => "launching",
            StackState::Ready { .. } => "ready",
            StackState::Releasing { .. } => "releasing",
            StackState::Released { .. } => "released",
        }
    }

    /// Whether nodes may still join.
    pub fn admits_nodes(&self) -> bool {
        matches!(self, StackState::Reserving | StackState::Launching { .. } | StackState::Ready { .. })
    }

    /// Whether it is gone.
    pub fn is_released(&self) -> bool {
        matches!(self, StackState::Released { .. })
    }
}

/// The single-use join token of each node: one secret in the stack's user data, which each instance may use once and
/// only as many instances as the stack has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JoinGate {
    /// SHA-256 of the token, hexadecimal; `None` until the stack is provisioned.
    pub token_hash: Option<String>,
    /// Not good after this.
    pub expires_at: Timestamp,
    /// Nodes that have enrolled.
    pub enrolled: u32,
}

/// A step of the state machine that waits to be called back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiter {
    /// Which.
    pub step: WaitStep,
    /// Step Functions' task token.
    pub token: String,
    /// Since when it waits.
    pub since: Timestamp,
}

/// The two waiting steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WaitStep {
    /// Until all nodes have enrolled.
    AwaitNodes,
    /// Until the job is over.
    Monitor,
}

impl Stack {
    /// Whether every node it asked for has enrolled.
    pub fn all_enrolled(&self) -> bool {
        self.join.enrolled >= self.nodes
    }
}
