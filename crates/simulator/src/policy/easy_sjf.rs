//! EASY backfilling with those who may go ahead in the order of their requested times.

use super::{Policy, backfill::Walk, easy::as_requested};
use crate::{
    job::{Job, JobIndex, Seconds},
    running::Running,
};

/// As [`Easy`](super::Easy), but behind the first job that does not fit, the others are tried shortest first.
///
/// Tsafrir, Etsion and Feitelson, IEEE TPDS 18(6), 2007, call it shortest job backfilled first.
#[derive(Debug)]
pub struct EasySjf<'a> {
    jobs: &'a [Job],
    running: Running,
    /// In the order of submission.
    queue: Vec<JobIndex>,
    /// The same jobs by requested time, then submission.
    shortest: Vec<(Seconds, JobIndex)>,
}

impl<'a> EasySjf<'a> {
    /// An empty machine.
    pub fn new(procs: u32, jobs: &'a [Job]) -> Self {
        Self { jobs, running: Running::new(procs, jobs.len()), queue: Vec::new(), shortest: Vec::new() }
    }

    /// Tries a job; whether it starts.
    fn tries(&mut self, index: JobIndex, walk: &mut Walk, now: Seconds) -> bool {
        let job = &self.jobs[index as usize];
        let starts = walk.starts(&as_requested(job), self.running.free(), self.running.ends());
        if starts {
            self.running.start(index, job, now);
        }
        starts
    }
}

impl Policy for EasySjf<'_> {
    fn submitted(&mut self, job: JobIndex, _: Seconds) {
        self.queue.push(job);
        let entry = (self.jobs[job as usize].estimate, job);
        let place = self.shortest.partition_point(|it| *it < entry);
        self.shortest.insert(place, entry);
    }

    fn ended(&mut self, job: JobIndex, _: Seconds) {
        self.running.finish(job);
    }

    fn pass(&mut self, now: Seconds, chosen: &mut Vec<JobIndex>) {
        let mut walk = Walk::at(now);
        let mut first = None;
        for place in 0..self.queue.len() {
            let index = self.queue[place];
            if !self.tries(index, &mut walk, now) {
                first = Some(index);
                break;
            }
            chosen.push(index);
        }
        for place in 0..self.shortest.len() {
            let (_, index) = self.shortest[place];
            if self.running.free() == 0 {
                break;
            }
            if Some(index) == first || self.running.has_started(index) {
                continue;
            }
            if self.tries(index, &mut walk, now) {
                chosen.push(index);
            }
        }
        if !chosen.is_empty() {
            self.queue.retain(|job| !self.running.has_started(*job));
            self.shortest.retain(|(_, job)| !self.running.has_started(*job));
        }
    }
}
