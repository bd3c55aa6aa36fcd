//! Why a job waits, computed now by the same planner that will start it, so that the reason is true (P7).

use crate::{error::Error, ports::Store, queues, settings::Settings, snapshot};
use snapshot::Picture;
use soca_domain::{
    Job, JobId, JobState, Timestamp,
    wait::{WaitReason, Waiting},
};
use soca_planner::{DependencyState, Snapshot, plan};
use std::collections::BTreeMap;

/// The reasons of waiting jobs, all queues planned once.
pub struct Reasons<'a> {
    store: &'a dyn Store,
    settings: &'a Settings,
    now: Timestamp,
    planned: Option<Planned>,
}

struct Planned {
    waits: BTreeMap<JobId, Waiting>,
    /// The last job of the heads, for jobs beyond them.
    last: Option<JobId>,
    looked_at: u32,
}

impl<'a> Reasons<'a> {
    /// Reasons as of `now`.
    pub fn new(store: &'a dyn Store, settings: &'a Settings, now: Timestamp) -> Self {
        Self { store, settings, now, planned: None }
    }

    /// Why this job waits; `None` when it does not.
    pub async fn of(&mut self, job: &Job) -> Result<Option<Waiting>, Error> {
        match &job.state {
            JobState::Held { .. } => Ok(Some(WaitReason::Held.into())),
            JobState::Queued { .. } => self.planned(job).await.map(Some),
            JobState::Provisioning { .. }
            | JobState::Starting { .. }
            | JobState::Running { .. }
            | JobState::Completing { .. }
            | JobState::Ended { .. } => Ok(None),
        }
    }

    async fn planned(&mut self, job: &Job) -> Result<Waiting, Error> {
        let planned = match self.planned.take() {
            Some(planned) => planned,
            None => self.plan().await?,
        };
        let waiting = match (planned.waits.get(&job.id), planned.last) {
            (Some(waiting), _) => waiting.clone(),
            // Beyond the heads: whatever its own limits, the jobs before it are looked at first.
            (None, Some(last)) => WaitReason::Behind { job: last, ahead: planned.looked_at }.into(),
            // It left the queue between two reads, or the pass starts it.
            (None, None) => WaitReason::Next.into(),
        };
        self.planned = Some(planned);
        Ok(waiting)
    }

    async fn plan(&self) -> Result<Planned, Error> {
        let queues = queues::load(self.store, self.settings).await?;
        let Picture { snapshot, jobs, truncated } = snapshot::read(self.store, queues, self.now).await?;
        let plan = plan(&snapshot);
        let wait = |w: soca_planner::Wait| Waiting {
            reason: w.reason,
            ahead: Some(w.ahead),
            starts_by: w.starts_by,
        };
        let starts = plan.starts.iter().map(|start| (start.job, WaitReason::Next.into()));
        let mut waits: BTreeMap<JobId, Waiting> = starts.collect();
        waits.extend(plan.waits.into_iter().map(|w| (w.job, wait(w))));
        waits.extend(failed_dependencies(&snapshot).map(|(job, reason)| (job, reason.into())));
        let looked_at = u32::try_from(jobs.len()).unwrap_or(u32::MAX);
        Ok(Planned { waits, last: jobs.last().map(|j| j.id).filter(|_| truncated), looked_at })
    }
}

/// Jobs that the next pass drops, since what they depend on can no longer come true, still wait for it.
fn failed_dependencies(snapshot: &Snapshot) -> impl Iterator<Item = (JobId, WaitReason)> {
    snapshot.waiting.iter().filter_map(|job| {
        let (on, _) = job.depend.iter().find(|(_, state)| *state == DependencyState::Failed)?;
        Some((job.id, WaitReason::Dependency { on: *on }))
    })
}
