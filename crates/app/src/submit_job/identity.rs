//! Idempotency keys: the same key and request again answer with the same job.

use super::{Submission, key_reused};
use crate::{
    error::Error,
    ports::{Store, store::RememberedRequest},
    secret,
};
use soca_domain::{Job, JobId, Timestamp};
use std::time::Duration;

/// How long a key is remembered.
const REMEMBERED: Duration = Duration::from_secs(24 * 3600);

/// The job that the submission's key has made before.
///
/// # Errors
/// `IDEMPOTENCY_MISMATCH` when the key stands for another request.
pub(super) async fn recall(store: &dyn Store, s: &Submission) -> Result<Option<Job>, Error> {
    let Some(key) = &s.idempotency_key else { return Ok(None) };
    let Some(known) = store.remembered(&s.caller.user, key).await? else { return Ok(None) };
    if known.fingerprint != fingerprint(s) {
        return Err(key_reused());
    }
    Ok(store.job(known.job).await?)
}

/// What to remember of the submission, if it has a key.
pub(super) fn remember(s: &Submission, job: JobId, now: Timestamp) -> Option<RememberedRequest> {
    s.idempotency_key.as_ref().map(|key| RememberedRequest {
        owner: s.caller.user.clone(),
        key: key.clone(),
        fingerprint: fingerprint(s),
        job,
        expires_at: now.plus(REMEMBERED),
    })
}

fn fingerprint(s: &Submission) -> String {
    // Debug output quotes every string, so that no two different requests run together.
    let parts = (&s.options, &s.workdir, &s.default_name, &s.submit_host, &s.environment);
    secret::hash(&format!("{}\n{parts:?}", secret::hash(&String::from_utf8_lossy(&s.script))))
}
