//! Reads what a scheduling pass looks at: the heads of the queues and their counters.

use crate::{error::Error, ports::Store, settings::HEAD};
use soca_domain::{
    Job, JobState, Timestamp,
    depend::{Condition, Dependency},
    queue::QueuePolicy,
    verdict::Outcome,
};
use soca_planner::{DependencyState, QueueView, Snapshot, WaitingJob};

/// The snapshot of these queues at `now`.
pub async fn read(
    store: &dyn Store,
    policies: Vec<QueuePolicy>,
    now: Timestamp,
) -> Result<(Snapshot, Vec<Job>), Error> {
    let mut queues = Vec::new();
    let mut jobs = Vec::new();
    for policy in policies {
        // Counters before jobs: a job that starts in between is then seen as waiting and its start refused by the
        // store, instead of being counted nowhere.
        let usage = store.usage(&policy.name).await?;
        let head = store.queued_jobs(&policy.name, HEAD).await?;
        let mut waiting = Vec::new();
        for job in &head {
            waiting.push(waiting_job(store, job).await?);
        }
        queues.push(QueueView { policy, usage, waiting });
        jobs.extend(head);
    }
    Ok((Snapshot { now, queues }, jobs))
}

async fn waiting_job(store: &dyn Store, job: &Job) -> Result<WaitingJob, Error> {
    let mut depend = Vec::new();
    for on in &job.depend {
        let other = store.job(on.job).await?;
        depend.push((*on, dependency_state(on, other.as_ref())));
    }
    let retry_at = match job.state {
        JobState::Queued { not_before, .. } => not_before,
        _ => None,
    };
    Ok(WaitingJob {
        id: job.id,
        nodes: job.launch.nodes,
        begin_at: job.begin_at,
        retry_at,
        waiting_since: job.state.since(),
        depend,
    })
}

/// How a dependency stands, given the other job.
pub fn dependency_state(on: &Dependency, other: Option<&Job>) -> DependencyState {
    let Some(other) = other else { return DependencyState::Failed };
    let outcome = match other.state {
        JobState::Ended { outcome, .. } => Some(outcome),
        _ => None,
    };
    let met = |is| if is { DependencyState::Met } else { DependencyState::Failed };
    // In any attempt: a job that goes back to its queue has been started all the same.
    let started = other.attempts.iter().any(|attempt| attempt.started_at.is_some());
    match (on.condition, outcome) {
        (Condition::After, None) if started => DependencyState::Met,
        (Condition::After, Some(_)) => met(started),
        (Condition::AfterAny, Some(_)) => DependencyState::Met,
        (Condition::AfterOk, Some(outcome)) => met(outcome == Outcome::Completed),
        (Condition::AfterNotOk, Some(outcome)) => met(outcome != Outcome::Completed),
        (_, None) => DependencyState::Open,
    }
}
