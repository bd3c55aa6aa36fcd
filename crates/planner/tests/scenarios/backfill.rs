//! Who passes whom: promises to jobs that wait, and jobs that fit around them.

use crate::case::{case, job};

#[test]
fn jobs_start_in_order_while_there_is_room() {
    let plan = case(3).wait([job("a", 1), job("a", 2), job("b", 1)]).plan();
    insta::assert_snapshot!(plan, @r"
    start 1 2
    3 QUEUE_INSTANCE_LIMIT by +60
    ");
}

#[test]
fn a_short_job_passes_a_large_one_that_it_does_not_delay() {
    // Three of four are in use for 60 minutes; the first job wants all four.
    let case =
        case(4).run([job("x", 3)]).wait([job("a", 4), job("b", 1).minutes(60), job("c", 1).minutes(61)]);
    insta::assert_snapshot!(case.plan(), @r"
    start 2
    1 QUEUE_INSTANCE_LIMIT by +60
    3 QUEUE_INSTANCE_LIMIT
    ");
}

#[test]
fn a_long_job_passes_into_what_the_large_one_leaves() {
    let case =
        case(5).run([job("x", 3)]).wait([job("a", 4), job("b", 1).minutes(600), job("c", 1).minutes(600)]);
    insta::assert_snapshot!(case.plan(), @r"
    start 2
    1 QUEUE_INSTANCE_LIMIT by +60
    3 BEHIND
    ");
}

#[test]
fn without_promises_small_jobs_pass_for_ever() {
    let case =
        case(4).run([job("x", 3)]).wait([job("a", 4), job("b", 1).minutes(600)]).policy(|p| p.promises = 0);
    assert_eq!(case.starts(), [2]);
}

#[test]
fn conservative_backfill_promises_to_everybody() {
    let jobs = [job("a", 4), job("b", 2).minutes(30), job("c", 1).minutes(90)];
    let easy = case(4).run([job("x", 2), job("x", 1).minutes(30)]).wait(jobs.clone());
    insta::assert_snapshot!(easy.plan(), @r"
    start
    1 QUEUE_INSTANCE_LIMIT by +60
    2 QUEUE_INSTANCE_LIMIT
    3 BEHIND
    ");
    let conservative = easy.policy(|p| p.promises = 100);
    insta::assert_snapshot!(conservative.plan(), @r"
    start
    1 QUEUE_INSTANCE_LIMIT by +60
    2 QUEUE_INSTANCE_LIMIT by +30
    3 BEHIND by +120
    ");
}

#[test]
fn what_is_never_given_back_is_waited_for_in_order() {
    let case = case(4).run([job("x", 2).endless()]).wait([job("a", 3), job("b", 1).minutes(1)]);
    insta::assert_snapshot!(case.plan(), @r"
    start
    1 QUEUE_INSTANCE_LIMIT
    2 BEHIND
    ");
}

#[test]
fn an_endless_job_does_not_pass_anybody_it_could_delay() {
    let case = case(4).run([job("x", 3)]).wait([job("a", 4), job("b", 1).endless()]);
    assert_eq!(case.starts(), [] as [u64; 0]);
}

#[test]
fn a_job_that_should_be_over_may_be_so_at_any_moment() {
    let case = case(4).run([job("x", 3).minutes(0)]).wait([job("a", 4), job("b", 1).minutes(1)]);
    insta::assert_snapshot!(case.plan(), @r"
    start
    1 QUEUE_INSTANCE_LIMIT by +0
    2 BEHIND
    ");
}

#[test]
fn queues_do_not_wait_for_each_other() {
    let case = case(1).run([job("x", 1)]).and_queue("r", 1).wait([job("a", 1), job("a", 1).queue(1)]);
    assert_eq!(case.starts(), [2]);
}

#[test]
fn licenses_are_waited_for_like_nodes() {
    let case = case(100).license("solver_lic", 4).run([job("x", 1).licenses(3)]).wait([
        job("a", 1).licenses(4),
        job("b", 1).licenses(1).minutes(61),
        job("c", 1).licenses(1).minutes(5),
        job("d", 1),
    ]);
    insta::assert_snapshot!(case.plan(), @r"
    start 3 4
    1 LICENSE_SHORT by +60
    2 BEHIND
    ");
}

#[test]
fn what_is_kept_for_a_group_is_free_for_jobs_that_end_before() {
    let base = || case(4).group("cfd", &["g"]).reservation("cfd", 3, 30, 90);
    let case = base().wait([job("a", 2).minutes(29), job("a", 2).minutes(31), job("g", 3).minutes(600)]);
    insta::assert_snapshot!(case.plan(), @r"
    start 1
    2 RESERVED by +90
    3 QUEUE_INSTANCE_LIMIT
    ");
    assert_eq!(base().wait([job("g", 4)]).starts(), [1], "the group may have more than it reserved");
    let both = base().wait([job("g", 2).minutes(600), job("a", 2).minutes(600), job("a", 1).minutes(80)]);
    assert_eq!(both.starts(), [1, 3], "of three that are kept the group has two");
}

#[test]
fn a_reservation_that_has_begun_holds_now() {
    let case = case(4).group("cfd", &["g"]).reservation("cfd", 3, 0, 90).run([job("g", 1)]);
    assert_eq!(case.wait([job("a", 1), job("a", 1), job("g", 2)]).starts(), [1, 3]);
}
