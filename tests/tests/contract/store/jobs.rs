//! Jobs: numbers, versions, and the waiting lists.

use super::{
    AnyStore, commit, conflict, done,
    samples::{held, job, provisioning, queue, queued},
};
use soca_app::ports::Write;
use soca_domain::{Job, JobId, job::ScriptRef};

fn update(was: &Job, now: Job) -> Write {
    Write::UpdateJob { was: Box::new(was.clone()), now: Box::new(now) }
}

/// Submits a job as it is and reads it back.
async fn submit(store: &AnyStore, job: Job) -> Job {
    let id = job.id;
    done(commit(store, Write::CreateJob(job)).await);
    store.job(id).await.unwrap().expect("the job was created")
}

/// Writes the job as `now` and reads it back.
async fn change(store: &AnyStore, was: &Job, now: Job) -> Job {
    done(commit(store, update(was, now)).await);
    store.job(was.id).await.unwrap().expect("the job exists")
}

async fn queued_ids(store: &AnyStore) -> Vec<u64> {
    store.queue_heads(&queue("normal"), 100, 100).await.unwrap().iter().map(|j| j.id.0).collect()
}

async fn held_ids(store: &AnyStore) -> Vec<u64> {
    store.held_jobs(&queue("normal"), 100).await.unwrap().iter().map(|j| j.id.0).collect()
}

pub(crate) async fn ids_are_consecutive_and_never_given_twice(store: AnyStore) {
    assert_eq!(store.allocate_job_ids(1).await.unwrap(), JobId(1));
    assert_eq!(store.allocate_job_ids(5).await.unwrap(), JobId(2));
    assert_eq!(store.allocate_job_ids(1).await.unwrap(), JobId(7));
    let tasks: Vec<_> = (0..16)
        .map(|_| {
            tokio::spawn({
                let s = store.clone();
                async move { s.allocate_job_ids(3).await.unwrap() }
            })
        })
        .collect();
    let mut firsts = vec![];
    for task in tasks {
        firsts.push(task.await.unwrap().0);
    }
    firsts.sort_unstable();
    assert_eq!(firsts, (0..16).map(|n| 8 + 3 * n).collect::<Vec<u64>>());
}

pub(crate) async fn a_job_is_read_as_written_with_its_next_version(store: AnyStore) {
    assert_eq!(store.job(JobId(1)).await.unwrap(), None);
    let first = submit(&store, job(JobId(1))).await;
    assert_eq!(first, Job { version: 1, ..job(JobId(1)) });
    let second = change(&store, &first, provisioning(first.clone())).await;
    assert_eq!(second, Job { version: 2, ..provisioning(job(JobId(1))) });
}

pub(crate) async fn a_job_id_is_taken_once(store: AnyStore) {
    let first = submit(&store, job(JobId(1))).await;
    conflict(commit(&store, Write::CreateJob(held(job(JobId(1))))).await, 0);
    assert_eq!(store.job(JobId(1)).await.unwrap(), Some(first));
    assert_eq!(held_ids(&store).await, [0; 0]);
}

pub(crate) async fn of_two_updates_of_one_version_one_wins(store: AnyStore) {
    let first = submit(&store, job(JobId(1))).await;
    let second = change(&store, &first, provisioning(first.clone())).await;
    conflict(commit(&store, update(&first, held(first.clone()))).await, 0);
    assert_eq!(store.job(JobId(1)).await.unwrap(), Some(second.clone()));
    assert_eq!((queued_ids(&store).await, held_ids(&store).await), (vec![], vec![]));
    // Neither list is touched: a single row, which must be conditional as well.
    let third =
        change(&store, &second, Job { project: Some("wing".parse().unwrap()), ..second.clone() }).await;
    assert_eq!(third.version, 3);
    conflict(commit(&store, update(&second, second.clone())).await, 0);
}

pub(crate) async fn an_update_of_a_missing_job_conflicts(store: AnyStore) {
    conflict(commit(&store, update(&job(JobId(9)), job(JobId(9)))).await, 0);
    assert_eq!(store.job(JobId(9)).await.unwrap(), None);
}

pub(crate) async fn queues_are_read_in_order_of_submission(store: AnyStore) {
    for (id, submitted) in [(1, 30), (2, 10), (3, 20), (11, 20)] {
        let submitted_at = soca_domain::Timestamp(submitted * 1_000_000_000);
        submit(&store, Job { submitted_at, ..job(JobId(id)) }).await;
    }
    submit(&store, Job { queue: queue("test"), ..job(JobId(4)) }).await;
    assert_eq!(queued_ids(&store).await, [2, 3, 11, 1]);
    let head = store.queue_heads(&queue("normal"), 2, 2).await.unwrap();
    assert_eq!(head.iter().map(|j| j.id.0).collect::<Vec<_>>(), [2, 3]);
    assert_eq!(store.queue_heads(&queue("nowhere"), 5, 5).await.unwrap(), []);
    assert_eq!(store.queue_heads(&queue("normal"), 5, 0).await.unwrap(), []);
}

pub(crate) async fn a_requeued_job_has_its_old_place(store: AnyStore) {
    for id in 1..=3 {
        submit(&store, job(JobId(id))).await;
    }
    let was = store.job(JobId(2)).await.unwrap().unwrap();
    let placed = change(&store, &was, provisioning(was.clone())).await;
    assert_eq!(queued_ids(&store).await, [1, 3]);
    change(&store, &placed, queued(placed.clone())).await;
    assert_eq!(queued_ids(&store).await, [1, 2, 3]);
}

/// Places that jobs left behind would use up the limit, and the queue would stand still.
pub(crate) async fn jobs_that_left_do_not_hide_the_next(store: AnyStore) {
    for id in 1..=3 {
        let was = submit(&store, if id < 3 { job(JobId(id)) } else { held(job(JobId(id))) }).await;
        if id != 2 {
            change(&store, &was, provisioning(was.clone())).await;
        }
    }
    submit(&store, held(job(JobId(4)))).await;
    let head = store.queue_heads(&queue("normal"), 1, 1).await.unwrap();
    assert_eq!(head.iter().map(|j| j.id.0).collect::<Vec<_>>(), [2]);
    let head = store.held_jobs(&queue("normal"), 1).await.unwrap();
    assert_eq!(head.iter().map(|j| j.id.0).collect::<Vec<_>>(), [4]);
}

pub(crate) async fn held_and_released_jobs_change_lists(store: AnyStore) {
    submit(&store, job(JobId(1))).await;
    let second = submit(&store, held(job(JobId(2)))).await;
    assert_eq!((queued_ids(&store).await, held_ids(&store).await), (vec![1], vec![2]));
    let released = change(&store, &second, queued(second.clone())).await;
    assert_eq!((queued_ids(&store).await, held_ids(&store).await), (vec![1, 2], vec![]));
    change(&store, &released, held(released.clone())).await;
    assert_eq!((queued_ids(&store).await, held_ids(&store).await), (vec![1], vec![2]));
    // An update that leaves the job where it is must leave its place too.
    let first = store.job(JobId(1)).await.unwrap().unwrap();
    change(&store, &first, queued(first.clone())).await;
    assert_eq!(queued_ids(&store).await, [1]);
}

pub(crate) async fn a_job_that_changes_queue_changes_lists(store: AnyStore) {
    let was = submit(&store, job(JobId(1))).await;
    let moved = change(&store, &was, Job { queue: queue("test"), ..was.clone() }).await;
    assert_eq!(queued_ids(&store).await, [0; 0]);
    assert_eq!(store.queue_heads(&queue("test"), 5, 5).await.unwrap(), [moved]);
}

/// More than the 100 rows of one batch.
pub(crate) async fn large_jobs_are_listed_whole(store: AnyStore) {
    let mut large = job(JobId(1));
    large.run.script = ScriptRef::Inline("x".repeat(60 * 1024));
    for id in 1..=110 {
        let job = Job {
            id: JobId(id),
            submitted_at: soca_domain::Timestamp(i64::try_from(id).unwrap()),
            ..large.clone()
        };
        done(commit(&store, Write::CreateJob(job)).await);
    }
    let all = store.queue_heads(&queue("normal"), 200, 200).await.unwrap();
    assert_eq!(all.iter().map(|j| j.id.0).collect::<Vec<_>>(), (1..=110).collect::<Vec<_>>());
    assert!(all.iter().all(|j| j.run == large.run));
}

/// Nobody's backlog hides the others' jobs, and each one's most urgent jobs come first.
pub(crate) async fn heads_have_the_first_jobs_of_each_owner(store: AnyStore) {
    let of = |id: u64, owner: &str, priority: i32| Job {
        owner: owner.parse().unwrap(),
        priority,
        ..job(JobId(id))
    };
    let many = (1..=9).map(|id| of(id, "alice", 0));
    let few = [of(10, "al", 0), of(11, "bob", 0), of(12, "bob", 5), of(13, "bob", -5), of(14, "carol", 0)];
    for job in many.chain(few) {
        commit(&store, Write::CreateJob(job)).await.unwrap();
    }
    let heads = async |per_owner, most| -> Vec<u64> {
        let jobs = store.queue_heads(&queue("normal"), per_owner, most).await.unwrap();
        jobs.iter().map(|job| job.id.0).collect()
    };
    assert_eq!(heads(2, 100).await, [1, 2, 10, 11, 12, 14]);
    assert_eq!(heads(1, 100).await, [1, 10, 12, 14]);
    assert_eq!(heads(3, 100).await, [1, 2, 3, 10, 11, 12, 13, 14]);
    assert_eq!(heads(9, 100).await.len(), 14);
    // Too many: each owner's first job comes before anybody's second.
    assert_eq!(heads(2, 4).await, [1, 10, 12, 14]);
    assert_eq!(heads(9, 5).await, [1, 2, 10, 12, 14]);
}
