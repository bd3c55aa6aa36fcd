//! Checks a plan against the limits, independently of how it was made.

use crate::{plan::Plan, snapshot::Snapshot};
use soca_domain::{JobId, QueueName};
use std::collections::BTreeSet;

/// What is wrong with a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Violation {
    /// A queue would have more jobs or instances than it may (P4).
    OverLimit(QueueName),
    /// A job is started, dropped or left waiting more than once.
    Twice(JobId),
    /// A job of the snapshot has no answer (P7).
    NoAnswer(JobId),
    /// An answer for a job that is not in the snapshot.
    Unknown(JobId),
}

/// Everything that is wrong with a plan; empty when it is sound.
pub fn lint(snapshot: &Snapshot, plan: &Plan) -> Vec<Violation> {
    let mut found = Vec::new();
    for view in &snapshot.queues {
        let starts: Vec<_> = plan.starts.iter().filter(|s| s.queue == view.policy.name).collect();
        let usage = starts.iter().fold(view.usage, |u, s| u.plus(s.nodes));
        if !starts.is_empty() && !usage.within(&view.policy) {
            found.push(Violation::OverLimit(view.policy.name.clone()));
        }
    }
    let known: BTreeSet<JobId> = snapshot.queues.iter().flat_map(|q| &q.waiting).map(|j| j.id).collect();
    let mut answered = BTreeSet::new();
    let answers = plan
        .starts
        .iter()
        .map(|s| s.job)
        .chain(plan.drops.iter().map(|d| d.job))
        .chain(plan.waits.keys().copied());
    for job in answers {
        if !known.contains(&job) {
            found.push(Violation::Unknown(job));
        }
        if !answered.insert(job) {
            found.push(Violation::Twice(job));
        }
    }
    found.extend(known.difference(&answered).map(|job| Violation::NoAnswer(*job)));
    found
}
