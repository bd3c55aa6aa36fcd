//! Replays a log under a scheduling policy, and says how long jobs waited and what it cost.
//!
//! Pure: no clock, no chance, and no input but the bytes of a log. [`swf`] reads a log, [`trace`] cleans it,
//! [`machine`] takes it through time event by event, [`policy`] decides who starts, [`report`] has the figures, and
//! [`csv`] and [`plot`] show them.

pub mod capacity;
pub mod csv;
pub mod job;
pub mod machine;
pub mod plot;
pub mod policy;
pub mod report;
pub mod running;
pub mod swf;
pub mod timeline;
pub mod trace;

use capacity::Capacity;
use job::Seconds;
use policy::PolicyName;
use report::Report;
use timeline::Step;
use trace::Trace;

/// One replay: what was asked, what happened, and its figures.
#[derive(Clone, Debug)]
pub struct Replay {
    /// When each job of the trace began to run.
    pub starts: Vec<Seconds>,
    /// Processors taken and jobs waiting over time.
    pub steps: Vec<Step>,
    /// The figures.
    pub report: Report,
}

/// Replays a trace. The price is per processor hour.
pub fn simulate(trace: &Trace, policy: PolicyName, capacity: Capacity, price: f64) -> Replay {
    let starts = capacity.replay(trace, policy);
    let steps = timeline::timeline(trace, &starts, capacity.boot());
    let report = Report::of(policy, capacity, trace, &starts, &steps, price);
    Replay { starts, steps, report }
}
