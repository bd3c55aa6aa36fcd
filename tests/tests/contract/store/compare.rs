//! The same random steps on two stores: the same answers and, at the end, the same rows.

use super::{
    AnyStore,
    endpoint::Table,
    samples::{output, queue},
    steps::{JOBS, QUEUES, Step, counter, owners, run, stack_id, write},
};
use soca_domain::{JobId, UserName};
use soca_fakes::store::MemoryStore;
use std::sync::Arc;

/// Runs the steps on the table in memory and on DynamoDB.
pub(crate) async fn both_stores_agree(steps: Vec<Step>) {
    let table = Table::create().await;
    let memory: AnyStore = Arc::new(MemoryStore::new());
    let dynamo: AnyStore = Arc::new(table.store());
    let mut wishes = (0, 0);
    for step in &steps {
        let writes = match step {
            Step::Commit(ops) => {
                let mut writes = vec![];
                for op in ops {
                    writes.push(write(op, &memory).await);
                }
                writes
            }
            Step::Allocate(_) | Step::Begin { .. } | Step::End { .. } => vec![],
        };
        let expected = run(step, &memory, &writes, &mut wishes.0).await;
        let answer = run(step, &dynamo, &writes, &mut wishes.1).await;
        assert_eq!(answer, expected, "{step:?}");
    }
    assert_eq!(everything(&dynamo).await, everything(&memory).await);
    table.drop().await;
}

/// All that the port can read, as text.
async fn everything(store: &AnyStore) -> Vec<String> {
    let mut all = vec![
        format!("{:?}", store.live_stacks().await.unwrap()),
        format!("{:?}", store.queues().await.unwrap()),
        listing(store, None).await,
    ];
    for owner in owners() {
        all.push(listing(store, Some(&owner)).await);
        for key in ["0", "1", "2"] {
            all.push(format!("{:?}", store.remembered(&owner, key).await.unwrap()));
        }
    }
    for name in QUEUES.map(queue) {
        all.push(format!("{:?}", store.queue_heads(&name, 2, 3).await.unwrap()));
        all.push(format!("{:?}", store.held_jobs(&name, 100).await.unwrap()));
    }
    for number in 0..QUEUES.len() {
        all.push(format!("{:?}", store.usage(&counter(number)).await.unwrap()));
    }
    for job in 1..=JOBS {
        all.push(format!("{:?}", store.job(JobId(job)).await.unwrap()));
        all.push(format!("{:?}", store.stack(&stack_id(job)).await.unwrap()));
        all.push(format!("{:?}", store.nodes(&stack_id(job)).await.unwrap()));
        all.push(format!("{:?}", store.elements(JobId(job)).await.unwrap()));
        all.push(format!("{:?}", store.output(&output(JobId(job), 0).id).await.unwrap()));
    }
    all
}

/// A listing of jobs in pages of two.
async fn listing(store: &AnyStore, owner: Option<&UserName>) -> String {
    let (mut text, mut from) = (String::new(), None);
    loop {
        let page = store.jobs(owner, 2, from.as_deref()).await.unwrap();
        text += &format!("{page:?}\n");
        from = page.next;
        if from.is_none() {
            return text;
        }
    }
}
