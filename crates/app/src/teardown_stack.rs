//! Every execution's last but one step: notes why the attempt is over, deletes the stack and waits until it is gone.

use crate::{
    await_nodes::update_stack,
    dry_pools,
    error::Error,
    ports::{ComputeStacks, Instances, cloud::CloudStackState},
    transition::Mover,
    waiter::unknown_stack,
};
use soca_domain::{
    Code, Fault, Job, JobState, StackId, Timestamp,
    job_state::Event,
    stack::{Stack, StackState, WaitStep},
    verdict::Verdict,
};

/// What the teardown needs.
pub struct TeardownStack<'a> {
    /// Table, state machine and bus.
    pub mover: Mover<'a>,
    /// CloudFormation.
    pub stacks: &'a dyn ComputeStacks,
    /// EC2.
    pub instances: &'a dyn Instances,
}

/// Why the execution came here, as its Catch saw it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// A step failed with a fault of ours.
    Fault(Fault),
    /// A waiting step's time was over.
    Timeout,
    /// Something else: the error's name and cause.
    Other(String, String),
}

/// Whether the stack is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// Nothing of it is left.
    Gone,
    /// Ask again in a moment.
    StillThere,
}

impl TeardownStack<'_> {
    /// One look: notes the verdict, asks for the deletion, says whether it is done.
    pub async fn run(
        &self,
        id: &StackId,
        failure: Option<Failure>,
        now: Timestamp,
    ) -> Result<Progress, Error> {
        let stack = self.mover.store.stack(id).await?.ok_or_else(|| unknown_stack(id))?;
        self.note_verdict(&stack, failure, now).await?;
        self.note_usage(&stack, now).await?;
        if self.stacks.state(id).await? != CloudStackState::Absent {
            self.stacks.delete(id).await?;
            if self.stacks.state(id).await? != CloudStackState::Absent {
                return Ok(Progress::StillThere);
            }
        }
        let left: Vec<_> = self.instances.of_stack(id).await?.into_iter().filter(|i| i.alive).collect();
        if left.is_empty() {
            return Ok(Progress::Gone);
        }
        let ids: Vec<_> = left.into_iter().map(|i| i.used.instance).collect();
        self.instances.terminate(&ids).await?;
        Ok(Progress::StillThere)
    }

    /// If the job is still on this stack and nobody has said how the attempt ended, this is how.
    async fn note_verdict(
        &self,
        stack: &Stack,
        failure: Option<Failure>,
        now: Timestamp,
    ) -> Result<(), Error> {
        let Some(job) = self.mover.store.job(stack.job).await? else { return Ok(()) };
        let on_it = |job: &Job| {
            job.state.stack() == Some(&stack.id) && !matches!(job.state, JobState::Completing { .. })
        };
        if on_it(&job) {
            let finish = Event::Finish(verdict(failure, &job, stack));
            self.mover.apply_while(stack.job, finish, now, on_it).await?;
        }
        Ok(())
    }

    /// What EC2 knows of the instances now, before it forgets them.
    async fn note_usage(&self, stack: &Stack, now: Timestamp) -> Result<(), Error> {
        let store = self.mover.store;
        let usage: Vec<_> = self.instances.of_stack(&stack.id).await?.into_iter().map(|i| i.used).collect();
        if stack.state.admits_nodes()
            && let Some(job) = store.job(stack.job).await?
        {
            dry_pools::note(store, &job, &stack.id, &usage, now).await?;
        }
        update_stack(store, &stack.id, |stack| match stack.state {
            StackState::Releasing { .. } | StackState::Released { .. } => None,
            StackState::Reserving | StackState::Launching { .. } | StackState::Ready { .. } => Some(Stack {
                state: StackState::Releasing { since: now },
                waiter: None,
                usage: usage.clone(),
                ..stack
            }),
        })
        .await?;
        Ok(())
    }
}

fn verdict(failure: Option<Failure>, job: &Job, stack: &Stack) -> Verdict {
    let fault = match failure {
        Some(Failure::Fault(fault)) if fault.code == Code::CancelledByUser => {
            let by = job.cancel.as_ref().map_or_else(|| job.owner.clone(), |c| c.by.clone());
            return Verdict::Cancelled { by };
        }
        Some(Failure::Fault(fault)) => fault,
        Some(Failure::Timeout) if ran_out_of_time(job, stack) => return Verdict::Walltime,
        Some(Failure::Timeout) if stack.all_enrolled() => Fault::new(
            Code::Internal,
            "The job's life cycle stood still although its nodes were there.",
            "It is tried again; if it stays, give your administrator the job's number.",
        ),
        Some(Failure::Timeout) => Fault::new(
            Code::BootTimeout,
            format!(
                "{} of {} nodes had reported when the time for it was over.",
                stack.join.enrolled, stack.nodes
            ),
            "It is tried again; if it stays, look at the instances' console output for a failing bootstrap.",
        ),
        Some(Failure::Other(name, _)) => Fault::new(
            Code::Internal,
            format!("A step of the job's life cycle failed ({}).", soca_domain::id::shorten(&name)),
            "It is tried again; if it stays, give your administrator the job's number.",
        ),
        None => stack.trouble.clone().unwrap_or_else(|| {
            Fault::new(
                Code::NodeLost,
                "The job's life cycle was interrupted and repaired by the sweep.",
                "It is tried again; nothing is left to do.",
            )
        }),
    };
    Verdict::Fault { fault }
}

/// Whether it was the run whose time was over, and not the wait for nodes, whose end may have been missed.
fn ran_out_of_time(job: &Job, stack: &Stack) -> bool {
    let monitored = stack.waiter.as_ref().is_some_and(|waiter| waiter.step == WaitStep::Monitor);
    monitored && matches!(job.state, JobState::Running { .. })
}
