//! First come, first served.

use super::Policy;
use crate::{
    job::{Job, JobIndex, Seconds},
    running::Running,
};
use std::collections::VecDeque;

/// Jobs start in the order of their submission; while the first does not fit, everybody waits.
#[derive(Debug)]
pub struct Fcfs<'a> {
    jobs: &'a [Job],
    running: Running,
    queue: VecDeque<JobIndex>,
}

impl<'a> Fcfs<'a> {
    /// An empty machine.
    pub fn new(procs: u32, jobs: &'a [Job]) -> Self {
        Self { jobs, running: Running::new(procs, jobs.len()), queue: VecDeque::new() }
    }
}

impl Policy for Fcfs<'_> {
    fn submitted(&mut self, job: JobIndex, _: Seconds) {
        self.queue.push_back(job);
    }

    fn ended(&mut self, job: JobIndex, _: Seconds) {
        self.running.finish(job);
    }

    fn pass(&mut self, now: Seconds, chosen: &mut Vec<JobIndex>) {
        while let Some(index) = self.queue.front().copied() {
            let job = &self.jobs[index as usize];
            if job.procs > self.running.free() {
                break;
            }
            self.running.start(index, job, now);
            chosen.push(index);
            self.queue.pop_front();
        }
    }
}
