//! The jobs that run, in the order in which they are expected to end.

use crate::job::{Job, JobIndex, Seconds};

/// A running job as a policy sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Occupant {
    /// When it ends if it runs for the time that was asked for.
    pub end: Seconds,
    /// Which.
    pub job: JobIndex,
    /// What it occupies.
    pub procs: u32,
}

/// Running jobs and free processors. Invariant: the occupants are sorted by `(end, job)`.
///
/// A sorted vector: as many jobs run at once as fit into a few pages of memory, and every pass walks along them.
#[derive(Clone, Debug)]
pub struct Running {
    free: u32,
    occupants: Vec<Occupant>,
    /// The expected end of each job that has started.
    ends: Vec<Seconds>,
}

impl Running {
    /// A machine with nothing on it, for so many jobs.
    pub fn new(procs: u32, jobs: usize) -> Running {
        Running { free: procs, occupants: Vec::new(), ends: vec![Seconds::MIN; jobs] }
    }

    /// The processors that nobody uses.
    pub fn free(&self) -> u32 {
        self.free
    }

    /// Expected ends and processors of the running jobs, by end.
    pub fn ends(&self) -> impl Iterator<Item = (Seconds, u32)> {
        self.occupants.iter().map(|it| (it.end, it.procs))
    }

    /// Whether a job has been started, even if it has ended since.
    pub fn has_started(&self, job: JobIndex) -> bool {
        self.ends[job as usize] != Seconds::MIN
    }

    /// Takes a job's processors, which must be free.
    pub fn start(&mut self, index: JobIndex, job: &Job, now: Seconds) {
        self.free -= job.procs;
        let end = now + job.estimate;
        self.ends[index as usize] = end;
        let at = self.place(end, index);
        self.occupants.insert(at, Occupant { end, job: index, procs: job.procs });
    }

    /// Gives the processors of a running job back.
    pub fn finish(&mut self, index: JobIndex) {
        let at = self.place(self.ends[index as usize], index);
        let occupant = self.occupants.remove(at);
        debug_assert_eq!(occupant.job, index, "the job runs");
        self.free += occupant.procs;
    }

    fn place(&self, end: Seconds, job: JobIndex) -> usize {
        self.occupants.partition_point(|it| (it.end, it.job) < (end, job))
    }
}
