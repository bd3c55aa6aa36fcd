//! The cases of the store's contract, by what they are about.

pub(crate) mod capacity;
pub(crate) mod commits;
pub(crate) mod compare;
pub(crate) mod endpoint;
pub(crate) mod jobs;
pub(crate) mod lease;
pub(crate) mod money;
pub(crate) mod offers;
pub(crate) mod pages;
pub(crate) mod production;
pub(crate) mod samples;
pub(crate) mod stacks;
pub(crate) mod steps;

use soca_app::ports::store::{Store, StoreError, Write};
use std::sync::Arc;

/// The store a case runs on.
pub(crate) type AnyStore = Arc<dyn Store>;

/// Commits, and expects it to succeed.
#[track_caller]
pub(crate) fn done(result: Result<(), StoreError>) {
    if let Err(error) = result {
        panic!("not committed: {error:?}");
    }
}

/// Expects a conflict at this write.
#[track_caller]
pub(crate) fn conflict(result: Result<(), StoreError>, expected: usize) {
    match result {
        Err(StoreError::Conflict { index }) if index == expected => {}
        other => panic!("expected a conflict at write {expected}, got {other:?}"),
    }
}

/// Commits one write.
pub(crate) async fn commit(store: &AnyStore, write: Write) -> Result<(), StoreError> {
    store.commit(vec![write]).await
}
