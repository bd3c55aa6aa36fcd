//! A job's row and its places in the lists.

use super::{Condition, Step};
use crate::{
    keys::{self, Key},
    rows::{JobPointerRow, JobRow},
};
use soca_app::ports::store::StoreError;
use soca_domain::{Job, JobId};

/// The job, its place in its owner's list and, if it waits, in its queue's.
pub(super) fn create(job: Job) -> Result<Vec<Step>, StoreError> {
    let (id, owned, waiting) = (job.id, keys::owned(&job.owner, job.id), keys::waiting(&job));
    let mut steps = vec![put(job, Condition::absent())?, pointer(&owned, id)?];
    if let Some(place) = waiting {
        steps.push(pointer(&place, id)?);
    }
    Ok(steps)
}

/// The job and, if its place among the waiting ones has changed, the old and the new place.
pub(super) fn update(was: &Job, now: Job) -> Result<Vec<Step>, StoreError> {
    let (id, old, new) = (now.id, keys::waiting(was), keys::waiting(&now));
    let mut steps = vec![put(Job { version: was.version, ..now }, Condition::version(was.version))?];
    if old != new {
        steps.extend(old.map(Step::Remove));
        if let Some(place) = new {
            steps.push(pointer(&place, id)?);
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
