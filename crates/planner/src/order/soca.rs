//! SOCA's own fair share, for sites that want to keep it: 100 points for everybody, 60 less for each job with capacity,
//! one more for each job that waits; the highest score takes its next job and loses 60 points.
//!
//! The loop of SOCA 2.6.1 (`dispatcher.py`) looks for the highest score again for every job, which is quadratic, and
//! drops users from the pass once the best one has no jobs left. This is the order that its documentation describes, by
//! a heap. Equal scores go by whose first job was submitted earlier.

use super::{
    InOrder, Item,
    streams::{Stream, Streams},
};
use crate::snapshot::Snapshot;
use std::{
    cmp::Reverse,
    collections::{BinaryHeap, binary_heap::PeekMut},
};

const START: i64 = 100;
const EACH_RUNNING: i64 = 60;
const EACH_WAITING: i64 = 1;

/// A queue's jobs.
pub(super) struct Soca {
    streams: Streams,
    heap: BinaryHeap<(i64, Reverse<usize>)>,
}

impl Soca {
    /// `jobs` are in the order of submission.
    pub(super) fn new(snapshot: &Snapshot, jobs: &[Item]) -> Self {
        let streams = Streams::new(snapshot, jobs, false);
        let queue = jobs.first().map(|item| snapshot.waiting[item.index as usize].queue);
        let mut scores = vec![START; snapshot.owners.len()];
        for item in jobs {
            scores[item.owner as usize] += EACH_WAITING;
        }
        for job in snapshot.running.iter().filter(|job| Some(job.queue) == queue) {
            scores[job.owner as usize] -= EACH_RUNNING;
        }
        let entry = |(at, stream): (usize, &Stream)| (scores[stream.owner as usize], Reverse(at));
        let heap = streams.list().iter().enumerate().map(entry).collect();
        Self { streams, heap }
    }
}

impl InOrder for Soca {
    fn next(&self) -> Option<Item> {
        let (_, Reverse(at)) = self.heap.peek()?;
        self.streams.next(*at).copied()
    }

    fn take(&mut self) {
        let Some(mut top) = self.heap.peek_mut() else { return };
        let stream = top.1.0;
        self.streams.take(stream);
        match self.streams.next(stream) {
            Some(_) => top.0 -= EACH_RUNNING,
            None => drop(PeekMut::pop(top)),
        }
    }
}
