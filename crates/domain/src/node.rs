//! A node: one EC2 instance under our agent.

use crate::{
    Timestamp,
    id::{InstanceId, NodeIndex, StackId},
    instance_type::InstanceTypeName,
};
use serde::{Deserialize, Serialize};

/// A node that has enrolled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Node {
    /// Its instance.
    pub instance: InstanceId,
    /// Its stack.
    pub stack: StackId,
    /// Counts the writes; each write is conditional on it.
    pub version: u64,
    /// Position in the stack.
    pub index: NodeIndex,
    /// SHA-256 of its session token, hexadecimal.
    pub session_hash: String,
    /// Host name for the node file.
    pub hostname: String,
    /// Private address.
    pub address: String,
    /// What EC2 launched.
    pub instance_type: InstanceTypeName,
    /// CPUs it sees.
    pub cpus: u32,
    /// When it enrolled.
    pub enrolled_at: Timestamp,
    /// When it last called.
    pub last_seen: Timestamp,
    /// The last sequence number whose reports are stored.
    pub sequence: u64,
    /// Where it stands.
    pub state: NodeState,
}

/// Where a node stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NodeState {
    /// It calls in.
    Up,
    /// EC2 has announced that it will take it back.
    Draining,
    /// It is gone.
    Down,
}

impl NodeState {
    /// The state's word in replies and tables.
    pub fn as_str(self) -> &'static str {
        match self {
            NodeState::Up => "up",
            NodeState::Draining => "draining",
            NodeState::Down => "down",
        }
    }
}
