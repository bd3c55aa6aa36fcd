//! The figures of a replay.

use crate::{
    capacity::Capacity,
    job::{Job, Seconds},
    policy::PolicyName,
    timeline::{Step, peak},
    trace::Trace,
};

/// Jobs shorter than this count as so long in the bounded slowdown (Feitelson and Rudolph, JSSPP 1998): who runs for a
/// second and waits a minute has not suffered sixtyfold.
pub const TAU: Seconds = 10;

/// How a trace fared.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// Under which policy.
    pub policy: PolicyName,
    /// On what.
    pub capacity: Capacity,
    /// The jobs that were replayed.
    pub jobs: usize,
    /// The lines of the log that were left out.
    pub left_out: usize,
    /// The processors that there are, or, where there is no limit, the most that were taken at once.
    pub procs: u64,
    /// From submission to start, in seconds: the mean.
    pub mean_wait: f64,
    /// The wait that 95 of 100 jobs do not exceed.
    pub p95_wait: Seconds,
    /// The longest wait.
    pub max_wait: Seconds,
    /// The mean of max(1, (wait + run) / max(run, [`TAU`])).
    pub mean_bounded_slowdown: f64,
    /// The largest of them.
    pub max_bounded_slowdown: f64,
    /// The share of the processor time paid for in which jobs ran: on a fixed machine Σ procs·run / (P·makespan).
    pub utilisation: f64,
    /// From the first submission to the last end, in seconds.
    pub makespan: Seconds,
    /// Processor hours paid for: P·makespan on a fixed machine, else each job's run time and boot.
    pub proc_hours: f64,
    /// What they cost, in the currency of the price.
    pub cost: f64,
}

impl Report {
    /// The figures of a trace whose jobs started at these times.
    pub fn of(
        policy: PolicyName,
        capacity: Capacity,
        trace: &Trace,
        starts: &[Seconds],
        steps: &[Step],
        price_per_proc_hour: f64,
    ) -> Report {
        let jobs = &trace.jobs;
        let mut waits: Vec<Seconds> =
            jobs.iter().zip(starts).map(|(job, start)| start - job.submit).collect();
        let slowdowns: Vec<f64> =
            jobs.iter().zip(&waits).map(|(job, wait)| bounded_slowdown(job, *wait)).collect();
        let count = jobs.len() as f64;
        let mean_wait = waits.iter().map(|wait| *wait as f64).sum::<f64>() / count;
        waits.sort_unstable();
        let makespan = makespan(jobs, starts);
        let unlimited = capacity == Capacity::Elastic { boot: capacity.boot(), capped: false };
        let procs = if unlimited { peak(steps) } else { u64::from(trace.procs) };
        let paid = match capacity {
            Capacity::Fixed => procs as f64 * makespan as f64,
            Capacity::Elastic { boot, .. } => work(jobs, boot),
        };
        let proc_hours = paid / 3600.0;
        Report {
            policy,
            capacity,
            jobs: jobs.len(),
            left_out: trace.left_out,
            procs,
            mean_wait,
            p95_wait: percentile(&waits, 95),
            max_wait: waits.last().copied().unwrap_or_default(),
            mean_bounded_slowdown: slowdowns.iter().sum::<f64>() / count,
            max_bounded_slowdown: slowdowns.iter().copied().fold(1.0, f64::max),
            utilisation: work(jobs, 0) / paid,
            makespan,
            proc_hours,
            cost: proc_hours * price_per_proc_hour,
        }
    }
}

/// By how much a job's wait stretched its stay, bounded for short jobs: see [`TAU`].
pub fn bounded_slowdown(job: &Job, wait: Seconds) -> f64 {
    ((wait + job.run) as f64 / job.run.max(TAU) as f64).max(1.0)
}

/// Processor seconds, each job occupying its processors for `boot` seconds more than it runs.
fn work(jobs: &[Job], boot: Seconds) -> f64 {
    jobs.iter().map(|job| f64::from(job.procs) * (job.run + boot) as f64).sum()
}

fn makespan(jobs: &[Job], starts: &[Seconds]) -> Seconds {
    let first = jobs.first().map_or(0, |job| job.submit);
    jobs.iter().zip(starts).map(|(job, start)| start + job.run).max().unwrap_or(first) - first
}

/// The smallest value that so many percent of the sorted values do not exceed (nearest rank).
fn percentile(sorted: &[Seconds], percent: usize) -> Seconds {
    let rank = (sorted.len() * percent).div_ceil(100);
    sorted.get(rank.saturating_sub(1)).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_slowdown_of_short_jobs_is_bounded() {
        let job = |run| Job { number: 1, submit: 0, run, procs: 1, estimate: 1, user: 1 };
        assert_eq!(bounded_slowdown(&job(1), 0), 1.0);
        assert_eq!(bounded_slowdown(&job(1), 19), 2.0);
        assert_eq!(bounded_slowdown(&job(100), 100), 2.0);
    }

    #[test]
    fn percentiles_are_values_that_occur() {
        let hundred: Vec<Seconds> = (1..=100).collect();
        assert_eq!((percentile(&hundred, 95), percentile(&[7], 95), percentile(&[1, 2], 95)), (95, 7, 2));
    }
}
