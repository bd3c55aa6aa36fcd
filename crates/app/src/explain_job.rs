//! Why a job waits, computed now by the same planner that will start it, so that the reason is true (P7).

use crate::{
    error::Error,
    ports::Store,
    queues,
    settings::{HEAD, Settings},
    snapshot,
};
use soca_domain::{Job, JobId, JobState, QueueName, Timestamp, queue::QueuePolicy, wait::WaitReason};
use soca_planner::{DependencyState, Snapshot, plan};
use std::collections::BTreeMap;

/// The reasons of waiting jobs, each queue planned once.
pub struct Reasons<'a> {
    store: &'a dyn Store,
    settings: &'a Settings,
    now: Timestamp,
    planned: BTreeMap<QueueName, QueuePlan>,
}

struct QueuePlan {
    waits: BTreeMap<JobId, WaitReason>,
    /// The first job of the head, for jobs beyond it.
    first: Option<JobId>,
    looked_at: u32,
}

impl<'a> Reasons<'a> {
    /// Reasons as of `now`.
    pub fn new(store: &'a dyn Store, settings: &'a Settings, now: Timestamp) -> Self {
        Self { store, settings, now, planned: BTreeMap::new() }
    }

    /// Why this job waits; `None` when it does not.
    pub async fn of(&mut self, job: &Job) -> Result<Option<WaitReason>, Error> {
        match &job.state {
            JobState::Held { .. } => Ok(Some(WaitReason::Held)),
            JobState::Queued { .. } => self.planned(job).await.map(Some),
            JobState::Provisioning { .. }
            | JobState::Starting { .. }
            | JobState::Running { .. }
            | JobState::Completing { .. }
            | JobState::Ended { .. } => Ok(None),
        }
    }

    async fn planned(&mut self, job: &Job) -> Result<WaitReason, Error> {
        if !self.planned.contains_key(&job.queue) {
            let queues = queues::load(self.store, self.settings).await?;
            let policy = queues.into_iter().find(|q| q.name == job.queue);
            let plan = self.plan(policy).await?;
            self.planned.insert(job.queue.clone(), plan);
        }
        let queue = &self.planned[&job.queue];
        Ok(match (queue.waits.get(&job.id), queue.first) {
            (Some(reason), _) => reason.clone(),
            (None, Some(first)) if queue.looked_at >= HEAD => {
                WaitReason::Behind { job: first, ahead: queue.looked_at }
            }
            // It left the queue between two reads, or the pass starts it.
            (None, _) => WaitReason::Next,
        })
    }

    async fn plan(&self, policy: Option<QueuePolicy>) -> Result<QueuePlan, Error> {
        let (snapshot, jobs) = snapshot::read(self.store, policy.into_iter().collect(), self.now).await?;
        let mut plan = plan(&snapshot);
        for start in &plan.starts {
            plan.waits.insert(start.job, WaitReason::Next);
        }
        plan.waits.extend(failed_dependencies(&snapshot));
        let looked_at = u32::try_from(jobs.len()).unwrap_or(HEAD);
        Ok(QueuePlan { waits: plan.waits, first: jobs.first().map(|j| j.id), looked_at })
    }
}

/// Jobs that the next pass drops, since what they depend on can no longer come true, still wait for it.
fn failed_dependencies(snapshot: &Snapshot) -> impl Iterator<Item = (JobId, WaitReason)> {
    let waiting = snapshot.queues.iter().flat_map(|queue| &queue.waiting);
    waiting.filter_map(|job| {
        let (on, _) = job.depend.iter().find(|(_, state)| *state == DependencyState::Failed)?;
        Some((job.id, WaitReason::Dependency { on: *on }))
    })
}
