//! Ends a job: at once while it waits, through its stack or its agent when it has capacity.

use crate::{Caller, error::Error, read_jobs, transition::Mover};
use soca_domain::{Job, JobId, Timestamp, job_state::Event};

/// Asks for the end of one of the caller's jobs. Asking again changes nothing.
///
/// # Errors
/// `JOB_NOT_FOUND`; `JOB_ENDED` when nothing is left to end.
pub async fn cancel(mover: Mover<'_>, caller: &Caller, id: JobId, now: Timestamp) -> Result<Job, Error> {
    read_jobs::job(mover.store, caller, id).await?;
    let event = Event::Cancel { by: caller.user.clone() };
    mover.apply(id, event, now).await.map(|(job, _)| job)
}
