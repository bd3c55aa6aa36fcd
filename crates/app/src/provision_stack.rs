//! Second step: asks CloudFormation for the stack. Repeating it makes no second one.

use crate::{
    dry_run_stack::{launch_of, launch_types, live_job},
    error::Error,
    ports::{
        Catalog, ComputeStacks, Entropy, Store, Write,
        cloud::{CloudStackState, StackPlan},
    },
    secret,
};
use soca_domain::{
    StackId, Timestamp,
    stack::{Stack, StackState},
};

/// What provisioning needs.
pub struct ProvisionStack<'a> {
    /// The table.
    pub store: &'a dyn Store,
    /// Instance types.
    pub catalog: &'a dyn Catalog,
    /// CloudFormation.
    pub stacks: &'a dyn ComputeStacks,
    /// The join token.
    pub entropy: &'a dyn Entropy,
}

impl ProvisionStack<'_> {
    /// Stores the hash of a fresh join token and asks for the stack, unless it is there already.
    pub async fn run(&self, id: &StackId, now: Timestamp) -> Result<(), Error> {
        let (stack, job) = live_job(self.store, id).await?;
        if self.stacks.state(id).await? != CloudStackState::Absent {
            return Ok(());
        }
        let launch = launch_of(&stack, &job);
        let types = launch_types(self.catalog, &launch).await?;
        let join_token = secret::hex(&self.entropy.bytes());
        let mut next = Stack { state: StackState::Launching { since: now }, ..stack };
        next.join.token_hash = Some(secret::hash(&join_token));
        // The hash before the stack: a node can never come with a token we do not know. A crash in between leaves no
        // stack, and the repetition makes a new token.
        self.store.commit(vec![Write::UpdateStack(next)]).await?;
        let plan = StackPlan {
            stack: id.clone(),
            launch,
            types,
            job_name: job.name.to_string(),
            owner: job.owner.to_string(),
            queue: job.queue.to_string(),
            project: job.project.as_ref().map(ToString::to_string),
            join_token,
        };
        self.stacks.create(&plan).await?;
        tracing::info!(stack.id = %id, nodes = plan.launch.nodes, "stack requested");
        Ok(())
    }
}
