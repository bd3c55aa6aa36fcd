//! How many processors are taken and how many jobs wait, over time.

use crate::{
    job::{Job, Seconds},
    trace::Trace,
};

/// What holds from a moment until the next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Step {
    /// The moment.
    pub from: Seconds,
    /// Processors that run or boot.
    pub taken: u64,
    /// Jobs that were submitted and have no processors yet.
    pub waiting: u64,
}

/// The steps of a replay, one for each moment at which something changes. `starts` is when jobs begin to run; their
/// processors are taken `boot` seconds earlier.
pub fn timeline(trace: &Trace, starts: &[Seconds], boot: Seconds) -> Vec<Step> {
    let mut changes = changes(&trace.jobs, starts, boot);
    changes.sort_unstable_by_key(|(at, ..)| *at);
    let (mut taken, mut waiting) = (0i64, 0i64);
    let mut steps: Vec<Step> = Vec::new();
    for (from, procs, jobs) in changes {
        taken += procs;
        waiting += jobs;
        let step = Step { from, taken: taken.unsigned_abs(), waiting: waiting.unsigned_abs() };
        match steps.last_mut() {
            Some(last) if last.from == from => *last = step,
            _ => steps.push(step),
        }
    }
    steps
}

/// Moments, and by how much the processors taken and the jobs waiting change.
fn changes(jobs: &[Job], starts: &[Seconds], boot: Seconds) -> Vec<(Seconds, i64, i64)> {
    let of_job = |(job, start): (&Job, &Seconds)| {
        let procs = i64::from(job.procs);
        [(job.submit, 0, 1), (start - boot, procs, -1), (start + job.run, -procs, 0)]
    };
    jobs.iter().zip(starts).flat_map(of_job).collect()
}

/// The most processors that are taken at once.
pub fn peak(steps: &[Step]) -> u64 {
    steps.iter().map(|step| step.taken).max().unwrap_or_default()
}

/// The time averages of one of a step's numbers over `bins` equal spans from the first step to the last.
pub fn averages(steps: &[Step], bins: usize, number: impl Fn(&Step) -> u64) -> Vec<f64> {
    let mut sums = vec![0.0; bins];
    let (Some(first), Some(last)) = (steps.first(), steps.last()) else { return sums };
    let width = (last.from - first.from) as f64 / bins as f64;
    for pair in steps.windows(2) {
        let value = number(&pair[0]) as f64;
        let (from, to) =
            ((pair[0].from - first.from) as f64 / width, (pair[1].from - first.from) as f64 / width);
        let mut at = from;
        while at < to && (at as usize) < bins {
            let until = to.min(at.floor() + 1.0);
            sums[at as usize] += value * (until - at);
            at = until;
        }
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(from: Seconds, taken: u64, waiting: u64) -> Step {
        Step { from, taken, waiting }
    }

    #[test]
    fn averages_are_weighted_by_time() {
        let steps = [step(0, 4, 0), step(5, 0, 0), step(15, 8, 0), step(20, 0, 0)];
        assert_eq!(averages(&steps, 2, |it| it.taken), [2.0, 4.0]);
        assert_eq!(averages(&steps, 4, |it| it.taken), [4.0, 0.0, 0.0, 8.0]);
        assert_eq!(averages(&[], 2, |it| it.taken), [0.0, 0.0]);
    }

    #[test]
    fn a_job_waits_until_its_processors_boot() {
        let job = Job { number: 1, submit: 10, run: 5, procs: 3, estimate: 5, user: 1 };
        let trace = Trace { procs: 4, jobs: vec![job], left_out: 0 };
        let expected = [step(10, 0, 1), step(20, 3, 0), step(85, 0, 0)];
        assert_eq!(timeline(&trace, &[80], 60), expected);
        assert_eq!(peak(&expected), 3);
    }
}
