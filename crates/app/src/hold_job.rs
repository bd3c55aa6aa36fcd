//! Holds a waiting job, and releases it again.

use crate::{Caller, error::Error, read_jobs, transition::Mover};
use soca_domain::{Job, JobId, Timestamp, job_state::Event};

/// Keeps one of the caller's waiting jobs from starting.
///
/// # Errors
/// `JOB_NOT_FOUND`; `WRONG_STATE` or `JOB_ENDED` when it no longer waits.
pub async fn hold(mover: Mover<'_>, caller: &Caller, id: JobId, now: Timestamp) -> Result<Job, Error> {
    read_jobs::job(mover.store, caller, id).await?;
    mover.apply(id, Event::Hold, now).await.map(|(job, _)| job)
}

/// Lets a held job take its turn again, at its old place in the queue.
///
/// # Errors
/// As [`hold`].
pub async fn release(mover: Mover<'_>, caller: &Caller, id: JobId, now: Timestamp) -> Result<Job, Error> {
    read_jobs::job(mover.store, caller, id).await?;
    mover.apply(id, Event::Release, now).await.map(|(job, _)| job)
}
