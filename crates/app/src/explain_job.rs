//! Why a job waits, computed now by the same planner that will start it, so that the reason is true (P7).

use crate::{
    error::Error,
    ports::Store,
    queues,
    settings::{HEAD, PER_OWNER, Settings},
    snapshot,
};
use snapshot::Picture;
use soca_domain::{
    Job, JobId, JobState, QueueName, Timestamp, UserName,
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
    /// How many jobs of each queue were looked at, and how many of each owner in it.
    looked_at: BTreeMap<(QueueName, Option<UserName>), u32>,
}

impl Planned {
    /// How many jobs are before one that was not looked at, since those before it filled the head of its queue or of its
    /// owner; `None` when neither is full.
    fn before(&self, job: &Job) -> Option<u32> {
        let looked = |owner: Option<&UserName>| {
            self.looked_at.get(&(job.queue.clone(), owner.cloned())).copied().unwrap_or(0)
        };
        let owners = Some(looked(Some(&job.owner))).filter(|count| *count >= PER_OWNER);
        owners.or(Some(looked(None)).filter(|count| *count >= HEAD))
    }
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
        let waiting = planned.waits.get(&job.id).cloned().unwrap_or_else(|| {
            // What is not looked at and not behind others left the queue between two reads.
            let in_line = planned.before(job).map(|ahead| WaitReason::InLine { ahead });
            in_line.unwrap_or(WaitReason::Next).into()
        });
        self.planned = Some(planned);
        Ok(waiting)
    }

    async fn plan(&self) -> Result<Planned, Error> {
        let queues = queues::load(self.store, self.settings).await?;
        let Picture { snapshot, jobs, .. } = snapshot::read(self.store, queues, self.now).await?;
        let plan = plan(&snapshot);
        let wait = |w: soca_planner::Wait| Waiting {
            reason: w.reason,
            ahead: Some(w.ahead),
            starts_by: w.starts_by,
        };
        let starts = plan.starts.iter().map(|start| (start.job, WaitReason::Next.into()));
        let mut waits: BTreeMap<JobId, Waiting> = starts.collect();
        waits.extend(plan.waits.into_iter().map(|w| (w.job, wait(w))));
        waits.extend(dropped(&snapshot).map(|(job, reason)| (job, reason.into())));
        let mut looked_at = BTreeMap::new();
        for job in jobs {
            *looked_at.entry((job.queue.clone(), None)).or_insert(0) += 1;
            *looked_at.entry((job.queue, Some(job.owner))).or_insert(0) += 1;
        }
        Ok(Planned { waits, looked_at })
    }
}

/// Jobs that the next pass drops, since what they depend on can no longer come true or they are too late for their
/// deadline, still wait for it.
fn dropped(snapshot: &Snapshot) -> impl Iterator<Item = (JobId, WaitReason)> {
    snapshot.waiting.iter().filter_map(|job| {
        let failed = job.depend.iter().find(|(_, state)| *state == DependencyState::Failed);
        let too_late = job.start_by.filter(|by| *by < snapshot.now);
        let reason = match failed {
            Some((on, _)) => WaitReason::Dependency { on: *on },
            None => WaitReason::TooLate { since: too_late? },
        };
        Some((job.id, reason))
    })
}
