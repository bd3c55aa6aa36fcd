//! What the tests share: traces in a line each, and figures.
#![allow(dead_code, reason = "each test uses a part of it")]
#![allow(clippy::unwrap_used, reason = "nothing but tests uses it")]

use soca_simulator::{
    capacity::Capacity,
    job::{Job, Seconds},
    policy::PolicyName,
    trace::Trace,
};

/// A job as (submit, procs, run, estimate, user).
pub(crate) type Short = (Seconds, u32, Seconds, Seconds, i64);

/// A trace of such jobs, sorted by submission.
pub(crate) fn trace(procs: u32, jobs: &[Short]) -> Trace {
    let job = |(number, (submit, procs, run, estimate, user)): (i64, &Short)| Job {
        number,
        submit: *submit,
        run: *run,
        procs: *procs,
        estimate: *estimate,
        user: *user,
    };
    Trace { procs, jobs: (1..).zip(jobs).map(job).collect(), left_out: 0 }
}

/// When jobs start on a fixed machine.
pub(crate) fn starts(policy: PolicyName, procs: u32, jobs: &[Short]) -> Vec<Seconds> {
    Capacity::Fixed.replay(&trace(procs, jobs), policy)
}
