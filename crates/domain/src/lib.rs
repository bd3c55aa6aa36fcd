//! The words and rules of soca: ids, values, entities, state machines, wait reasons and error codes.
//!
//! Pure by construction: no async, no clock (`now` is an argument), no AWS. Wire and table formats live in
//! `soca-wire` and `soca-store-dynamodb`; the serde derives here serve the simulator and the agent's journal.

pub mod array;
pub mod depend;
pub mod element;
pub mod fault;
pub mod id;
pub mod instance_type;
pub mod job;
pub mod job_state;
pub mod ladder;
pub mod launch;
pub mod ledger;
pub mod limit;
pub mod memory;
pub mod money;
pub mod node;
pub mod offer;
pub mod policy;
pub mod pool;
pub mod price;
pub mod project;
pub mod queue;
pub mod request;
pub mod stack;
pub mod time;
pub mod verdict;
pub mod wait;

pub use fault::{Code, Fault};
pub use id::{
    Attempt, ElementIndex, GroupName, InstanceId, JobId, JobName, LicenseName, NodeIndex, ProjectName,
    QueueName, StackId, UserName,
};
pub use job::Job;
pub use job_state::JobState;
pub use money::MicroUsd;
pub use time::Timestamp;
