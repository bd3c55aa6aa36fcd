//! Every execution's last step: what the attempt cost, and what becomes of the job. One transaction.

use crate::{
    error::Error,
    ports::{Prices, StoreError, Write, store::Spending},
    settings::Settings,
    snapshot::day_of,
    transition::{Mover, RACES},
    waiter::unknown_stack,
};
use soca_domain::{
    Job, MicroUsd, StackId, Timestamp,
    job_state::{Change, Effect, Event, apply},
    ladder::{dry_pools, has_fresh_rung},
    limit::CounterScope,
    price::{InstanceUse, instance_cost},
    stack::{Stack, StackState},
};

/// What settling needs.
pub struct SettleStack<'a> {
    /// Table, state machine and bus.
    pub mover: Mover<'a>,
    /// Price list.
    pub prices: &'a dyn Prices,
    /// The cluster's settings.
    pub settings: &'a Settings,
}

fn spending(stack: &Stack, cost: MicroUsd, now: Timestamp) -> Spending {
    Spending { project: stack.project.clone(), owner: stack.owner.clone(), day: day_of(now), cost }
}

/// Gives back what was held and notes the cost. A cost that is not known is not charged; the log has said so.
fn settle_budget(stack: &Stack, cost: Option<MicroUsd>) -> Option<Write> {
    let project = stack.project.clone()?;
    Some(Write::SettleBudget { project, held: stack.hold, cost: cost.unwrap_or_default() })
}

impl SettleStack<'_> {
    /// Gives the queue its capacity back, releases the stack, and ends or requeues the job, together.
    pub async fn run(&self, id: &StackId, now: Timestamp) -> Result<(), Error> {
        for _ in 0..RACES {
            let stack = self.mover.store.stack(id).await?.ok_or_else(|| unknown_stack(id))?;
            if stack.state.is_released() {
                return Ok(());
            }
            let job = self.mover.store.job(stack.job).await?;
            let cost = self.cost(&stack.usage, now).await;
            let settled = job.and_then(|job| self.settle_job(job, &stack, cost, now));
            let give = |scope: &CounterScope| Write::GiveCapacity { scope: scope.clone(), need: stack.need };
            let mut writes: Vec<Write> = stack.counted.iter().map(give).collect();
            writes
                .extend(cost.filter(|cost| cost.0 > 0).map(|cost| Write::Spend(spending(&stack, cost, now))));
            writes.extend(settle_budget(&stack, cost));
            writes.push(Write::UpdateStack(Stack {
                state: StackState::Released { at: now },
                waiter: None,
                ..stack
            }));
            let effects = settled.map(|(was, next, effects)| {
                writes.push(Write::UpdateJob { was: Box::new(was), now: Box::new(next.clone()) });
                (next, effects)
            });
            match self.mover.store.commit(writes).await {
                Ok(()) => {
                    if let Some((job, effects)) = effects {
                        tracing::info!(job.id = %job.id, job.state = job.state.name(), "job settled");
                        self.mover.perform(&job, effects, now).await;
                    }
                    return Ok(());
                }
                Err(StoreError::Conflict { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(Error::Unavailable("too many lost races".into()))
    }

    fn settle_job(
        &self,
        job: Job,
        stack: &Stack,
        cost: Option<MicroUsd>,
        now: Timestamp,
    ) -> Option<(Job, Job, Vec<Effect>)> {
        if job.state.stack() != Some(&stack.id) {
            return None;
        }
        let instance_type = stack.usage.first().map(|u| u.instance_type.clone());
        let mut tried = job.clone();
        if let Some(attempt) = tried.attempts.last_mut() {
            attempt.instance_type.clone_from(&instance_type);
            attempt.rung = stack.rung.clone().or(attempt.rung.take());
        }
        // Waiting helps only where the next attempt would meet the same dry pool.
        let dry = tried.last_attempt().is_some_and(|attempt| !dry_pools(&job.launch, attempt).is_empty());
        let at_once = dry && has_fresh_rung(&tried, now);
        let retry_at = if at_once { now } else { now.plus(self.settings.retry_delay) };
        let event = Event::Settle { cost, instance_type, rung: stack.rung.clone(), retry_at };
        match apply(&job, event, now) {
            Ok(Change::To(next, effects)) => Some((job, *next, effects)),
            Ok(Change::Nothing) => None,
            Err(refused) => {
                tracing::error!(job.id = %job.id, %refused, "a job was settled before it was over");
                None
            }
        }
    }

    /// The instances' cost until now; `None` when a price is not known, which must not hold anything up.
    async fn cost(&self, usage: &[InstanceUse], now: Timestamp) -> Option<MicroUsd> {
        let mut total = MicroUsd(0);
        for used in usage {
            match self.prices.on_demand(&used.instance_type).await {
                Ok(Some(rate)) => total = total.plus(instance_cost(rate, used, now)),
                Ok(None) => {
                    tracing::warn!(instance.type_ = %used.instance_type, "no price is known");
                    return None;
                }
                Err(error) => {
                    tracing::warn!(%error, "prices are unavailable; the cost is left open");
                    return None;
                }
            }
        }
        Some(total)
    }
}
