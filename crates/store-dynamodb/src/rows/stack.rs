//! A stack's row and its nodes'.

use super::Row;
use serde::{Deserialize, Serialize};
use soca_domain::{
    Fault, GroupName, InstanceId, JobId, MicroUsd, NodeIndex, ProjectName, QueueName, StackId, Timestamp,
    UserName,
    instance_type::InstanceTypeName,
    ladder::Rung,
    limit::{CounterScope, Need},
    node::{Node, NodeState},
    price::InstanceUse,
    stack::{JoinGate, Stack, StackState, Waiter},
};

/// A stack.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct StackRow {
    id: StackId,
    version: u64,
    job: JobId,
    owner: UserName,
    queue: QueueName,
    nodes: u32,
    #[serde(default)]
    project: Option<ProjectName>,
    #[serde(default)]
    groups: Vec<GroupName>,
    #[serde(default)]
    rung: Option<Rung>,
    #[serde(default)]
    need: Option<Need>,
    #[serde(default)]
    counted: Option<Vec<CounterScope>>,
    #[serde(default)]
    hold: MicroUsd,
    #[serde(default)]
    ends_by: Option<Timestamp>,
    created_at: Timestamp,
    join: JoinGate,
    #[serde(default)]
    waiter: Option<Waiter>,
    #[serde(default)]
    trouble: Option<Fault>,
    #[serde(default)]
    repairs: u32,
    #[serde(default)]
    usage: Vec<InstanceUse>,
    state: StackState,
    /// For people and for the stream's filters; not read back.
    #[serde(default)]
    state_name: String,
}

impl Row for StackRow {
    const KIND: &'static str = "stack";
}

impl From<Stack> for StackRow {
    fn from(stack: Stack) -> Self {
        Self {
            state_name: stack.state.name().to_owned(),
            id: stack.id,
            version: stack.version,
            job: stack.job,
            owner: stack.owner,
            queue: stack.queue,
            nodes: stack.nodes,
            project: stack.project,
            groups: stack.groups,
            rung: stack.rung,
            need: Some(stack.need),
            counted: Some(stack.counted),
            hold: stack.hold,
            ends_by: stack.ends_by,
            created_at: stack.created_at,
            join: stack.join,
            waiter: stack.waiter,
            trouble: stack.trouble,
            repairs: stack.repairs,
            usage: stack.usage,
            state: stack.state,
        }
    }
}

impl From<StackRow> for Stack {
    fn from(row: StackRow) -> Self {
        Self {
            id: row.id,
            version: row.version,
            job: row.job,
            owner: row.owner,
            queue: row.queue.clone(),
            nodes: row.nodes,
            project: row.project,
            groups: row.groups,
            rung: row.rung,
            need: row.need.unwrap_or(Need { instances: row.nodes, ..Need::default() }),
            // The release before this one counted in queues only, and did not say so.
            counted: row.counted.unwrap_or_else(|| vec![CounterScope::Queue(row.queue.clone())]),
            hold: row.hold,
            ends_by: row.ends_by,
            created_at: row.created_at,
            join: row.join,
            waiter: row.waiter,
            trouble: row.trouble,
            repairs: row.repairs,
            usage: row.usage,
            state: row.state,
        }
    }
}

/// A node.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct NodeRow {
    instance: InstanceId,
    stack: StackId,
    version: u64,
    index: NodeIndex,
    session_hash: String,
    hostname: String,
    address: String,
    instance_type: InstanceTypeName,
    cpus: u32,
    enrolled_at: Timestamp,
    last_seen: Timestamp,
    sequence: u64,
    state: NodeState,
}

impl Row for NodeRow {
    const KIND: &'static str = "node";
}

impl From<Node> for NodeRow {
    fn from(node: Node) -> Self {
        Self {
            instance: node.instance,
            stack: node.stack,
            version: node.version,
            index: node.index,
            session_hash: node.session_hash,
            hostname: node.hostname,
            address: node.address,
            instance_type: node.instance_type,
            cpus: node.cpus,
            enrolled_at: node.enrolled_at,
            last_seen: node.last_seen,
            sequence: node.sequence,
            state: node.state,
        }
    }
}

impl From<NodeRow> for Node {
    fn from(row: NodeRow) -> Self {
        Self {
            instance: row.instance,
            stack: row.stack,
            version: row.version,
            index: row.index,
            session_hash: row.session_hash,
            hostname: row.hostname,
            address: row.address,
            instance_type: row.instance_type,
            cpus: row.cpus,
            enrolled_at: row.enrolled_at,
            last_seen: row.last_seen,
            sequence: row.sequence,
            state: row.state,
        }
    }
}
