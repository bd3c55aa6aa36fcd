//! The jobs of replays, one line each, as comma-separated values.

use crate::{job::Seconds, policy::PolicyName, report::bounded_slowdown, trace::Trace};
use std::fmt::Write;

/// The names of the columns. Times are seconds.
pub const HEADER: &str = "policy,job,user,procs,submit,start,end,wait,run,estimate,bounded_slowdown\n";

/// Adds the lines of one replay.
pub fn lines(policy: PolicyName, trace: &Trace, starts: &[Seconds], to: &mut String) {
    for (job, start) in trace.jobs.iter().zip(starts) {
        let wait = start - job.submit;
        let _ = writeln!(
            to,
            "{policy},{},{},{},{},{start},{},{wait},{},{},{:.3}",
            job.number,
            job.user,
            job.procs,
            job.submit,
            start + job.run,
            job.run,
            job.estimate,
            bounded_slowdown(job, wait),
        );
    }
}
