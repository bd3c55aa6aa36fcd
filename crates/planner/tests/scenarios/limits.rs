//! Limits of every scope, budgets and windows.

use crate::case::{NOW, case, instances, job, jobs};
use soca_domain::{MicroUsd, Timestamp, limit::Limits};
use soca_planner::DependencyState;

#[test]
fn each_scope_has_its_limits_and_lets_others_pass() {
    let case = case(100)
        .group("cfd", &["c", "d"])
        .with(|q| {
            q.per_user = jobs(2);
            q.per_group = instances(3);
            q.per_project = Limits { vcpus: Some(8), ..Limits::default() };
        })
        .wait([
            job("a", 1),
            job("a", 1),
            job("a", 1),
            job("c", 2),
            job("d", 2),
            job("e", 1).project("p"),
            job("f", 2).project("p"),
            job("g", 1),
        ]);
    insta::assert_snapshot!(case.plan(), @r"
    start 1 2 4 6 8
    3 USER_JOB_LIMIT
    5 GROUP_INSTANCE_LIMIT
    7 PROJECT_VCPU_LIMIT
    ");
}

#[test]
fn a_users_small_jobs_do_not_starve_their_large_one() {
    let case = case(100).with(|q| q.per_user = instances(4)).run([job("a", 2).minutes(10)]);
    let plan = case.wait([job("a", 4), job("a", 1).minutes(60), job("a", 1).minutes(5), job("b", 4)]).plan();
    insta::assert_snapshot!(plan, @r"
    start 3 4
    1 USER_INSTANCE_LIMIT
    2 BEHIND
    ");
}

#[test]
fn what_an_hour_may_cost_is_a_limit() {
    let limits = Limits { hourly_cost: Some(MicroUsd(250_000)), ..Limits::default() };
    let case = case(100).with(|q| q.limits = limits).wait([job("a", 2), job("a", 1)]);
    insta::assert_snapshot!(case.plan(), @r"
    start 1
    2 QUEUE_COST_LIMIT by +60
    ");
}

#[test]
fn a_job_larger_than_its_limit_waits_by_itself() {
    let case = case(2).wait([job("a", 3), job("b", 2)]);
    insta::assert_snapshot!(case.plan(), @r"
    start 2
    1 QUEUE_INSTANCE_LIMIT
    ");
    assert!(case.checked().waits[0].reason.unblocked_by().contains("higher limit"));
}

#[test]
fn a_limit_that_was_lowered_is_no_fault_of_the_plan() {
    let case = case(2).run([job("x", 3)]).wait([job("a", 1)]);
    insta::assert_snapshot!(case.plan(), @r"
    start
    1 QUEUE_INSTANCE_LIMIT by +60
    ");
}

#[test]
fn a_budget_is_never_overdrawn_and_smaller_jobs_use_what_is_left() {
    let p = |hold| job("a", 1).project("p").hold(hold);
    let case = case(100).budget("p", 100).wait([p(60), p(60), p(40), p(1), job("a", 1).hold(1000)]);
    insta::assert_snapshot!(case.plan(), @r"
    start 1 3 5
    2 BUDGET_SHORT
    4 BUDGET_SHORT
    ");
    assert_eq!(
        case.checked().waits[0].reason.to_string(),
        "The job may cost $0.000060 and the budget of project p has $0.000040 left."
    );
}

#[test]
fn outside_the_windows_nothing_starts() {
    let case = case(9).with(|q| q.windows = vec!["mon-fri 19:00-07:00".parse().unwrap()]).wait([job("a", 1)]);
    insta::assert_snapshot!(case.plan(), @r"
    start
    1 WINDOW_OPENS
    ");
    assert!(case.checked().waits[0].reason.to_string().contains("2026-11-25T19:00"));
}

#[test]
fn who_cannot_start_yet_for_reasons_of_their_own_lets_others_pass() {
    let mut case = case(9).wait([job("a", 1), job("a", 1), job("a", 1), job("a", 1), job("a", 1)]);
    let on = soca_domain::depend::Dependency {
        job: soca_domain::JobId(9),
        element: None,
        condition: soca_domain::depend::Condition::AfterOk,
    };
    let jobs = &mut case.0.waiting;
    jobs[0].begin_at = Some(Timestamp(NOW.0 + 1));
    jobs[1].retry_at = Some(Timestamp(NOW.0 + 1));
    jobs[2].depend = [(on, DependencyState::Open)].into();
    jobs[3].depend = [(on, DependencyState::Failed)].into();
    insta::assert_snapshot!(case.plan(), @r"
    start 5
    drop 4 DEPENDENCY_FAILED
    1 BEGINS_LATER
    2 RETRY_LATER
    3 DEPENDENCY
    ");
}
