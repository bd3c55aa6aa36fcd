//! Holds that grow with time: a job that runs longer than its hold covers gets more of its project's budget, or ends.

use super::{Repair, Sweep};
use crate::{
    error::Error,
    ports::{StoreError, Write},
};
use soca_domain::{
    Code, Fault, Job, MicroUsd, ProjectName, Timestamp, job_state::Event, ledger::growth, project::Project,
    stack::Stack,
};

impl Sweep<'_> {
    /// Keeps a stack's hold ahead of what its nodes cost.
    pub(super) async fn grow_hold(&self, stack: &Stack, now: Timestamp) -> Result<Option<Repair>, Error> {
        let Some(name) = stack.project.as_ref().filter(|_| stack.hold > MicroUsd(0)) else { return Ok(None) };
        let age = now.since(stack.created_at);
        let Some(more) = growth(stack.need.hourly_cost, stack.hold, age) else { return Ok(None) };
        let project = self.mover.store.project(name).await?;
        let limit = project.as_ref().and_then(Project::hard_budget);
        let grown = Stack { hold: stack.hold.plus(more), ..stack.clone() };
        let hold = Write::HoldBudget { project: name.clone(), amount: more, limit };
        match self.mover.store.commit(vec![hold, Write::UpdateStack(grown)]).await {
            Ok(()) => Ok(None),
            Err(StoreError::Conflict { index: 0 }) => {
                let stop = Event::Stop(spent(name, limit));
                let on_it = |job: &Job| job.state.stack() == Some(&stack.id);
                let (_, stopped) = self.mover.apply_while(stack.job, stop, now, on_it).await?;
                Ok(stopped.then_some(Repair::StoppedForBudget(stack.job)))
            }
            // Somebody else wrote the stack: the next sweep looks again.
            Err(StoreError::Conflict { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}

fn spent(name: &ProjectName, limit: Option<MicroUsd>) -> Fault {
    let amount = limit.map_or_else(String::new, |amount| format!(" of {amount}"));
    Fault::new(
        Code::BudgetSpent,
        format!("Project {name}'s budget{amount} cannot pay for the job to run on."),
        "Ask your administrator for a larger budget, then submit the job again.",
    )
}
