//! Stacks, nodes and queues.

use super::{
    AnyStore, commit, conflict, done,
    samples::{NOW, node, policy, stack},
};
use soca_app::ports::Write;
use soca_domain::{
    Attempt, InstanceId, JobId, StackId,
    node::{Node, NodeState},
    stack::{Stack, StackState},
};

fn id(job: u64) -> StackId {
    StackId::of(JobId(job), Attempt(1))
}

pub(crate) async fn a_stack_is_created_once_and_updated_by_version(store: AnyStore) {
    assert_eq!(store.stack(&id(1)).await.unwrap(), None);
    conflict(commit(&store, Write::UpdateStack(stack(id(1)))).await, 0);
    done(commit(&store, Write::CreateStack(stack(id(1)))).await);
    conflict(commit(&store, Write::CreateStack(stack(id(1)))).await, 0);
    let first = store.stack(&id(1)).await.unwrap().unwrap();
    assert_eq!(first, Stack { version: 1, ..stack(id(1)) });
    let ready = Stack { state: StackState::Ready { since: NOW }, ..first.clone() };
    done(commit(&store, Write::UpdateStack(ready.clone())).await);
    conflict(commit(&store, Write::UpdateStack(ready.clone())).await, 0);
    assert_eq!(store.stack(&id(1)).await.unwrap(), Some(Stack { version: 2, ..ready }));
}

pub(crate) async fn live_stacks_are_those_not_released(store: AnyStore) {
    for job in [10, 9, 2] {
        done(commit(&store, Write::CreateStack(stack(id(job)))).await);
    }
    let live = async || store.live_stacks().await.unwrap().iter().map(|s| s.job.0).collect::<Vec<_>>();
    assert_eq!(live().await, [2, 9, 10]);
    for state in [StackState::Releasing { since: NOW }, StackState::Released { at: NOW }] {
        assert_eq!(live().await, [2, 9, 10]);
        let was = store.stack(&id(9)).await.unwrap().unwrap();
        done(commit(&store, Write::UpdateStack(Stack { state, ..was })).await);
    }
    assert_eq!(live().await, [2, 10]);
    let released = store.stack(&id(9)).await.unwrap().unwrap();
    done(commit(&store, Write::UpdateStack(released)).await);
    assert_eq!(live().await, [2, 10]);
    conflict(commit(&store, Write::CreateStack(stack(id(9)))).await, 0);
    assert_eq!(live().await, [2, 10]);
}

pub(crate) async fn a_node_enrols_once(store: AnyStore) {
    let instance: InstanceId = "i-0a".parse().unwrap();
    assert_eq!(store.node(&id(1), &instance).await.unwrap(), None);
    conflict(commit(&store, Write::UpdateNode(node(id(1), "i-0a", 0))).await, 0);
    done(commit(&store, Write::CreateNode(node(id(1), "i-0a", 0))).await);
    conflict(commit(&store, Write::CreateNode(node(id(1), "i-0a", 1))).await, 0);
    done(commit(&store, Write::CreateNode(node(id(2), "i-0a", 0))).await);
    let first = store.node(&id(1), &instance).await.unwrap().unwrap();
    assert_eq!(first, Node { version: 1, ..node(id(1), "i-0a", 0) });
    let down = Node { state: NodeState::Down, sequence: 4, ..first };
    done(commit(&store, Write::UpdateNode(down.clone())).await);
    conflict(commit(&store, Write::UpdateNode(down.clone())).await, 0);
    assert_eq!(store.node(&id(1), &instance).await.unwrap(), Some(Node { version: 2, ..down }));
}

pub(crate) async fn nodes_come_by_index(store: AnyStore) {
    for (instance, index) in [("i-0c", 0), ("i-0a", 10), ("i-0b", 2)] {
        done(commit(&store, Write::CreateNode(node(id(1), instance, index))).await);
    }
    done(commit(&store, Write::CreateNode(node(id(11), "i-0d", 1))).await);
    let order: Vec<u32> = store.nodes(&id(1)).await.unwrap().iter().map(|n| n.index.0).collect();
    assert_eq!(order, [0, 2, 10]);
    assert_eq!(store.nodes(&id(7)).await.unwrap(), []);
}

pub(crate) async fn queues_are_created_once_and_listed_by_name(store: AnyStore) {
    assert_eq!(store.queues().await.unwrap(), []);
    for name in ["test", "Zeta", "normal", "normal-2"] {
        done(commit(&store, Write::CreateQueue(policy(name, Some(3), None))).await);
    }
    conflict(commit(&store, Write::CreateQueue(policy("test", None, None))).await, 0);
    let expected = ["Zeta", "normal", "normal-2", "test"].map(|name| policy(name, Some(3), None));
    assert_eq!(store.queues().await.unwrap(), expected);
}
