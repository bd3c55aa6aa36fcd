//! The memory of pools that ran dry: noted when an attempt is torn down, read when the next ones are decided.
//!
//! It orders what is tried and nothing else, so that losing a note costs an attempt at most.

use crate::{
    error::Error,
    ports::{Store, Write},
};
use soca_domain::{
    Job, StackId, Timestamp,
    ladder::dry_pools,
    pool::{CapacityPool, DRY_FOR, DryPool},
    price::InstanceUse,
};
use std::collections::BTreeSet;

/// Writes that one commit may have.
const MOST_WRITES: usize = 20;

/// The pools that are dry now, as far as is known.
pub(crate) async fn known(store: &dyn Store, now: Timestamp) -> Result<BTreeSet<CapacityPool>, Error> {
    let all = store.dry_pools().await?;
    Ok(all.into_iter().filter(|dry| dry.until > now).map(|dry| dry.pool).collect())
}

/// Notes what an attempt found dry, if it did. `usage` is what was launched for it.
pub(crate) async fn note(
    store: &dyn Store,
    job: &Job,
    stack: &StackId,
    usage: &[InstanceUse],
    now: Timestamp,
) -> Result<(), Error> {
    let Some(attempt) = job.attempts.iter().find(|a| a.stack == *stack) else { return Ok(()) };
    let mut attempt = attempt.clone();
    attempt.instance_type = usage.first().map(|used| used.instance_type.clone());
    let until = now.plus(DRY_FOR);
    let dry = dry_pools(&job.launch, &attempt).into_iter().map(|pool| DryPool { pool, until });
    let dry: Vec<DryPool> = dry.collect();
    for part in dry.chunks(MOST_WRITES) {
        store.commit(part.iter().cloned().map(Write::NoteDry).collect()).await?;
    }
    for DryPool { pool, .. } in dry {
        tracing::info!(job.id = %job.id, %pool, "pool ran dry");
    }
    Ok(())
}
