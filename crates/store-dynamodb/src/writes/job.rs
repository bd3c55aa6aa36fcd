//! A job's row and its places in the lists.

use super::{Condition, Step};
use crate::{
    keys::{self, Key},
    rows::{JobPointerRow, JobRow, WaitingPointerRow},
};
use soca_app::ports::store::StoreError;
use soca_domain::{Job, JobId, JobState, UserName};

/// The job, its place in its owner's list and, if it waits, in its queue's.
pub(super) fn create(job: Job) -> Result<Vec<Step>, StoreError> {
    let (id, owned, waiting) = (job.id, keys::owned(&job.owner, job.id), keys::waiting(&job));
    let (owner, is_queued) = (job.owner.clone(), is_queued(&job));
    let mut steps = vec![put(job, Condition::absent())?, pointer(&owned, id)?];
    if let Some(place) = waiting {
        steps.push(place_of(&place, id, owner, is_queued)?);
    }
    Ok(steps)
}

/// A place among the waiting: those of the queued say whose they are, since they are read owner by owner.
fn place_of(place: &Key, job: JobId, owner: UserName, is_queued: bool) -> Result<Step, StoreError> {
    if is_queued { Step::put(place, &WaitingPointerRow { job, owner }, None) } else { pointer(place, job) }
}

fn is_queued(job: &Job) -> bool {
    matches!(job.state, JobState::Queued { .. })
}

/// The job and, if its place among the waiting ones has changed, the old and the new place.
pub(super) fn update(was: &Job, now: Job) -> Result<Vec<Step>, StoreError> {
    let (id, old, new) = (now.id, keys::waiting(was), keys::waiting(&now));
    let (owner, is_queued) = (now.owner.clone(), is_queued(&now));
    let mut steps = vec![put(Job { version: was.version, ..now }, Condition::version(was.version))?];
    if old != new {
        steps.extend(old.map(Step::Remove));
        steps.extend(keys::waiting_v1(was).map(Step::Remove));
        if let Some(place) = new {
            steps.push(place_of(&place, id, owner, is_queued)?);
        }
    }
    Ok(steps)
}

fn put(job: Job, condition: Condition) -> Result<Step, StoreError> {
    let key = keys::job(job.id);
    Step::put(&key, &JobRow::from(Job { version: job.version + 1, ..job }), Some(condition))
}

fn pointer(place: &Key, job: JobId) -> Result<Step, StoreError> {
    Step::put(place, &JobPointerRow { job }, None)
}
