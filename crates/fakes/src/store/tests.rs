//! The faults: each kind does what it says, and everything is counted.

use super::{Fault, MemoryStore, Operation};
use soca_app::ports::{Store, StoreError, Write};
use soca_domain::queue::initial_queues;

fn create() -> Vec<Write> {
    vec![Write::CreateQueue(initial_queues(1, 1).remove(0))]
}

fn lost<T>(result: &Result<T, StoreError>) -> bool {
    matches!(result, Err(StoreError::Unavailable(_)))
}

/// What a commit answers under a fault, and how many queues there are afterwards.
async fn commit_under(fault: Fault) -> (Result<(), StoreError>, usize) {
    let store = MemoryStore::new();
    store.on_each(
        move |operation| if matches!(operation, Operation::Commit(_)) { fault } else { Fault::None },
    );
    let result = store.commit(create()).await;
    (result, store.queues().await.unwrap().len())
}

#[tokio::test]
async fn a_lost_request_does_nothing_and_a_lost_reply_hides_what_was_done() {
    let (result, queues) = commit_under(Fault::UnavailableBefore).await;
    assert!(lost(&result) && queues == 0);
    let (result, queues) = commit_under(Fault::UnavailableAfter).await;
    assert!(lost(&result) && queues == 1);
    let (result, queues) = commit_under(Fault::Conflict).await;
    assert!(matches!(result, Err(StoreError::Conflict { index: 0 })) && queues == 0);
    let (result, queues) = commit_under(Fault::None).await;
    assert!(result.is_ok() && queues == 1);
}

#[tokio::test]
async fn a_lost_reply_hides_a_conflict_too() {
    let store = MemoryStore::new();
    store.commit(create()).await.unwrap();
    store.on_each(|_| Fault::UnavailableAfter);
    assert!(lost(&store.commit(create()).await));
    store.on_none();
    assert!(matches!(store.commit(create()).await, Err(StoreError::Conflict { index: 0 })));
}

#[tokio::test]
async fn the_next_operations_fail_and_then_no_more() {
    let store = MemoryStore::new();
    store.fail_next(2);
    assert!(lost(&store.allocate_job_ids(1).await));
    assert!(lost(&store.queues().await));
    assert_eq!(store.allocate_job_ids(1).await.unwrap().0, 1);
}

#[tokio::test]
async fn operations_are_counted_with_the_failed_ones() {
    let store = MemoryStore::new();
    store.fail_next(1);
    assert!(lost(&store.commit(create()).await));
    store.commit(create()).await.unwrap();
    store.queues().await.unwrap();
    let counts: Vec<_> = store.counts().into_iter().collect();
    assert_eq!((counts, store.writes()), (vec![("commit", 2), ("queues", 1)], 2));
}
