//! The machine: takes a trace through time, event by event.
//!
//! At one instant completions come first, then arrivals, then one scheduling pass. A job ends when its run time is
//! over, whatever it was estimated at.

use crate::{
    job::{Job, JobIndex, Seconds},
    policy::Policy,
};
use std::{cmp::Reverse, collections::BinaryHeap};

/// When each job started, by its place in the trace.
pub type Starts = Vec<Seconds>;

/// The running jobs by their real ends.
type Ends = BinaryHeap<Reverse<(Seconds, JobIndex)>>;

/// Replays the jobs, sorted by submission, on so many processors.
///
/// # Panics
/// A policy started a job twice or on processors that are not free, or did not start one on an empty machine.
pub fn replay(procs: u32, jobs: &[Job], policy: &mut dyn Policy) -> Starts {
    let mut starts: Starts = vec![NOT_STARTED; jobs.len()];
    let mut free = procs;
    let mut ends: Ends = BinaryHeap::new();
    let mut arrivals = (0..).zip(jobs).peekable();
    let mut chosen = Vec::new();
    loop {
        let end = ends.peek().map(|Reverse((end, _))| *end);
        let arrival = arrivals.peek().map(|(_, job)| job.submit);
        let Some(now) = end.into_iter().chain(arrival).min() else { break };
        while let Some(index) = ended_at(&mut ends, now) {
            free += jobs[index as usize].procs;
            policy.ended(index, now);
        }
        while let Some((index, _)) = arrivals.next_if(|(_, job)| job.submit == now) {
            policy.submitted(index, now);
        }
        policy.pass(now, &mut chosen);
        for index in chosen.drain(..) {
            let job = &jobs[index as usize];
            let slot = &mut starts[index as usize];
            assert!(*slot == NOT_STARTED && job.submit <= now, "job {index} is started once, after it came");
            *slot = now;
            free = free.checked_sub(job.procs).expect("a policy starts only what fits");
            ends.push(Reverse((now + job.run, index)));
        }
    }
    assert!(!starts.contains(&NOT_STARTED), "every job runs");
    starts
}

fn ended_at(ends: &mut Ends, now: Seconds) -> Option<JobIndex> {
    ends.peek().is_some_and(|Reverse((end, _))| *end == now).then(|| ends.pop())?.map(|Reverse((_, job))| job)
}

/// Before any moment of a log.
const NOT_STARTED: Seconds = Seconds::MIN;
