//! Functions that run: each a future that goes on from pause to pause, and may die at any of them.

use serde_json::Value;
use soca_app::{
    Error,
    enroll_node::Enrollment,
    infrastructure::Incident,
    submit_job::Accepted,
    sync_node::{Orders, Sync},
};
use soca_domain::{InstanceId, Job, JobId, NodeIndex, Timestamp};
use soca_fakes::asl::Failed;
use std::{future::Future, pin::Pin};

/// What an owner may want of a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    Cancel,
    Hold,
    Release,
}

/// What a function was called for.
#[derive(Clone, Debug)]
pub enum Call {
    Submit(usize),
    Manage(usize, Wish, JobId),
    /// Woken by an event that is delivered so often again when the function fails.
    Dispatch(u32),
    Sweep,
    Incident(Incident, u32),
    /// A step of an execution.
    Step(String, u64),
    Enroll(InstanceId),
    Sync(InstanceId),
    /// A message that came again; nobody waits for the answer.
    Again,
}

/// A message of an agent.
#[derive(Clone, Debug)]
pub enum Message {
    Enroll(Enrollment),
    Sync(Sync),
}

/// What came of it.
#[derive(Debug)]
pub enum Reply {
    Submitted(Result<Box<Accepted>, Error>),
    Managed(Result<Box<Job>, Error>),
    Handled(Result<Vec<String>, Error>),
    Stepped(Result<Value, Failed>),
    Enrolled(Result<NodeIndex, Error>),
    Synced(Result<Box<Orders>, Error>),
    /// The function died.
    Died,
}

pub type Work = Pin<Box<dyn Future<Output = Reply> + Send>>;

/// A function that runs.
pub struct Task {
    pub call: Call,
    pub work: Work,
    pub began: Timestamp,
}
