//! Listings of jobs in pages.

use super::{AnyStore, commit, done, samples::job};
use soca_app::ports::{Store, Write};
use soca_domain::{Job, JobId, UserName};

/// Submits a job under the next number.
async fn submit(store: &AnyStore, owner: &str) -> JobId {
    let id = store.allocate_job_ids(1).await.unwrap();
    done(commit(store, Write::CreateJob(Job { owner: owner.parse().unwrap(), ..job(id) })).await);
    id
}

/// Every page of a listing, as the numbers on it.
async fn pages(store: &dyn Store, owner: Option<&UserName>, limit: u32) -> Vec<Vec<u64>> {
    let (mut pages, mut from) = (vec![], None);
    loop {
        let page = store.jobs(owner, limit, from.as_deref()).await.unwrap();
        pages.push(page.items.iter().map(|j| j.id.0).collect());
        from = page.next;
        if from.is_none() {
            return pages;
        }
    }
}

pub(crate) async fn an_owners_jobs_come_newest_first_in_pages(store: AnyStore) {
    for owner in ["alice", "bob", "alice", "alice", "alice.b", "alice"] {
        submit(&store, owner).await;
    }
    let alice: UserName = "alice".parse().unwrap();
    assert_eq!(pages(&*store, Some(&alice), 2).await, [vec![6, 4], vec![3, 1]]);
    assert_eq!(pages(&*store, Some(&alice), 3).await, [vec![6, 4, 3], vec![1]]);
    assert_eq!(pages(&*store, Some(&alice), 100).await, [vec![6, 4, 3, 1]]);
    assert_eq!(pages(&*store, Some(&"carol".parse().unwrap()), 2).await, [vec![0; 0]]);
}

pub(crate) async fn everybodys_jobs_come_newest_first_in_pages(store: AnyStore) {
    assert_eq!(pages(&*store, None, 2).await, [vec![0; 0]]);
    for owner in ["alice", "bob", "carol", "alice", "bob"] {
        submit(&store, owner).await;
    }
    assert_eq!(pages(&*store, None, 2).await, [vec![5, 4], vec![3, 2], vec![1]]);
    assert_eq!(pages(&*store, None, 5).await, [vec![5, 4, 3, 2, 1]]);
    assert_eq!(pages(&*store, None, 100).await, [vec![5, 4, 3, 2, 1]]);
}

/// A number that is given may never become a job; a page looks at a thousand of them.
pub(crate) async fn numbers_without_a_job_are_skipped(store: AnyStore) {
    submit(&store, "alice").await;
    store.allocate_job_ids(30).await.unwrap();
    submit(&store, "alice").await;
    assert_eq!(pages(&*store, None, 1).await, [vec![32], vec![1]]);
    store.allocate_job_ids(1_500).await.unwrap();
    submit(&store, "bob").await;
    assert_eq!(pages(&*store, None, 10).await, [vec![1533], vec![32, 1]]);
    assert_eq!(pages(&*store, None, 1).await, [vec![1533], vec![], vec![32], vec![1]]);
}

pub(crate) async fn a_made_up_place_is_an_empty_page(store: AnyStore) {
    submit(&store, "alice").await;
    let alice: UserName = "alice".parse().unwrap();
    for owner in [None, Some(&alice)] {
        for made_up in ["", "x", "-1", "0"] {
            let page = store.jobs(owner, 5, Some(made_up)).await.unwrap();
            assert!(page.items.is_empty() && page.next.is_none(), "{made_up}");
        }
        let beyond = store.jobs(owner, 5, Some("999999")).await.unwrap();
        assert_eq!(beyond.items.len(), 1);
        let before_all = store.jobs(owner, 5, Some("1")).await.unwrap();
        assert!(before_all.items.is_empty() && before_all.next.is_none());
    }
}
