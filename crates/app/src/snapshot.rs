//! Reads what a scheduling pass looks at: the heads of the queues, the live stacks, and who used how much.

mod names;
mod singleton;

use crate::{
    error::Error,
    ports::Store,
    settings::{HEAD, PER_OWNER},
};
use names::Names;
use singleton::Namesakes;
use soca_domain::{
    ElementIndex, Job, JobState, MicroUsd, ProjectName, Timestamp, UserName,
    depend::{Condition, Dependency},
    element::ElementChunk,
    queue::{QueueOrder, QueuePolicy},
    verdict::{Outcome, Verdict},
};
use soca_planner::{DependencyState, Member, Snapshot, WaitingJob};
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

/// After so long a use of the cluster counts half.
const HALF_LIFE_DAYS: f64 = 7.0;
/// Uses that are older count for less than a thousandth.
const REMEMBERED_DAYS: i64 = 70;
const DAY: Duration = Duration::from_secs(86_400);
/// A job without a walltime is charged as if it ran for so long.
const USUAL_RUN: Duration = Duration::from_secs(3_600);

/// The day of a moment, counted from 1970-01-01.
pub fn day_of(now: Timestamp) -> i64 {
    now.0.div_euclid(i64::try_from(DAY.as_millis()).unwrap_or(1))
}

/// What a pass looks at, and the jobs it is about.
pub struct Picture {
    /// For the planner.
    pub snapshot: Snapshot,
    /// The jobs of `snapshot.waiting`, in the same order.
    pub jobs: Vec<Job>,
    /// The hard budgets of their projects.
    pub budgets: BTreeMap<ProjectName, MicroUsd>,
}

/// The snapshot of these queues at `now`.
pub async fn read(store: &dyn Store, policies: Vec<QueuePolicy>, now: Timestamp) -> Result<Picture, Error> {
    // Stacks before jobs: a job that starts in between is then seen as waiting and its start refused by the store,
    // instead of being counted nowhere.
    let live = store.live_stacks().await?;
    let mut names = Names::new(&policies);
    let running = live.iter().filter_map(|stack| names.running(stack)).collect();
    let (mut waiting, mut jobs) = (vec![], vec![]);
    for policy in &policies {
        jobs.extend(store.queue_heads(&policy.name, PER_OWNER, HEAD).await?);
    }
    let namesakes = Namesakes::read(store, &policies, &jobs).await?;
    for job in &jobs {
        let mut depend = dependencies(store, job).await?;
        depend.extend(namesakes.before(job).map(|on| (on, DependencyState::Open)));
        waiting.extend(names.waiting(job, depend));
    }
    let mut snapshot = Snapshot {
        now,
        owners: names.owners,
        groups: names.groups,
        memberships: names.memberships,
        projects: names.projects,
        waiting,
        running,
        queues: policies,
        ..Snapshot::default()
    };
    let budgets = add_budgets(store, &mut snapshot).await?;
    add_usage(store, &mut snapshot).await?;
    Ok(Picture { snapshot, jobs, budgets })
}

async fn dependencies(store: &dyn Store, job: &Job) -> Result<Vec<(Dependency, DependencyState)>, Error> {
    let mut depend = Vec::new();
    for on in &job.depend {
        let other = store.job(on.job).await?;
        let state = match (on.element, &other) {
            (Some(element), Some(other)) => element_state(store, on.condition, element, other).await?,
            _ => dependency_state(on, other.as_ref()),
        };
        depend.push((*on, state));
    }
    Ok(depend)
}

/// Fills in each project's shares and what its hard budget has left; the hard budgets.
async fn add_budgets(
    store: &dyn Store,
    snapshot: &mut Snapshot,
) -> Result<BTreeMap<ProjectName, MicroUsd>, Error> {
    let mut budgets = BTreeMap::new();
    for known in &mut snapshot.projects {
        let Some(name) = &known.name else { continue };
        let Some(project) = store.project(name).await? else { continue };
        known.shares = project.shares;
        if let Some(amount) = project.hard_budget() {
            known.budget_left = project.left(&store.account(name).await?);
            budgets.insert(name.clone(), amount);
        }
    }
    Ok(budgets)
}

/// How a dependency on one element stands. What ends without its array having run it has ended otherwise than well.
async fn element_state(
    store: &dyn Store,
    condition: Condition,
    index: ElementIndex,
    array: &Job,
) -> Result<DependencyState, Error> {
    let number = array.array.as_ref().and_then(|spec| ElementChunk::number_of(spec, index));
    let Some(number) = number else { return Ok(DependencyState::Failed) };
    let chunk = store.element_chunk(array.id, number).await?;
    let element = chunk.as_ref().and_then(|chunk| chunk.elements.get(&index));
    let started = element.is_some_and(|e| e.started_at.is_some());
    let ended = element.and_then(|e| e.end.as_ref()).map(|end| end.verdict == Verdict::Exited { status: 0 });
    // An array that has ended runs no more of its elements.
    let ended = ended.or(array.state.is_final().then_some(false));
    Ok(condition_state(condition, started, ended))
}

/// Fills in who used how much, for those whose order depends on it.
async fn add_usage(store: &dyn Store, snapshot: &mut Snapshot) -> Result<(), Error> {
    let shared = |job: &&WaitingJob| snapshot.queues[usize::from(job.queue)].order == QueueOrder::Fairshare;
    let standing: BTreeSet<(u32, u32)> =
        snapshot.waiting.iter().filter(shared).map(|job| (job.project, job.owner)).collect();
    for (project, owner) in standing {
        let project_name: Option<ProjectName> = snapshot.projects[project as usize].name.clone();
        let owner_name: UserName = snapshot.owners[owner as usize].clone();
        let today = day_of(snapshot.now);
        let days = store.spending(project_name.as_ref(), &owner_name, today - REMEMBERED_DAYS).await?;
        let running = snapshot.running.iter().filter(|job| (job.project, job.owner) == (project, owner));
        // What runs is charged when it has ended; until then an hour of it stands for it.
        let under_way: u64 = running.map(|job| job.need.hourly_cost.0.max(1)).sum();
        let used = decayed(&days, today).saturating_add(under_way);
        snapshot.members.push(Member { project, owner, shares: 1, used });
        let of_project = &mut snapshot.projects[project as usize];
        of_project.used = of_project.used.saturating_add(used);
    }
    Ok(())
}

/// What was spent, each day halved for every half-life that has passed since.
fn decayed(days: &[(i64, MicroUsd)], today: i64) -> u64 {
    let weighed = days.iter().map(|(day, cost)| {
        let age = (today - day).max(0) as f64;
        cost.0 as f64 * (-age / HALF_LIFE_DAYS).exp2()
    });
    weighed.sum::<f64>() as u64
}

/// How a dependency stands, given the other job.
pub fn dependency_state(on: &Dependency, other: Option<&Job>) -> DependencyState {
    let Some(other) = other else { return DependencyState::Failed };
    let ended_well = match other.state {
        JobState::Ended { outcome, .. } => Some(outcome == Outcome::Completed),
        _ => None,
    };
    // In any attempt: a job that goes back to its queue has been started all the same.
    let started = other.attempts.iter().any(|attempt| attempt.started_at.is_some());
    condition_state(on.condition, started, ended_well)
}

/// How a condition stands, given whether the other has started and, once it has ended, whether well.
fn condition_state(condition: Condition, started: bool, ended_well: Option<bool>) -> DependencyState {
    let met = |is| if is { DependencyState::Met } else { DependencyState::Failed };
    match (condition, ended_well) {
        (Condition::After, None) if started => DependencyState::Met,
        (Condition::After, Some(_)) => met(started),
        (Condition::AfterAny | Condition::Singleton, Some(_)) => DependencyState::Met,
        (Condition::AfterOk, Some(well)) => met(well),
        (Condition::AfterNotOk, Some(well)) => met(!well),
        (_, None) => DependencyState::Open,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_week_halves_what_was_spent() {
        let days = [(100, MicroUsd(1_000)), (93, MicroUsd(1_000)), (86, MicroUsd(1_000))];
        assert_eq!(decayed(&days, 100), 1_750);
        assert_eq!(decayed(&days[..1], 30), 1_000, "a clock that went back");
        assert_eq!(day_of(Timestamp(86_400_000 * 20_000 + 1)), 20_000);
    }
}
