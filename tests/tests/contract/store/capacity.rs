//! Queue counters: limits hold under every race (P4).

use super::{
    AnyStore, commit, conflict, done,
    samples::{policy, queue},
};
use soca_app::ports::store::Spending;
use soca_app::ports::{StoreError, Write};
use soca_domain::{
    MicroUsd,
    limit::{CounterScope, Limits, Need, Usage},
    queue::QueuePolicy,
};

fn need(nodes: u32) -> Need {
    Need { instances: nodes, ..Need::default() }
}

fn of_queue(name: &str) -> CounterScope {
    CounterScope::Queue(queue(name))
}

fn take(policy: &QueuePolicy, nodes: u32) -> Write {
    Write::TakeCapacity {
        scope: CounterScope::Queue(policy.name.clone()),
        limits: policy.limits,
        need: need(nodes),
    }
}

fn give(nodes: u32) -> Write {
    Write::GiveCapacity { scope: of_queue("normal"), need: need(nodes) }
}

async fn usage(store: &AnyStore) -> (u64, u64) {
    let Usage { jobs, instances, .. } = store.usage(&of_queue("normal")).await.unwrap();
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

pub(crate) async fn every_measure_is_limited_p4(store: AnyStore) {
    let need = Need { instances: 2, vcpus: 8, hourly_cost: MicroUsd(170_000) };
    let scope = of_queue("normal");
    let under = |limits| Write::TakeCapacity { scope: scope.clone(), limits, need };
    let limits = [
        Limits { vcpus: Some(15), ..Limits::default() },
        Limits { hourly_cost: Some(MicroUsd(339_999)), ..Limits::default() },
    ];
    done(commit(&store, under(Limits::default())).await);
    for limits in limits {
        conflict(commit(&store, under(limits)).await, 0);
    }
    let enough = Limits { vcpus: Some(16), hourly_cost: Some(MicroUsd(340_000)), ..Limits::default() };
    done(commit(&store, under(enough)).await);
    let both = Usage { jobs: 2, instances: 4, vcpus: 16, hourly_cost: 340_000 };
    assert_eq!(store.usage(&scope).await.unwrap(), both);
    for _ in 0..2 {
        done(commit(&store, Write::GiveCapacity { scope: scope.clone(), need }).await);
    }
    assert_eq!(store.usage(&scope).await.unwrap(), Usage::default());
}

pub(crate) async fn scopes_of_one_queue_are_counted_apart_and_together_p4(store: AnyStore) {
    let (q, one) = (|| queue("normal"), Limits { jobs: Some(1), ..Limits::default() });
    let scopes = [
        of_queue("normal"),
        CounterScope::User(q(), "alice".parse().unwrap()),
        CounterScope::Group(q(), "alice".parse().unwrap()),
        CounterScope::Project(q(), "alice".parse().unwrap()),
    ];
    let take = |limits: Limits| {
        let scope =
            |scope: &CounterScope| Write::TakeCapacity { scope: scope.clone(), limits, need: need(1) };
        scopes.iter().map(scope).collect::<Vec<_>>()
    };
    store.commit(take(one)).await.unwrap();
    for scope in &scopes {
        assert_eq!(store.usage(scope).await.unwrap().jobs, 1, "{scope:?}");
    }
    // One that is over its limit keeps all from being counted.
    let mut second = take(Limits::default());
    if let Some(Write::TakeCapacity { limits, .. }) = second.get_mut(2) {
        *limits = one;
    }
    assert!(matches!(store.commit(second).await, Err(StoreError::Conflict { index: 2 })));
    for scope in &scopes {
        assert_eq!(store.usage(scope).await.unwrap().jobs, 1, "{scope:?}");
    }
}

pub(crate) async fn spending_is_summed_by_day(store: AnyStore) {
    let (owner, wing) = ("alice".parse().unwrap(), Some("wing".parse().unwrap()));
    let spend = |day, cost| {
        let cost = MicroUsd(cost);
        Write::Spend(Spending { project: wing.clone(), owner: "alice".parse().unwrap(), day, cost })
    };
    for (day, cost) in [(20_001, 5), (20_000, 1), (20_001, 7), (19_000, 3)] {
        done(commit(&store, spend(day, cost)).await);
    }
    let seen = store.spending(wing.as_ref(), &owner, 20_000).await.unwrap();
    assert_eq!(seen, [(20_000, MicroUsd(1)), (20_001, MicroUsd(12))]);
    assert_eq!(store.spending(None, &owner, 0).await.unwrap(), []);
    assert_eq!(store.spending(wing.as_ref(), &"alic".parse().unwrap(), 0).await.unwrap(), []);
}
