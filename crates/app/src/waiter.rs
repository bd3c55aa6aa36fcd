//! Answers the state machine's waiting step from what the table says.
//!
//! The two waiting steps, `AwaitNodes` and `Monitor`, leave a task token on the stack. Whoever changes something that
//! may end a wait calls [`answer`] after the write; so does the step itself when it begins to wait, and the sweep.
//! Write-then-check on both sides means that whoever comes second sees the other, and nothing is missed.

use crate::{
    error::Error,
    ports::{Store, Workflow},
    run_order,
    settings::GRACE,
};
use soca_domain::{
    Code, Fault, Job, JobState, StackId, Timestamp,
    stack::{Stack, WaitStep},
};
use std::time::Duration;

/// How long a running script with the usual grace has to end after a cancel until its stack is torn down without
/// waiting for the agent: the sync interval, the grace and some air.
pub const CANCEL_PATIENCE: Duration = Duration::from_secs(120);

/// What to tell a waiting step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// What it waits for has come.
    GoOn,
    /// It will not come.
    Fail(Fault),
}

/// What the waiting step should be told now; `None` when it must go on waiting.
pub fn decide(stack: &Stack, job: Option<&Job>, now: Timestamp) -> Option<Answer> {
    let step = stack.waiter.as_ref()?.step;
    let Some(job) = job.filter(|job| job.state.stack() == Some(&stack.id)) else {
        return Some(Answer::GoOn);
    };
    if let JobState::Completing { .. } = job.state {
        return Some(Answer::GoOn);
    }
    if let Some(trouble) = &stack.trouble {
        return Some(Answer::Fail(trouble.clone()));
    }
    if let Some(cancel) = &job.cancel {
        let agent_may_do_it = matches!(job.state, JobState::Running { .. });
        let patience = CANCEL_PATIENCE + run_order::grace(job).saturating_sub(GRACE);
        if !agent_may_do_it || now.since(cancel.at) > patience {
            return cancel.verdict().fault().map(Answer::Fail);
        }
    }
    match step {
        WaitStep::AwaitNodes if stack.all_enrolled() => Some(Answer::GoOn),
        WaitStep::AwaitNodes | WaitStep::Monitor => None,
    }
}

/// Tells the waiting step what it should be told, if anything. Telling it twice does not matter.
pub async fn answer(
    store: &dyn Store,
    workflow: &dyn Workflow,
    id: &StackId,
    now: Timestamp,
) -> Result<(), Error> {
    let Some(stack) = store.stack(id).await? else { return Ok(()) };
    let Some(waiter) = &stack.waiter else { return Ok(()) };
    let job = store.job(stack.job).await?;
    match decide(&stack, job.as_ref(), now) {
        None => Ok(()),
        Some(Answer::GoOn) => Ok(workflow.succeed(&waiter.token).await?),
        Some(Answer::Fail(fault)) => Ok(workflow.fail(&waiter.token, &fault).await?),
    }
}

/// The fault of a stack that is not known: a step or node refers to something that never was, or is long gone.
pub(crate) fn unknown_stack(id: &StackId) -> Error {
    Error::refused(
        Code::BadStackId,
        format!("There is no stack {id}."),
        "Stacks live only as long as their job.",
    )
}
