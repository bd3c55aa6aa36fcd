//! EASY backfilling: first come, first served, and who comes later may go ahead if the first is not delayed.

use super::{
    Policy,
    backfill::{Candidate, Walk},
};
use crate::{
    job::{Job, JobIndex, Seconds},
    running::Running,
};

/// Jobs start in the order of their submission. The first that does not fit has a reservation; the others, in the same
/// order, may go ahead of it as [`Walk`] lets them. The first is never delayed if nobody runs longer than asked for.
#[derive(Debug)]
pub struct Easy<'a> {
    jobs: &'a [Job],
    running: Running,
    queue: Vec<JobIndex>,
}

impl<'a> Easy<'a> {
    /// An empty machine.
    pub fn new(procs: u32, jobs: &'a [Job]) -> Self {
        Self { jobs, running: Running::new(procs, jobs.len()), queue: Vec::new() }
    }
}

impl Policy for Easy<'_> {
    fn submitted(&mut self, job: JobIndex, _: Seconds) {
        self.queue.push(job);
    }

    fn ended(&mut self, job: JobIndex, _: Seconds) {
        self.running.finish(job);
    }

    fn pass(&mut self, now: Seconds, chosen: &mut Vec<JobIndex>) {
        let mut walk = Walk::at(now);
        for index in &self.queue {
            if self.running.free() == 0 {
                break;
            }
            let job = &self.jobs[*index as usize];
            if walk.starts(&as_requested(job), self.running.free(), self.running.ends()) {
                self.running.start(*index, job, now);
                chosen.push(*index);
            }
        }
        if !chosen.is_empty() {
            self.queue.retain(|job| !self.running.has_started(*job));
        }
    }
}

/// A job of which nothing is known but what was asked for.
pub(super) fn as_requested(job: &Job) -> Candidate {
    Candidate { need: job.procs, requested: job.estimate, predicted: job.estimate, firm: true }
}
