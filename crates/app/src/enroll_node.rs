//! A node's first call: proves with the join token that it belongs to its stack, and gets its place in it.

use crate::{
    error::Error,
    ports::{StoreError, Write},
    secret,
    transition::{Mover, RACES},
    waiter,
};
use soca_domain::{
    Code, InstanceId, NodeIndex, StackId, Timestamp,
    instance_type::InstanceTypeName,
    job_state::{Change, Event, apply},
    node::{Node, NodeState},
    stack::{Stack, StackState},
};

/// What a node says of itself.
#[derive(Clone, Debug)]
pub struct Enrollment {
    /// The stack in whose user data the token was.
    pub stack: StackId,
    /// This instance.
    pub instance: InstanceId,
    /// The token from the user data.
    pub join_token: String,
    /// The bearer token the node will use from now on.
    pub session_token: String,
    /// For the node file.
    pub hostname: String,
    /// Private address.
    pub address: String,
    /// What EC2 launched.
    pub instance_type: InstanceTypeName,
    /// CPUs it sees.
    pub cpus: u32,
}

/// Lets a node into its stack; the last one makes the stack ready and its job start.
///
/// The same node with the same session token gets the same answer again; with another one it is refused.
///
/// # Errors
/// `JOIN_TOKEN_INVALID`, `JOIN_TOKEN_EXPIRED`, `JOIN_TOKEN_USED`.
pub async fn enroll(mover: Mover<'_>, asked: &Enrollment, now: Timestamp) -> Result<NodeIndex, Error> {
    for _ in 0..RACES {
        let stack = mover.store.stack(&asked.stack).await?.ok_or_else(invalid)?;
        check_token(&stack, asked)?;
        if let Some(known) = mover.store.node(&asked.stack, &asked.instance).await? {
            return if secret::matches(&asked.session_token, &known.session_hash) {
                Ok(known.index)
            } else {
                Err(used())
            };
        }
        if stack.all_enrolled() {
            return Err(used());
        }
        check_time(&stack, now)?;
        match admit(mover, &stack, asked, now).await? {
            Some(index) => return Ok(index),
            None => continue,
        }
    }
    Err(Error::Unavailable("too many lost races".into()))
}

/// One try; `None` when somebody else was faster.
async fn admit(
    mover: Mover<'_>,
    stack: &Stack,
    asked: &Enrollment,
    now: Timestamp,
) -> Result<Option<NodeIndex>, Error> {
    let index = NodeIndex(stack.join.enrolled);
    let mut next = stack.clone();
    next.join.enrolled += 1;
    let mut writes = vec![Write::CreateNode(node(asked, index, now))];
    if next.all_enrolled() {
        next.state = StackState::Ready { since: now };
        let job = mover.store.job(stack.job).await?.filter(|j| j.state.stack() == Some(&stack.id));
        if let Some(job) = job
            && let Ok(Change::To(moved, _)) = apply(&job, Event::NodesReady, now)
        {
            writes.push(Write::UpdateJob { was: Box::new(job), now: moved });
        }
    }
    let ready = next.all_enrolled();
    writes.push(Write::UpdateStack(next));
    match mover.store.commit(writes).await {
        Ok(()) => {}
        Err(StoreError::Conflict { .. }) => return Ok(None),
        Err(error) => return Err(error.into()),
    }
    tracing::info!(stack.id = %stack.id, node.instance = %asked.instance, node.index = index.0, "node enrolled");
    if ready && let Err(error) = waiter::answer(mover.store, mover.workflow, &stack.id, now).await {
        tracing::warn!(stack.id = %stack.id, %error, "the state machine was not told; the sweep will tell it");
    }
    Ok(Some(index))
}

fn check_token(stack: &Stack, asked: &Enrollment) -> Result<(), Error> {
    let known = stack.join.token_hash.as_deref().ok_or_else(invalid)?;
    if secret::matches(&asked.join_token, known) { Ok(()) } else { Err(invalid()) }
}

/// Only for nodes that are new: one that repeats its call, since the answer was lost, has joined in time.
fn check_time(stack: &Stack, now: Timestamp) -> Result<(), Error> {
    if now > stack.join.expires_at || !stack.state.admits_nodes() {
        return Err(Error::refused(
            Code::JoinTokenExpired,
            "The join token's time is over.",
            "The node cannot join any more; it will be taken away with its stack.",
        ));
    }
    Ok(())
}

fn node(asked: &Enrollment, index: NodeIndex, now: Timestamp) -> Node {
    Node {
        instance: asked.instance.clone(),
        stack: asked.stack.clone(),
        version: 0,
        index,
        session_hash: secret::hash(&asked.session_token),
        hostname: asked.hostname.clone(),
        address: asked.address.clone(),
        instance_type: asked.instance_type.clone(),
        cpus: asked.cpus,
        enrolled_at: now,
        last_seen: now,
        sequence: 0,
        state: NodeState::Up,
    }
}

fn invalid() -> Error {
    Error::refused(
        Code::JoinTokenInvalid,
        "The join token is not this stack's.",
        "Only nodes that soca launched can join; nothing is left to do.",
    )
}

fn used() -> Error {
    Error::refused(
        Code::JoinTokenUsed,
        "The join token has been used.",
        "Each node can join once, with one session; nothing is left to do.",
    )
}
