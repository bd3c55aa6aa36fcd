//! What the simulator knows of a job.

/// Seconds: since the log's own origin where a moment is meant.
pub type Seconds = i64;

/// A job of the trace, by its place in it: jobs are numbered from 0 in the order of their submission.
pub type JobIndex = u32;

/// A job as it was submitted, and how long it really runs, which no policy is told before it has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Job {
    /// Its number in the log.
    pub number: i64,
    /// When it is submitted.
    pub submit: Seconds,
    /// How long it runs; at least 1.
    pub run: Seconds,
    /// The processors it needs; at least 1.
    pub procs: u32,
    /// The run time its owner has asked for; at least 1. Jobs may run longer.
    pub estimate: Seconds,
    /// Its owner; negative if the log does not say.
    pub user: i64,
}
