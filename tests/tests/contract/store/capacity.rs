//! Queue counters: limits hold under every race (P4).

use super::{
    AnyStore, commit, conflict, done,
    samples::{policy, queue},
};
use soca_app::ports::{StoreError, Write};
use soca_domain::queue::{QueuePolicy, QueueUsage};

fn take(policy: &QueuePolicy, nodes: u32) -> Write {
    Write::TakeCapacity { policy: policy.clone(), nodes }
}

fn give(nodes: u32) -> Write {
    Write::GiveCapacity { queue: queue("normal"), nodes }
}

async fn usage(store: &AnyStore) -> (u32, u32) {
    let QueueUsage { jobs, instances } = store.usage(&queue("normal")).await.unwrap();
    (jobs, instances)
}

/// Sixteen tasks take as much as they get; the tasks' grants and the counters must both be the limit.
pub(crate) async fn limits_are_never_passed_by_sixteen_tasks_p4(store: AnyStore) {
    let limits = policy("normal", Some(10), Some(100));
    let tasks: Vec<_> = (0..16)
        .map(|_| {
            let (store, write) = (store.clone(), take(&limits, 3));
            tokio::spawn(async move {
                let mut granted = 0;
                loop {
                    match commit(&store, write.clone()).await {
                        Ok(()) => granted += 1,
                        Err(StoreError::Conflict { index: 0 }) => return granted,
                        Err(StoreError::Unavailable(_)) => {}
                        Err(other) => panic!("{other:?}"),
                    }
                }
            })
        })
        .collect();
    let mut granted = 0;
    for task in tasks {
        granted += task.await.unwrap();
    }
    assert_eq!((granted, usage(&store).await), (10, (10, 30)));
}

pub(crate) async fn instances_are_limited_as_jobs_are_p4(store: AnyStore) {
    let limits = policy("normal", None, Some(5));
    conflict(commit(&store, take(&limits, 6)).await, 0);
    done(commit(&store, take(&limits, 3)).await);
    conflict(commit(&store, take(&limits, 3)).await, 0);
    conflict(commit(&store, take(&limits, 6)).await, 0);
    done(commit(&store, take(&limits, 2)).await);
    assert_eq!(usage(&store).await, (2, 5));
    let closed = policy("normal", Some(0), None);
    conflict(commit(&store, take(&closed, 1)).await, 0);
    let lowered = policy("normal", Some(1), None);
    conflict(commit(&store, take(&lowered, 1)).await, 0);
}

pub(crate) async fn a_queue_without_limits_counts_all_the_same(store: AnyStore) {
    assert_eq!(usage(&store).await, (0, 0));
    for nodes in [1, 4] {
        done(commit(&store, take(&policy("normal", None, None), nodes)).await);
    }
    done(commit(&store, take(&policy("test", None, None), 7)).await);
    assert_eq!(usage(&store).await, (2, 5));
}

pub(crate) async fn counters_never_fall_below_zero(store: AnyStore) {
    conflict(commit(&store, give(1)).await, 0);
    done(commit(&store, take(&policy("normal", None, None), 2)).await);
    conflict(commit(&store, give(3)).await, 0);
    done(commit(&store, give(2)).await);
    conflict(commit(&store, give(0)).await, 0);
    assert_eq!(usage(&store).await, (0, 0));
}

pub(crate) async fn counters_are_corrected_only_as_read(store: AnyStore) {
    let correct = |was, now| {
        let of = |(jobs, instances)| QueueUsage { jobs, instances };
        Write::CorrectCapacity { queue: queue("normal"), was: of(was), now: of(now) }
    };
    conflict(commit(&store, correct((1, 1), (2, 2))).await, 0);
    done(commit(&store, correct((0, 0), (3, 7))).await);
    conflict(commit(&store, correct((0, 0), (1, 1))).await, 0);
    conflict(commit(&store, correct((3, 6), (1, 1))).await, 0);
    done(commit(&store, correct((3, 7), (0, 0))).await);
    done(commit(&store, correct((0, 0), (1, 1))).await);
    done(commit(&store, take(&policy("normal", Some(2), Some(2)), 1)).await);
    assert_eq!(usage(&store).await, (2, 2));
}
