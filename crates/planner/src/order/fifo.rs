//! First come, first served within a priority.

use super::{InOrder, Item, by_priority};

/// A queue's jobs.
pub(super) struct Fifo {
    jobs: Vec<Item>,
    at: usize,
}

impl Fifo {
    /// `jobs` are in the order of submission.
    pub(super) fn new(mut jobs: Vec<Item>) -> Self {
        by_priority(&mut jobs);
        Self { jobs, at: 0 }
    }
}

impl InOrder for Fifo {
    fn next(&self) -> Option<Item> {
        self.jobs.get(self.at).copied()
    }

    fn take(&mut self) {
        self.at += 1;
    }
}
