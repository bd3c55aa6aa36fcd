//! The order in which a pass looks at jobs.
//!
//! 1. Jobs that have waited for [`Policy::promote_after`](crate::Policy), oldest first.
//! 2. Of the others, those of the queue with the highest priority; among equal queues the one whose next job is oldest.
//! 3. Within a queue by the jobs' priority, then by the queue's rule: age, or fair share, then age.

mod fair_share;
mod fifo;
mod soca;
mod streams;

use crate::snapshot::{QueueIndex, Snapshot};
use soca_domain::{JobId, Timestamp, queue::QueueOrder};
use std::{cmp::Reverse, collections::BinaryHeap};

/// A job's place in [`Snapshot::waiting`].
pub(crate) type Index = u32;

/// One queue's jobs, the next one first.
trait InOrder {
    /// The job that comes next; it stays until it is taken.
    fn next(&self) -> Option<Index>;
    /// Takes it.
    fn take(&mut self);
}

/// All of these jobs in the order in which to look at them. `ready` are places in the snapshot's list, ascending.
pub(crate) fn order(snapshot: &Snapshot, ready: Vec<Index>) -> Vec<Index> {
    let jobs = &snapshot.waiting;
    let promoted_since =
        snapshot.now.0 - i64::try_from(snapshot.policy.promote_after.as_millis()).unwrap_or(i64::MAX);
    let age = |index: &Index| (jobs[*index as usize].submitted_at, jobs[*index as usize].id);
    let (mut ordered, ready): (Vec<Index>, Vec<Index>) =
        ready.into_iter().partition(|index| jobs[*index as usize].waiting_since.0 <= promoted_since);
    ordered.sort_unstable_by_key(age);
    ordered.reserve(ready.len());
    let mut queues: Vec<Box<dyn InOrder + '_>> = by_queue(snapshot, &ready)
        .into_iter()
        .zip(&snapshot.queues)
        .map(|(jobs, queue)| -> Box<dyn InOrder + '_> {
            match queue.order {
                QueueOrder::Fifo => Box::new(fifo::Fifo::new(snapshot, jobs)),
                QueueOrder::Fairshare => Box::new(fair_share::FairShare::new(snapshot, jobs)),
                QueueOrder::FairshareSoca => Box::new(soca::Soca::new(snapshot, jobs)),
            }
        })
        .collect();
    let key = |queue: usize, index: Index| {
        let (submitted, id) = age(&index);
        (snapshot.queues[queue].priority, Reverse((submitted, id)), queue)
    };
    let mut heads: BinaryHeap<(i32, Reverse<(Timestamp, JobId)>, usize)> =
        queues.iter().enumerate().filter_map(|(at, queue)| Some(key(at, queue.next()?))).collect();
    while let Some(mut head) = heads.peek_mut() {
        let at = head.2;
        if let Some(index) = queues[at].next() {
            ordered.push(index);
        }
        queues[at].take();
        match queues[at].next() {
            Some(index) => *head = key(at, index),
            None => drop(std::collections::binary_heap::PeekMut::pop(head)),
        }
    }
    ordered
}

fn by_queue(snapshot: &Snapshot, ready: &[Index]) -> Vec<Vec<Index>> {
    let mut lists = vec![Vec::new(); snapshot.queues.len()];
    for index in ready {
        let queue: QueueIndex = snapshot.waiting[*index as usize].queue;
        lists[usize::from(queue)].push(*index);
    }
    lists
}

/// Puts jobs that are in the order of submission into that of priority, then submission.
fn by_priority(snapshot: &Snapshot, jobs: &mut [Index]) {
    let priority = |index: &Index| snapshot.waiting[*index as usize].priority;
    if jobs.windows(2).any(|pair| priority(&pair[0]) < priority(&pair[1])) {
        jobs.sort_by_key(|index| Reverse(priority(index)));
    }
}
