//! Checks a plan against the limits, independently of how it was made: it adds everything up again, limit by limit,
//! with none of the pass's own machinery.

use crate::{
    plan::Plan,
    snapshot::{Snapshot, WaitingJob, Whose},
};
use soca_domain::{
    JobId, LicenseName, MicroUsd, ProjectName, QueueName,
    limit::{Limits, Measure, Need, Usage},
    queue::StartWindow,
};
use std::collections::{BTreeMap, BTreeSet};

/// What is wrong with a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Violation {
    /// More would be in use than may be (P4). The text says whose.
    OverLimit(String, Measure),
    /// More of a license would be in use than there are (P4).
    OverLicense(LicenseName),
    /// The starts may cost more than the budget has left (P4).
    OverBudget(ProjectName),
    /// A job is started outside its queue's windows.
    OutsideWindow(QueueName),
    /// A job is started before its time.
    TooEarly(JobId),
    /// A job is started, dropped or left waiting more than once.
    Twice(JobId),
    /// A job of the snapshot has no answer (P7).
    NoAnswer(JobId),
    /// An answer for a job that is not in the snapshot.
    Unknown(JobId),
}

/// Everything that is wrong with a plan; empty when it is sound.
pub fn lint(snapshot: &Snapshot, plan: &Plan) -> Vec<Violation> {
    let mut found = answers(snapshot, plan);
    let starts: Vec<&WaitingJob> = plan.starts.iter().filter_map(|s| snapshot.waiting.get(s.index)).collect();
    found.extend(limits(snapshot, &starts));
    found.extend(licenses(snapshot, &starts));
    found.extend(budgets(snapshot, &starts));
    for job in starts {
        let queue = &snapshot.queues[usize::from(job.queue)];
        if StartWindow::opens(&queue.windows, snapshot.now).is_some() {
            found.push(Violation::OutsideWindow(queue.name.clone()));
        }
        if job.begin_at.max(job.retry_at).is_some_and(|at| at > snapshot.now) {
            found.push(Violation::TooEarly(job.id));
        }
    }
    found
}

fn answers(snapshot: &Snapshot, plan: &Plan) -> Vec<Violation> {
    let mut found = Vec::new();
    let known: BTreeSet<JobId> = snapshot.waiting.iter().map(|job| job.id).collect();
    let mut answered = BTreeSet::new();
    let starts = plan.starts.iter().map(|s| s.job);
    for job in starts.chain(plan.drops.iter().map(|d| d.job)).chain(plan.waits.iter().map(|w| w.job)) {
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

/// Who shares a limit: the queue it is of (none for the cluster's), and a word.
type Sharers = (Option<u16>, String);

/// Everybody with whom a job shares a limit.
fn sharers(snapshot: &Snapshot, (queue, owner, membership, project): Whose) -> Vec<(Sharers, Limits)> {
    let policy = &snapshot.queues[usize::from(queue)];
    let who = &snapshot.owners[owner as usize];
    let mut all = vec![
        ((None, "cluster".to_owned()), snapshot.policy.limits),
        ((Some(queue), "queue".to_owned()), policy.limits),
        ((Some(queue), format!("user {who}")), policy.per_user),
    ];
    if let Some(name) = &snapshot.projects[project as usize].name {
        all.push(((Some(queue), format!("project {name}")), policy.per_project));
    }
    let groups =
        snapshot.memberships[membership as usize].iter().map(|group| &snapshot.groups[*group as usize]);
    all.extend(groups.map(|name| ((Some(queue), format!("group {name}")), policy.per_group)));
    all
}

fn limits(snapshot: &Snapshot, starts: &[&WaitingJob]) -> Vec<Violation> {
    let mut used: BTreeMap<Sharers, (Usage, Limits, bool)> = BTreeMap::new();
    let mut add = |whose: Whose, need: &Need, starts: bool| {
        for (sharer, limits) in sharers(snapshot, whose) {
            let entry = used.entry(sharer).or_insert((Usage::default(), limits, false));
            *entry = (entry.0.plus(need), limits, entry.2 || starts);
        }
    };
    for job in &snapshot.running {
        add(job.whose(), &job.need, false);
    }
    for job in starts {
        add(job.whose(), &job.need, true);
    }
    // A limit that was lowered below what is in use is no fault of a plan that adds nothing to it.
    let passed = used.into_iter().filter(|(_, (_, _, starts))| *starts);
    passed
        .filter_map(|((_, who), (usage, limits, _))| {
            Some(Violation::OverLimit(who, limits.passed_by(&usage)?))
        })
        .collect()
}

fn licenses(snapshot: &Snapshot, starts: &[&WaitingJob]) -> Vec<Violation> {
    let over = |(index, license): (usize, &crate::License)| {
        let of = |list: &[(u16, u32)]| -> u64 {
            list.iter().filter(|(at, _)| usize::from(*at) == index).map(|(_, n)| u64::from(*n)).sum()
        };
        let started: u64 = starts.iter().map(|job| of(&job.licenses)).sum();
        let running: u64 = snapshot.running.iter().map(|job| of(&job.licenses)).sum();
        (started > 0 && started + running > u64::from(license.for_jobs))
            .then(|| Violation::OverLicense(license.name.clone()))
    };
    snapshot.licenses.iter().enumerate().filter_map(over).collect()
}

fn budgets(snapshot: &Snapshot, starts: &[&WaitingJob]) -> Vec<Violation> {
    let over = |(index, project): (usize, &crate::Project)| {
        let of_it = starts.iter().filter(|job| job.project as usize == index);
        let held = of_it.fold(MicroUsd(0), |sum, job| sum.plus(job.hold));
        let is_over = held > MicroUsd(0) && project.budget_left.is_some_and(|left| held > left);
        is_over.then(|| project.name.clone().map(Violation::OverBudget)).flatten()
    };
    snapshot.projects.iter().enumerate().filter_map(over).collect()
}
