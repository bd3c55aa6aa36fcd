//! Who goes first: priority, shares, age.

use crate::case::{case, job};
use soca_domain::queue::QueueOrder;
use std::time::Duration;

#[test]
fn the_higher_priority_goes_first_then_the_older() {
    let case = case(2).wait([job("a", 1), job("b", 1).priority(5), job("c", 1).priority(5)]);
    assert_eq!(case.starts(), [2, 3]);
}

#[test]
fn the_more_important_queue_goes_first_where_both_want_the_same() {
    let case = case(9)
        .and_queue("urgent", 9)
        .with(|q| q.priority = 10)
        .policy(|p| p.limits.instances = Some(1))
        .wait([job("a", 1), job("b", 1).queue(1)]);
    insta::assert_snapshot!(case.plan(), @r"
    start 2
    1 CLUSTER_INSTANCE_LIMIT by +60
    ");
}

#[test]
fn equal_queues_take_turns_by_age() {
    let case = case(9).and_queue("r", 9).policy(|p| p.limits.instances = Some(3));
    let jobs = [job("a", 1), job("b", 1).queue(1), job("a", 1), job("b", 1).queue(1)];
    assert_eq!(case.wait(jobs).starts(), [1, 2, 3]);
}

#[test]
fn of_two_equals_each_gets_every_other_turn() {
    let jobs = [job("a", 1), job("a", 1), job("a", 1), job("b", 1), job("b", 1), job("b", 1)];
    let fair = case(4).order(QueueOrder::Fairshare).wait(jobs.clone());
    assert_eq!(fair.starts(), [1, 4, 2, 5]);
    assert_eq!(case(4).wait(jobs).starts(), [1, 2, 3, 4], "unlike first come, first served");
}

#[test]
fn who_used_less_of_their_share_goes_first() {
    let case = case(3).order(QueueOrder::Fairshare).member(None, "a", 1, 600).member(None, "b", 3, 600);
    let jobs = [job("a", 1), job("a", 1), job("b", 1), job("b", 1), job("c", 1)];
    // c used nothing, b 200 for each share, a 600.
    assert_eq!(case.wait(jobs).starts(), [5, 3, 4]);
}

#[test]
fn shares_of_users_lie_within_shares_of_projects() {
    let case = case(4).order(QueueOrder::Fairshare).shares("wing", 3, 0).shares("hull", 1, 0);
    let wing = |name| job(name, 1).project("wing");
    let hull = |name| job(name, 1).project("hull");
    let jobs = [hull("h"), hull("h"), hull("h"), wing("u"), wing("u"), wing("v"), wing("v")];
    // The project with three shares gets three of four turns, and its two members share them.
    assert_eq!(case.wait(jobs).starts(), [1, 4, 6, 5]);
}

#[test]
fn nobody_with_no_share_goes_before_somebody_with_one() {
    let case = case(1).order(QueueOrder::Fairshare).member(None, "a", 0, 0).member(None, "b", 1, 1_000_000);
    assert_eq!(case.wait([job("a", 1), job("b", 1)]).starts(), [2]);
}

#[test]
fn soca_gives_turns_to_who_runs_least() {
    let case = case(9).order(QueueOrder::FairshareSoca).run([job("a", 1), job("b", 1), job("b", 1)]);
    let jobs = [job("a", 1), job("a", 1), job("b", 1), job("c", 1), job("c", 1)];
    // a 100-60+2, b 100-120+1, c 100+2: c, c (42 after one, as a; a is older), ...
    assert_eq!(case.wait(jobs).starts(), [4, 1, 5, 2, 3]);
}

#[test]
fn who_waited_for_a_week_goes_before_everybody() {
    let case = case(1)
        .order(QueueOrder::Fairshare)
        .and_queue("urgent", 1)
        .with(|q| q.priority = 100)
        .policy(|p| p.limits.instances = Some(1))
        .member(None, "a", 1, u64::MAX / 2_000_000)
        .wait([job("b", 1).queue(1).priority(9), job("a", 1).waited_days(8)]);
    assert_eq!(case.starts(), [2]);
    let patient = case.policy(|p| p.promote_after = Duration::from_secs(30 * 86_400));
    assert_eq!(patient.starts(), [1]);
}
