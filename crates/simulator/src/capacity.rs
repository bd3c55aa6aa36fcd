//! What the jobs run on: a machine of fixed size, or capacity that is made for each job and gone afterwards.

use crate::{
    job::{Job, Seconds},
    machine::{self, Starts},
    policy::PolicyName,
    trace::Trace,
};

/// Where processors come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Capacity {
    /// There are as many as the trace's machine has, all the time.
    Fixed,
    /// They are made for each job.
    Elastic {
        /// How long that takes.
        boot: Seconds,
        /// Whether there are never more than the trace's machine has; otherwise every job gets its own at once.
        capped: bool,
    },
}

impl Capacity {
    /// `fixed` or `elastic`.
    pub fn as_str(self) -> &'static str {
        match self {
            Capacity::Fixed => "fixed",
            Capacity::Elastic { .. } => "elastic",
        }
    }

    /// How long a job's processors are paid for before it runs.
    pub fn boot(self) -> Seconds {
        match self {
            Capacity::Fixed => 0,
            Capacity::Elastic { boot, .. } => boot,
        }
    }

    /// When each job of the trace begins to run under a policy.
    pub fn replay(self, trace: &Trace, policy: PolicyName) -> Starts {
        let on = |jobs: &[Job]| machine::replay(trace.procs, jobs, &mut *policy.policy(trace.procs, jobs));
        match self {
            Capacity::Fixed => on(&trace.jobs),
            Capacity::Elastic { boot, capped: false } => {
                trace.jobs.iter().map(|job| job.submit + boot).collect()
            }
            Capacity::Elastic { boot, capped: true } => {
                let jobs: Vec<Job> = trace.jobs.iter().map(|job| with_boot(job, boot)).collect();
                on(&jobs).into_iter().map(|start| start + boot).collect()
            }
        }
    }
}

/// A job that occupies its processors while they boot, too.
fn with_boot(job: &Job, boot: Seconds) -> Job {
    Job { run: job.run + boot, estimate: job.estimate + boot, ..*job }
}
