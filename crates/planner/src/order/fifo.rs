//! First come, first served within a priority.

use super::{InOrder, Index, by_priority};
use crate::snapshot::Snapshot;

/// A queue's jobs.
pub(super) struct Fifo {
    jobs: Vec<Index>,
    at: usize,
}

impl Fifo {
    /// `jobs` are in the order of submission.
    pub(super) fn new(snapshot: &Snapshot, mut jobs: Vec<Index>) -> Self {
        by_priority(snapshot, &mut jobs);
        Self { jobs, at: 0 }
    }
}

impl InOrder for Fifo {
    fn next(&self) -> Option<Index> {
        self.jobs.get(self.at).copied()
    }

    fn take(&mut self) {
        self.at += 1;
    }
}
