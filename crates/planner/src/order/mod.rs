//! The order in which a pass looks at jobs.
//!
//! 1. Jobs that have waited for [`Policy::promote_after`](crate::Policy), oldest first.
//! 2. Of the others, those of the queue with the highest priority; among equal queues the one whose next job is oldest.
//! 3. Within a queue by the jobs' priority, then by the queue's rule: age, or fair share, then age.

mod fair_share;
mod fifo;
mod soca;
mod streams;

use crate::snapshot::{OwnerIndex, ProjectIndex, Snapshot};
use soca_domain::{JobId, Timestamp, queue::QueueOrder};
use std::{
    cmp::Reverse,
    collections::{BinaryHeap, binary_heap::PeekMut},
};

/// A job's place in [`Snapshot::waiting`].
pub(crate) type Index = u32;

/// What the order depends on, copied once while the jobs are walked in memory order: jobs are taken in any other order,
/// and fetching each from far away would cost more than all else.
#[derive(Clone, Copy, Debug)]
struct Item {
    index: Index,
    priority: i32,
    owner: OwnerIndex,
    project: ProjectIndex,
    submitted_at: Timestamp,
    id: JobId,
    charge: u64,
}

impl Item {
    fn of(snapshot: &Snapshot, index: Index) -> Item {
        let job = &snapshot.waiting[index as usize];
        Item {
            index,
            priority: job.priority,
            owner: job.owner,
            project: job.project,
            submitted_at: job.submitted_at,
            id: job.id,
            charge: job.charge,
        }
    }

    fn age(&self) -> (Timestamp, JobId) {
        (self.submitted_at, self.id)
    }
}

/// A queue's next job, the best queue first: its priority, the job's age, which queue, which job.
type Head = (i32, Reverse<(Timestamp, JobId)>, usize, Index);

/// One queue's jobs, the next one first.
trait InOrder {
    /// The job that comes next; it stays until it is taken.
    fn next(&self) -> Option<Item>;
    /// Takes it.
    fn take(&mut self);
}

/// All of these jobs in the order in which to look at them. `ready` are places in the snapshot's list, ascending.
pub(crate) fn order(snapshot: &Snapshot, ready: &[Index]) -> Vec<Index> {
    let mut ordered = Vec::with_capacity(ready.len());
    let mut queues: Vec<Box<dyn InOrder + '_>> = by_queue(snapshot, ready, &mut ordered)
        .into_iter()
        .zip(&snapshot.queues)
        .map(|(jobs, queue)| -> Box<dyn InOrder + '_> {
            match queue.order {
                QueueOrder::Fifo => Box::new(fifo::Fifo::new(jobs)),
                QueueOrder::Fairshare => Box::new(fair_share::FairShare::new(snapshot, &jobs)),
                QueueOrder::FairshareSoca => Box::new(soca::Soca::new(snapshot, &jobs)),
            }
        })
        .collect();
    let key = |at: usize, next: &Item| (snapshot.queues[at].priority, Reverse(next.age()), at, next.index);
    let mut heads: BinaryHeap<Head> =
        queues.iter().enumerate().filter_map(|(at, queue)| Some(key(at, &queue.next()?))).collect();
    while let Some(mut head) = heads.peek_mut() {
        let queue = &mut queues[head.2];
        ordered.push(head.3);
        queue.take();
        match queue.next() {
            Some(next) => *head = key(head.2, &next),
            None => drop(PeekMut::pop(head)),
        }
    }
    ordered
}

/// Each queue's jobs in the order of submission; those that have waited too long go straight into the result.
fn by_queue(snapshot: &Snapshot, ready: &[Index], promoted: &mut Vec<Index>) -> Vec<Vec<Item>> {
    let longest = i64::try_from(snapshot.policy.promote_after.as_millis()).unwrap_or(i64::MAX);
    let promoted_since = snapshot.now.0.saturating_sub(longest);
    let mut old = Vec::new();
    let mut sizes = vec![0; snapshot.queues.len()];
    for index in ready {
        sizes[usize::from(snapshot.waiting[*index as usize].queue)] += 1;
    }
    let mut lists: Vec<Vec<Item>> = sizes.into_iter().map(Vec::with_capacity).collect();
    for index in ready {
        let item = Item::of(snapshot, *index);
        let job = &snapshot.waiting[*index as usize];
        if job.waiting_since.0 <= promoted_since {
            old.push(item);
        } else {
            lists[usize::from(job.queue)].push(item);
        }
    }
    old.sort_unstable_by_key(Item::age);
    promoted.extend(old.iter().map(|item| item.index));
    lists
}

/// Puts jobs that are in the order of submission into that of priority, then submission.
fn by_priority(jobs: &mut [Item]) {
    if jobs.windows(2).any(|pair| pair[0].priority < pair[1].priority) {
        jobs.sort_by_key(|item| Reverse(item.priority));
    }
}
