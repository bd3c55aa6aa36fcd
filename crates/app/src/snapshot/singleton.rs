//! Which jobs a singleton waits for: its owner's jobs of its name that were submitted before it or have capacity.
//!
//! As in Slurm a singleton begins when all earlier jobs of its name and owner have ended. One that has capacity counts
//! even if it is later, so that two never run at once whatever the order in which they came to it. A waiting job is seen
//! if it is in the head of its queue, as every job is that comes before the singleton in the singleton's own.

use crate::{error::Error, ports::Store, settings::HEAD};
use soca_domain::{
    Job, JobId, JobName, UserName,
    depend::{Condition, Dependency},
    queue::QueuePolicy,
};
use std::collections::{BTreeMap, BTreeSet};

/// Unfinished jobs of the owners that have singletons waiting.
pub(super) struct Namesakes {
    /// The ids of those that wait or are held, by owner and name.
    waiting: BTreeMap<(UserName, JobName), BTreeSet<JobId>>,
    /// Of those that have capacity.
    placed: BTreeMap<(UserName, JobName), BTreeSet<JobId>>,
}

impl Namesakes {
    /// Reads those of the heads' singletons; nothing where there is none.
    pub(super) async fn read(
        store: &dyn Store,
        queues: &[QueuePolicy],
        heads: &[Job],
    ) -> Result<Namesakes, Error> {
        let mut found = Namesakes { waiting: BTreeMap::new(), placed: BTreeMap::new() };
        let owners: BTreeSet<&UserName> =
            heads.iter().filter(|job| job.run.policy.singleton).map(|job| &job.owner).collect();
        if owners.is_empty() {
            return Ok(found);
        }
        heads.iter().filter(|job| owners.contains(&job.owner)).for_each(|job| note(&mut found.waiting, job));
        for queue in queues {
            let held = store.held_jobs(&queue.name, HEAD).await?;
            held.iter()
                .filter(|job| owners.contains(&job.owner))
                .for_each(|job| note(&mut found.waiting, job));
        }
        // After the heads: a job that another pass starts meanwhile is then in one of the two, or in both.
        for stack in store.live_stacks().await?.iter().filter(|stack| owners.contains(&stack.owner)) {
            let job = store.job(stack.job).await?;
            if let Some(job) = job.filter(|job| job.state.stack() == Some(&stack.id)) {
                note(&mut found.placed, &job);
            }
        }
        Ok(found)
    }

    /// What a job must still wait for, if it is a singleton and there is anything: the oldest.
    pub(super) fn before(&self, job: &Job) -> Option<Dependency> {
        let key = (job.owner.clone(), job.name.clone());
        let others = |map: &BTreeMap<_, BTreeSet<JobId>>, until| {
            map.get(&key).and_then(|ids| ids.iter().copied().find(|id| *id < until && *id != job.id))
        };
        if !job.run.policy.singleton {
            return None;
        }
        let first = others(&self.placed, JobId(u64::MAX)).or_else(|| others(&self.waiting, job.id))?;
        Some(Dependency { job: first, element: None, condition: Condition::Singleton })
    }
}

fn note(map: &mut BTreeMap<(UserName, JobName), BTreeSet<JobId>>, job: &Job) {
    map.entry((job.owner.clone(), job.name.clone())).or_default().insert(job.id);
}
