//! What holds for any snapshot: P4, P7, P8, promises kept, nobody waits for ever.

use crate::case::{Case, Job, NOW, case, instances, job, jobs};
use proptest::prelude::*;
use soca_domain::{JobId, Timestamp, queue::QueueOrder};
use soca_planner::{RunningJob, Snapshot, lint, plan};
use std::collections::BTreeMap;

const OWNERS: [&str; 4] = ["a", "b", "c", "d"];
const PROJECTS: [Option<&str>; 3] = [None, Some("p"), Some("r")];

fn any_job() -> impl Strategy<Value = Job> {
    let shape = (0usize..4, 1u32..6, prop::option::weighted(0.9, 1u64..200), 0u16..2, 0usize..3);
    (shape, -2i32..3, 0u32..3, 0u64..50, 0i64..10).prop_map(
        |(shape, priority, licenses, hold, waited_days)| {
            let (owner, nodes, minutes, queue, project) = shape;
            Job {
                owner: OWNERS[owner],
                nodes,
                minutes,
                queue,
                project: PROJECTS[project],
                priority,
                licenses,
                hold,
                waited_days,
            }
        },
    )
}

fn any_case() -> impl Strategy<Value = Case> {
    let waiting = prop::collection::vec(any_job(), 0..40);
    let running = prop::collection::vec(any_job(), 0..10);
    let orders =
        prop::sample::select(vec![QueueOrder::Fifo, QueueOrder::Fairshare, QueueOrder::FairshareSoca]);
    (waiting, running, orders, 0u32..20, 0u32..4, 0u64..200, 0u32..6).prop_map(
        |(waiting, running, order, limit, promises, budget, licenses)| {
            let mut case = case(limit)
                .order(order)
                .with(|q| (q.per_user, q.per_group, q.per_project) = (jobs(3), instances(8), instances(9)))
                .and_queue("r", 10)
                .license("lic", licenses)
                .group("g", &["a", "b"])
                .reservation("g", 3, 30, 90)
                .budget("p", budget)
                .policy(|p| (p.promises, p.limits) = (promises, instances(25)))
                .run(running)
                .wait(waiting);
            // Jobs are submitted in the order of their numbers within a queue, whatever they waited.
            case.0.waiting.sort_by_key(|job| (job.submitted_at, job.id));
            case
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn limits_hold_and_every_job_has_an_answer_p4_p7_p8(case in any_case()) {
        let first = plan(&case.0);
        prop_assert_eq!(&first, &plan(&case.0));
        prop_assert_eq!(lint(&case.0, &first), vec![]);
    }

    #[test]
    fn a_reason_is_true_p7(case in any_case()) {
        // Whoever waits for a limit does not fit once all that the plan starts has been added.
        let first = plan(&case.0);
        let mut after = case.0.clone();
        for start in &first.starts {
            after.running.push(running(&case.0, start.index));
        }
        let started: Vec<JobId> = first.starts.iter().map(|s| s.job).collect();
        after.waiting.retain(|job| !started.contains(&job.id));
        for project in &mut after.projects {
            let name = project.name.clone();
            let held: u64 = first.starts.iter().map(|s| &case.0.waiting[s.index])
                .filter(|job| case.0.projects[job.project as usize].name == name).map(|job| job.hold.0).sum();
            project.budget_left = project.budget_left.map(|left| soca_domain::MicroUsd(left.0 - held));
        }
        for wait in first.waits.iter().filter(|w| w.reason.code().ends_with("LIMIT") || w.reason.code().ends_with("SHORT")) {
            let mut alone = after.clone();
            alone.waiting.retain(|job| job.id == wait.job);
            let second = plan(&alone);
            prop_assert!(second.starts.is_empty(), "{} waits for {} and would start", wait.job, wait.reason);
        }
    }

    #[test]
    fn a_promised_start_is_kept_where_there_is_one_limit(case in any_case()) {
        // When everything takes its whole time and nothing new comes, the job starts by the moment it was told. That is
        // so where jobs share one limit and the order stays: with several, one job may give way at one and not at the
        // other, and the moment is an estimate.
        let mut snapshot = case.0;
        snapshot.policy.promote_after = std::time::Duration::from_secs(0);
        snapshot.policy.limits = Default::default();
        for queue in &mut snapshot.queues {
            queue.reservations.clear();
            (queue.per_user, queue.per_group, queue.per_project) = Default::default();
        }
        for project in &mut snapshot.projects {
            project.budget_left = None;
        }
        for job in &mut snapshot.waiting {
            job.licenses = [].into();
        }
        for job in &mut snapshot.running {
            job.licenses = [].into();
        }
        let mut told: BTreeMap<JobId, Timestamp> = BTreeMap::new();
        for _ in 0..400 {
            let decided = plan(&snapshot);
            for start in &decided.starts {
                if let Some(by) = told.get(&start.job) {
                    prop_assert!(snapshot.now <= *by, "{} was told {by} and starts at {}", start.job, snapshot.now);
                }
            }
            for wait in &decided.waits {
                if let Some(by) = wait.starts_by {
                    told.entry(wait.job).or_insert(by);
                }
            }
            if !advance(&mut snapshot, &decided) {
                break;
            }
        }
    }
}

fn running(snapshot: &Snapshot, index: usize) -> RunningJob {
    let job = &snapshot.waiting[index];
    RunningJob {
        id: job.id,
        queue: job.queue,
        owner: job.owner,
        membership: job.membership,
        project: job.project,
        need: job.need,
        ends_at: job.duration.map(|d| snapshot.now.plus(d)),
        licenses: job.licenses.clone(),
    }
}

/// Carries the plan out and goes on to the next end; false when nothing ends any more.
fn advance(snapshot: &mut Snapshot, plan: &soca_planner::Plan) -> bool {
    for start in &plan.starts {
        let job = running(snapshot, start.index);
        snapshot.running.push(job);
    }
    let started: Vec<JobId> = plan.starts.iter().map(|s| s.job).collect();
    snapshot.waiting.retain(|job| !started.contains(&job.id));
    let Some(next) = snapshot.running.iter().filter_map(|job| job.ends_at).min() else { return false };
    snapshot.now = snapshot.now.max(next);
    let now = snapshot.now;
    snapshot.running.retain(|job| job.ends_at.is_none_or(|end| end > now));
    true
}

/// A stream of small jobs that never stops, under each order: the large job starts all the same.
#[test]
fn everybody_starts_in_the_end() {
    for order in [QueueOrder::Fifo, QueueOrder::Fairshare, QueueOrder::FairshareSoca] {
        let mut case =
            case(10).order(order).wait([job("large", 10).minutes(30)]).member(None, "large", 1, 1_000_000);
        let mut number = 100;
        let begun = NOW;
        let started = loop {
            let waiting = case.0.waiting.iter().filter(|job| job.id != JobId(1)).count();
            for _ in waiting..20 {
                number += 1;
                let small = job(OWNERS[number as usize % 4], 1).minutes(7 + number % 13).priority(9);
                case = case.wait([small]);
                let now = case.0.now;
                let last = case.0.waiting.last_mut().unwrap();
                (last.id, last.submitted_at, last.waiting_since) = (JobId(number), now, now);
            }
            let decided = plan(&case.0);
            if decided.starts.iter().any(|s| s.job == JobId(1)) {
                break case.0.now;
            }
            assert!(advance(&mut case.0, &decided));
            assert!(case.0.now.since(begun).as_secs() < 8 * 86_400, "{order:?}: it has not started");
        };
        assert!(started.since(begun) >= case.0.policy.promote_after - std::time::Duration::from_secs(1000));
    }
}
