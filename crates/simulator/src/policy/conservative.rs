//! Conservative backfilling: nobody is delayed by anybody who came later.

use super::{Policy, profile::Profile};
use crate::{
    job::{Job, JobIndex, Seconds},
    running::Running,
};

/// Every waiting job has a reservation: the earliest span that those before it in the order of submission leave.
///
/// The plan is made anew at each pass, because most jobs end before they are expected to. At each pass nobody is delayed
/// by later jobs; a reservation of an earlier pass may move when those before it find better places.
#[derive(Debug)]
pub struct Conservative<'a> {
    jobs: &'a [Job],
    running: Running,
    queue: Vec<JobIndex>,
    profile: Profile,
}

impl<'a> Conservative<'a> {
    /// An empty machine.
    pub fn new(procs: u32, jobs: &'a [Job]) -> Self {
        let running = Running::new(procs, jobs.len());
        Self { jobs, running, queue: Vec::new(), profile: Profile::default() }
    }

    /// Whether any waiting job fits into what is free now; if not, there is nothing to plan for.
    fn may_start_one(&self) -> bool {
        let free = self.running.free();
        free > 0 && self.queue.iter().any(|index| self.jobs[*index as usize].procs <= free)
    }
}

impl Policy for Conservative<'_> {
    fn submitted(&mut self, job: JobIndex, _: Seconds) {
        self.queue.push(job);
    }

    fn ended(&mut self, job: JobIndex, _: Seconds) {
        self.running.finish(job);
    }

    fn pass(&mut self, now: Seconds, chosen: &mut Vec<JobIndex>) {
        if !self.may_start_one() {
            return;
        }
        self.profile.begin(now, self.running.free(), self.running.ends());
        for index in &self.queue {
            if self.profile.free_now() == 0 {
                break;
            }
            let job = &self.jobs[*index as usize];
            if self.profile.reserve(job.procs, job.estimate) == now {
                self.running.start(*index, job, now);
                chosen.push(*index);
            }
        }
        if !chosen.is_empty() {
            self.queue.retain(|job| !self.running.has_started(*job));
        }
    }
}
