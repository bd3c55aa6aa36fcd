//! Commits: all or nothing, the loser named, keys remembered.

use super::{
    AnyStore, commit, conflict, done,
    samples::{job, node, policy, provisioning, queue, request, stack},
};
use soca_app::ports::{StoreError, Write};
use soca_domain::{
    Attempt, JobId, StackId,
    limit::{CounterScope, Need},
    queue::QueuePolicy,
};

pub(crate) async fn an_empty_commit_does_nothing(store: AnyStore) {
    done(store.commit(vec![]).await);
}

/// The start of a job, whose queue turns out to be full (P4).
pub(crate) async fn a_failing_last_write_leaves_nothing(store: AnyStore) {
    done(commit(&store, Write::CreateJob(job(JobId(1)))).await);
    let was = store.job(JobId(1)).await.unwrap().unwrap();
    let full = policy("normal", Some(0), None);
    let start = vec![
        Write::UpdateJob { was: Box::new(was.clone()), now: Box::new(provisioning(was.clone())) },
        Write::CreateStack(stack(StackId::of(JobId(1), Attempt(1)))),
        take(&full),
    ];
    conflict(store.commit(start).await, 2);
    assert_eq!(store.job(JobId(1)).await.unwrap(), Some(was.clone()));
    assert_eq!(store.queue_heads(&queue("normal"), 9, 9).await.unwrap(), [was]);
    assert_eq!(store.live_stacks().await.unwrap(), []);
    assert_eq!(store.stack(&StackId::of(JobId(1), Attempt(1))).await.unwrap(), None);
    assert_eq!(store.usage(&CounterScope::Queue(queue("normal"))).await.unwrap().jobs, 0);
}

/// Writes of several rows must not shift the index.
pub(crate) async fn the_first_failing_write_is_named(store: AnyStore) {
    done(commit(&store, Write::CreateJob(job(JobId(3)))).await);
    let taken = || Write::CreateJob(job(JobId(3)));
    let fresh = |id| Write::CreateJob(job(JobId(id)));
    conflict(store.commit(vec![fresh(1), fresh(2), taken()]).await, 2);
    let missing = Write::UpdateStack(stack(StackId::of(JobId(9), Attempt(1))));
    conflict(store.commit(vec![fresh(1), taken(), missing]).await, 1);
    assert_eq!(store.job(JobId(1)).await.unwrap(), None);
}

pub(crate) async fn two_writes_of_one_row_are_refused(store: AnyStore) {
    let take = || take(&policy("normal", None, None));
    let refused = store.commit(vec![take(), take()]).await;
    assert!(matches!(refused, Err(StoreError::Unavailable(_))), "{refused:?}");
    assert_eq!(store.usage(&CounterScope::Queue(queue("normal"))).await.unwrap().jobs, 0);
}

fn enrolments(count: u32) -> Vec<Write> {
    let id = StackId::of(JobId(1), Attempt(1));
    (0..count).map(|n| Write::CreateNode(node(id.clone(), &format!("i-{n:04x}"), n))).collect()
}

pub(crate) async fn more_than_twenty_writes_are_refused(store: AnyStore) {
    let refused = store.commit(enrolments(21)).await;
    assert!(matches!(refused, Err(StoreError::Unavailable(_))), "{refused:?}");
    assert_eq!(store.nodes(&StackId::of(JobId(1), Attempt(1))).await.unwrap(), []);
}

pub(crate) async fn twenty_writes_are_committed(store: AnyStore) {
    done(store.commit(enrolments(20)).await);
    assert_eq!(store.nodes(&StackId::of(JobId(1), Attempt(1))).await.unwrap().len(), 20);
}

pub(crate) async fn a_key_is_remembered_once_for_its_owner_p6(store: AnyStore) {
    let (alice, bob) = ("alice".parse().unwrap(), "bob".parse().unwrap());
    assert_eq!(store.remembered(&alice, "k/1").await.unwrap(), None);
    done(commit(&store, Write::RememberRequest(request("alice", "k/1", JobId(1)))).await);
    conflict(commit(&store, Write::RememberRequest(request("alice", "k/1", JobId(2)))).await, 0);
    done(commit(&store, Write::RememberRequest(request("alice", "K/1", JobId(3)))).await);
    done(commit(&store, Write::RememberRequest(request("bob", "k/1", JobId(4)))).await);
    assert_eq!(store.remembered(&alice, "k/1").await.unwrap(), Some(request("alice", "k/1", JobId(1))));
    assert_eq!(store.remembered(&bob, "k/1").await.unwrap(), Some(request("bob", "k/1", JobId(4))));
}

pub(crate) async fn of_many_submits_with_one_key_one_wins_p6(store: AnyStore) {
    let submits = (1..=16).map(|id| {
        let store = store.clone();
        let writes =
            vec![Write::CreateJob(job(JobId(id))), Write::RememberRequest(request("alice", "k", JobId(id)))];
        tokio::spawn(async move { (id, store.commit(writes).await) })
    });
    let mut won = vec![];
    for submit in submits.collect::<Vec<_>>() {
        match submit.await.unwrap() {
            (id, Ok(())) => won.push(JobId(id)),
            (_, result) => conflict(result, 1),
        }
    }
    let remembered = store.remembered(&"alice".parse().unwrap(), "k").await.unwrap().unwrap();
    assert_eq!(won, [remembered.job]);
    let waiting = store.queue_heads(&queue("normal"), 100, 100).await.unwrap();
    assert_eq!(waiting.iter().map(|j| j.id).collect::<Vec<_>>(), won);
}

fn take(policy: &QueuePolicy) -> Write {
    let need = Need { instances: 1, ..Need::default() };
    Write::TakeCapacity { scope: CounterScope::Queue(policy.name.clone()), limits: policy.limits, need }
}
