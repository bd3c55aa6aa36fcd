//! The periodic look at what really exists: repairs what a lost event or a dead execution left, and says so.
//!
//! Compares the table with CloudFormation, EC2 and Step Functions. Everything it does is also what an event would
//! have done, so doing it twice changes nothing.

mod budget;

use crate::{
    await_nodes::update_stack,
    dispatch::execution_input,
    error::Error,
    infrastructure::HandleIncident,
    ports::{ComputeStacks, Instances, cloud::CloudStackState, workflow::Entry},
    queues,
    settings::{HEAD, Settings},
    transition::Mover,
    waiter,
};
use soca_domain::{
    Code, Fault, Job, JobId, JobState, StackId, Timestamp,
    job::MAX_WAIT,
    job_state::Event,
    node::NodeState,
    stack::{Stack, StackState},
};
use std::{collections::BTreeSet, time::Duration};

/// What a sweep needs.
pub struct Sweep<'a> {
    /// Table, state machine and bus.
    pub mover: Mover<'a>,
    /// CloudFormation.
    pub stacks: &'a dyn ComputeStacks,
    /// EC2.
    pub instances: &'a dyn Instances,
    /// The cluster's settings.
    pub settings: &'a Settings,
}

/// One thing that was put right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Repair {
    /// An execution that was never started has been.
    Started(StackId),
    /// A dead execution's stack is being torn down by a new one.
    TeardownResumed(StackId),
    /// A stack that nobody owns is being deleted.
    OrphanStackDeleted(StackId),
    /// Instances that nobody owns have been ended.
    OrphanInstancesEnded(u32),
    /// A node was found to be gone.
    NodeFoundGone(StackId),
    /// CloudFormation had failed.
    FailedStackFound(StackId),
    /// A job whose project's budget could not pay for more time was told to end.
    StoppedForBudget(JobId),
    /// A job that was held past the longest wait has been dropped.
    HeldJobDropped(JobId),
}

/// Younger things are left alone: whoever made them may still be writing them down.
const YOUNG: Duration = Duration::from_secs(20);
/// Orphans in the cloud get longer, since the table and the cloud are read at different moments.
const ORPHAN_AGE: Duration = Duration::from_secs(60);
/// A node that EC2 says runs and that is silent for longer than agents bridge an outage is given up.
pub(crate) const MUTE: Duration = Duration::from_secs(20 * 60);
/// Repairs of one stack before it is left to an administrator.
const MAX_REPAIRS: u32 = 50;

impl Sweep<'_> {
    /// One sweep. A part that fails is logged and does not keep the others from being done.
    pub async fn run(&self, now: Timestamp) -> Result<Vec<Repair>, Error> {
        let mut repairs = Vec::new();
        let live = self.mover.store.live_stacks().await?;
        for stack in &live {
            match self.look_at(stack, now).await {
                Ok(found) => repairs.extend(found),
                Err(error) => tracing::error!(stack.id = %stack.id, %error, "a stack could not be swept"),
            }
        }
        for part in
            [self.orphan_stacks(now).await, self.orphan_instances(now).await, self.held_too_long(now).await]
        {
            match part {
                Ok(found) => repairs.extend(found),
                Err(error) => tracing::error!(%error, "a part of the sweep failed"),
            }
        }
        for repair in &repairs {
            tracing::warn!(?repair, "repaired");
        }
        tracing::info!(stacks.live = live.len(), repairs = repairs.len(), "swept");
        Ok(repairs)
    }

    async fn look_at(&self, stack: &Stack, now: Timestamp) -> Result<Vec<Repair>, Error> {
        if now.since(stack.created_at) < YOUNG {
            return Ok(vec![]);
        }
        if !self.mover.workflow.is_running(&stack.id, stack.repairs).await? {
            return Ok(self.revive(stack).await?.into_iter().collect());
        }
        let mut repairs = Vec::new();
        if stack.state.admits_nodes() {
            repairs.extend(self.failed_in_cloud(stack, now).await?);
            repairs.extend(self.silent_nodes(stack, now).await?);
            repairs.extend(self.grow_hold(stack, now).await?);
        }
        waiter::answer(self.mover.store, self.mover.workflow, &stack.id, now).await?;
        Ok(repairs)
    }

    /// Nobody works for this stack: the execution was never started, or died.
    async fn revive(&self, stack: &Stack) -> Result<Option<Repair>, Error> {
        let Some(job) = self.mover.store.job(stack.job).await? else { return Ok(None) };
        if matches!(stack.state, StackState::Reserving) && stack.repairs == 0 {
            self.mover.workflow.start(&self.input(&job, stack, Entry::Start)).await?;
            if self.mover.workflow.is_running(&stack.id, 0).await? {
                return Ok(Some(Repair::Started(stack.id.clone())));
            }
        }
        // The settle step's write may have overtaken the list of live stacks.
        let fresh = update_stack(self.mover.store, &stack.id, |s| {
            let open = !s.state.is_released() && s.repairs < MAX_REPAIRS && s.repairs == stack.repairs;
            open.then(|| Stack { repairs: s.repairs + 1, ..s })
        })
        .await?;
        if fresh.repairs == stack.repairs || fresh.state.is_released() {
            return Ok(None);
        }
        self.mover.workflow.start(&self.input(&job, &fresh, Entry::Teardown(fresh.repairs))).await?;
        Ok(Some(Repair::TeardownResumed(stack.id.clone())))
    }

    fn input(&self, job: &Job, stack: &Stack, entry: Entry) -> crate::ports::workflow::ExecutionInput {
        execution_input(job, stack.id.clone(), entry, self.settings)
    }

    async fn failed_in_cloud(&self, stack: &Stack, now: Timestamp) -> Result<Option<Repair>, Error> {
        if !matches!(stack.state, StackState::Launching { .. }) || stack.trouble.is_some() {
            return Ok(None);
        }
        let CloudStackState::Failed(why) = self.stacks.state(&stack.id).await? else { return Ok(None) };
        let fault = Fault::new(
            Code::StackFailed,
            format!("CloudFormation could not make the stack: {}.", soca_domain::id::shorten(&why)),
            "It is tried again; if it stays, ask your administrator.",
        );
        self.incidents().trouble(&stack.id, fault, now).await?;
        Ok(Some(Repair::FailedStackFound(stack.id.clone())))
    }

    async fn silent_nodes(&self, stack: &Stack, now: Timestamp) -> Result<Vec<Repair>, Error> {
        let mut repairs = Vec::new();
        for node in self.mover.store.nodes(&stack.id).await? {
            let silence = now.since(node.last_seen);
            if node.state == NodeState::Down || silence < self.settings.silence {
                continue;
            }
            let alive = self.instances.instance(&node.instance).await?.is_some_and(|i| i.alive);
            if !alive || silence > MUTE {
                self.incidents().gone(&stack.id, &node.instance, now).await?;
                repairs.push(Repair::NodeFoundGone(stack.id.clone()));
            }
        }
        Ok(repairs)
    }

    async fn orphan_stacks(&self, now: Timestamp) -> Result<Vec<Repair>, Error> {
        let mut repairs = Vec::new();
        for (id, created_at) in self.stacks.list().await? {
            if now.since(created_at) < ORPHAN_AGE || self.is_owned(&id).await? {
                continue;
            }
            match self.stacks.delete(&id).await {
                Ok(()) => repairs.push(Repair::OrphanStackDeleted(id)),
                Err(error) => tracing::error!(stack.id = %id, %error, "an orphan could not be deleted"),
            }
        }
        Ok(repairs)
    }

    async fn orphan_instances(&self, now: Timestamp) -> Result<Vec<Repair>, Error> {
        let mut orphans = BTreeSet::new();
        for instance in self.instances.alive().await? {
            if now.since(instance.used.launched_at) < ORPHAN_AGE {
                continue;
            }
            let owned = match &instance.stack {
                Some(stack) => self.is_owned(stack).await?,
                None => false,
            };
            if !owned {
                orphans.insert(instance.used.instance);
            }
        }
        if orphans.is_empty() {
            return Ok(vec![]);
        }
        let orphans: Vec<_> = orphans.into_iter().collect();
        self.instances.terminate(&orphans).await?;
        Ok(vec![Repair::OrphanInstancesEnded(u32::try_from(orphans.len()).unwrap_or(u32::MAX))])
    }

    /// Held jobs are in no plan, so it is here that their longest wait ends (P5).
    async fn held_too_long(&self, now: Timestamp) -> Result<Vec<Repair>, Error> {
        let mut repairs = Vec::new();
        for queue in queues::load(self.mover.store, self.settings).await? {
            let held = self.mover.store.held_jobs(&queue.name, HEAD).await?;
            for job in held.into_iter().filter(|job| now.since(job.state.since()) > MAX_WAIT) {
                let fault = Fault::new(
                    Code::WaitedTooLong,
                    format!("The job was held for more than {} days.", MAX_WAIT.as_secs() / 86_400),
                    "Submit it again when it may run.",
                );
                let is_held = |job: &Job| matches!(job.state, JobState::Held { .. });
                self.mover.apply_while(job.id, Event::Drop(fault), now, is_held).await?;
                repairs.push(Repair::HeldJobDropped(job.id));
            }
        }
        Ok(repairs)
    }

    async fn is_owned(&self, id: &StackId) -> Result<bool, Error> {
        Ok(self.mover.store.stack(id).await?.is_some_and(|s| !s.state.is_released()))
    }

    fn incidents(&self) -> HandleIncident<'_> {
        HandleIncident { store: self.mover.store, workflow: self.mover.workflow, instances: self.instances }
    }
}
