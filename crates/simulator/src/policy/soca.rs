//! The policy of this product.

use super::{
    Policy,
    backfill::{Candidate, Walk},
    estimator::RunTimeEstimator,
    rank::{is_old, place_in_line},
};
use crate::{
    job::{Job, JobIndex, Seconds},
    running::Running,
};
use std::collections::VecDeque;

/// Small first, nobody for ever, and no promise on a guess.
///
/// 1. A job's run time is predicted from what its owner's ended jobs used of their requests ([`RunTimeEstimator`]).
/// 2. Waiting jobs stand in one line, by submission put off by 5 h · ln(size), where size is (predicted time + 5 min) ·
///    processors ([`place_in_line`]). After 30 h of waiting a job is old; old jobs come first, in the order of submission.
/// 3. The line is walked as in EASY backfilling ([`Walk`]): the first job that does not fit gets a reservation, made from
///    the *requested* times of those that run. Others pass it if they are *predicted* to end before it, or fit beside it.
///    If the reserved job is old, only what they *requested* counts.
///
/// **Nobody starves.** After 30 h a job is old, and only jobs submitted before it are ahead of it: finitely many, and
/// never more. When the last of them has started, each pass gives it the reservation unless it starts; the reservation
/// is firm, so that nobody who starts from then on delays it beyond the requested times of those that run, which are
/// finite. It needs no more than the machine has, so it starts. (Where jobs may outlive their requests, as in a replayed
/// log, it is their run times that are finite.) Before 30 h, a job can be passed only by those whose place in the line
/// is smaller.
///
/// **What it comes to**, on cleaned logs of the Parallel Workloads Archive, with the same constants for all:
///
/// | log | mean bounded slowdown | EASY's | mean wait / EASY's | longest wait / EASY's |
/// |---|---|---|---|---|
/// | KTH-SP2 | 41.9 | 91.3 | 0.69 | 0.99 |
/// | CTC-SP2 | 25.1 | 55.2 | 0.64 | 1.07 |
/// | SDSC-BLUE | 15.2 | 36.4 | 0.59 | 1.07 |
///
/// Replays are chaotic. With one job in a hundred taken out at random, nineteen times, the slowdown is 0.49, 0.49 and 0.41
/// of EASY's on average (0.38 to 0.59) and the longest wait 1.13, 1.03 and 1.12 of it (0.91 to 1.27).
#[derive(Debug)]
pub struct Soca<'a> {
    jobs: &'a [Job],
    running: Running,
    estimator: RunTimeEstimator<i64>,
    /// Jobs that are not old, by place in the line.
    line: Vec<Waiting>,
    /// The same jobs, and some that have started, by submission.
    young: VecDeque<JobIndex>,
    /// Old jobs, by submission.
    old: Vec<JobIndex>,
}

/// Sorts by place, then by submission.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Waiting {
    place: Seconds,
    job: JobIndex,
    predicted: Seconds,
}

impl<'a> Soca<'a> {
    /// An empty machine, and nothing known of anybody.
    pub fn new(procs: u32, jobs: &'a [Job]) -> Self {
        Self {
            jobs,
            running: Running::new(procs, jobs.len()),
            estimator: RunTimeEstimator::default(),
            line: Vec::new(),
            young: VecDeque::new(),
            old: Vec::new(),
        }
    }

    fn waiting(&self, index: JobIndex) -> Waiting {
        let job = &self.jobs[index as usize];
        let predicted = self.estimator.predict(&job.user, job.estimate);
        Waiting { place: place_in_line(job.submit, predicted, job.procs), job: index, predicted }
    }

    /// Places the waiting jobs of a user anew, of whom something has been learned.
    fn replace(&mut self, user: i64) {
        let mut any = false;
        for at in 0..self.line.len() {
            let index = self.line[at].job;
            if self.jobs[index as usize].user == user {
                self.line[at] = self.waiting(index);
                any = true;
            }
        }
        if any {
            self.line.sort();
        }
    }

    /// Moves the jobs that have become old.
    fn age(&mut self, now: Seconds) {
        let before = self.old.len();
        while let Some(index) = self.young.pop_front_if(|it| is_old(self.jobs[*it as usize].submit, now)) {
            if !self.running.has_started(index) {
                self.old.push(index);
            }
        }
        if self.old.len() > before {
            self.line.retain(|it| !is_old(self.jobs[it.job as usize].submit, now));
        }
    }

    /// Tries a job; whether it starts.
    fn tries(
        &mut self,
        index: JobIndex,
        predicted: Seconds,
        firm: bool,
        walk: &mut Walk,
        now: Seconds,
    ) -> bool {
        let job = &self.jobs[index as usize];
        let candidate = Candidate { need: job.procs, requested: job.estimate, predicted, firm };
        let starts = walk.starts(&candidate, self.running.free(), self.running.ends());
        if starts {
            self.running.start(index, job, now);
        }
        starts
    }

    /// Walks along old jobs, then along the line.
    fn walk(&mut self, now: Seconds, chosen: &mut Vec<JobIndex>) {
        let mut walk = Walk::at(now);
        for at in 0..self.old.len() {
            if self.running.free() == 0 {
                return;
            }
            let index = self.old[at];
            if self.tries(index, self.jobs[index as usize].estimate, true, &mut walk, now) {
                chosen.push(index);
            }
        }
        for at in 0..self.line.len() {
            if self.running.free() == 0 {
                return;
            }
            let Waiting { job, predicted, .. } = self.line[at];
            if self.tries(job, predicted, false, &mut walk, now) {
                chosen.push(job);
            }
        }
    }
}

impl Policy for Soca<'_> {
    fn submitted(&mut self, job: JobIndex, _: Seconds) {
        let waiting = self.waiting(job);
        let at = self.line.partition_point(|it| *it < waiting);
        self.line.insert(at, waiting);
        self.young.push_back(job);
    }

    fn ended(&mut self, index: JobIndex, _: Seconds) {
        self.running.finish(index);
        let job = &self.jobs[index as usize];
        self.estimator.observe(job.user, job.estimate, job.run);
        self.replace(job.user);
    }

    fn pass(&mut self, now: Seconds, chosen: &mut Vec<JobIndex>) {
        self.age(now);
        if self.running.free() == 0 {
            return;
        }
        self.walk(now, chosen);
        if !chosen.is_empty() {
            self.old.retain(|job| !self.running.has_started(*job));
            self.line.retain(|it| !self.running.has_started(it.job));
        }
    }
}
