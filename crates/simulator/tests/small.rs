//! Small traces whose results were worked out by hand.

mod common;

use common::{Short, starts, trace};
use soca_domain::Code;
use soca_simulator::{
    capacity::Capacity, csv, plot, policy::PolicyName, policy::rank, simulate, swf, trace::Trace,
};

/// Four processors; the second job needs all of them.
const FIVE: [Short; 5] =
    [(0, 2, 10, 20, 1), (1, 4, 5, 5, 1), (2, 2, 15, 15, 1), (3, 1, 3, 3, 1), (4, 1, 30, 30, 1)];

#[test]
fn first_come_first_served_lets_nobody_pass() {
    assert_eq!(starts(PolicyName::Fcfs, 4, &FIVE), [0, 10, 15, 15, 15]);
}

#[test]
fn easy_lets_those_pass_who_end_before_the_shadow_time() {
    assert_eq!(starts(PolicyName::Easy, 4, &FIVE), [0, 17, 2, 10, 22]);
}

#[test]
fn easy_may_delay_the_second_job_and_conservative_backfilling_may_not() {
    let jobs = [(0, 3, 10, 10, 1), (1, 2, 5, 5, 1), (2, 4, 5, 5, 1), (3, 1, 20, 20, 1)];
    assert_eq!(starts(PolicyName::Easy, 4, &jobs), [0, 10, 23, 3]);
    assert_eq!(starts(PolicyName::Conservative, 4, &jobs), [0, 10, 15, 20]);
}

#[test]
fn easy_sjf_lets_the_shortest_pass_first() {
    let jobs = [(0, 3, 100, 100, 1), (1, 4, 10, 10, 1), (2, 1, 50, 50, 1), (2, 1, 20, 20, 1)];
    assert_eq!(starts(PolicyName::Easy, 4, &jobs), [0, 100, 2, 52]);
    assert_eq!(starts(PolicyName::EasySjf, 4, &jobs), [0, 100, 22, 2]);
}

#[test]
fn a_job_that_outlives_its_estimate_is_expected_to_end_at_the_next_second() {
    let jobs = [(0, 1, 30, 10, 1), (1, 2, 5, 5, 1), (20, 1, 1, 1, 1), (20, 1, 2, 2, 1)];
    assert_eq!(starts(PolicyName::Easy, 2, &jobs), [0, 30, 20, 35]);
}

#[test]
fn soca_learns_whose_requests_are_too_long() {
    // User 1 asks for 1,000 seconds and needs 10; user 3 asks for 500.
    let jobs = [(0, 1, 10, 1000, 1), (20, 1, 100, 100, 2), (21, 1, 500, 500, 3), (21, 1, 10, 1000, 1)];
    assert_eq!(starts(PolicyName::Soca, 1, &jobs), [0, 20, 130, 120]);
    assert_eq!(starts(PolicyName::EasySjf, 1, &jobs), [0, 20, 120, 620]);
}

#[test]
fn under_soca_a_large_job_among_ever_new_small_ones_starts_when_it_is_old() {
    let minute = 60;
    let mut jobs: Vec<Short> = (0..6000).map(|n| (n * minute / 2, 1, minute, minute, 1)).collect();
    jobs.insert(1, (1, 2, minute, 100 * 3600, 2));
    let waited = starts(PolicyName::Soca, 2, &jobs)[1] - 1;
    assert!((rank::OLD_AFTER - 3600..=rank::OLD_AFTER + minute).contains(&waited), "{waited}");
}

#[test]
fn the_figures_of_a_fixed_machine() {
    let replay = simulate(&trace(4, &FIVE), PolicyName::Easy, Capacity::Fixed, 3600.0);
    let it = replay.report;
    assert_eq!((it.jobs, it.procs, it.makespan, it.max_wait, it.p95_wait), (5, 4, 52, 18, 18));
    assert!((it.mean_wait - (16.0 + 7.0 + 18.0) / 5.0).abs() < 1e-9);
    // Waits 0, 16, 0, 7, 18; two of the jobs run for less than ten seconds.
    let slowdowns = [1.0, 21.0 / 10.0, 1.0, 1.0, 48.0 / 30.0];
    assert!((it.mean_bounded_slowdown - slowdowns.iter().sum::<f64>() / 5.0).abs() < 1e-9);
    assert_eq!(it.max_bounded_slowdown, 2.1);
    let work = 20 + 20 + 30 + 3 + 30;
    assert!((it.utilisation - f64::from(work) / (4.0 * 52.0)).abs() < 1e-9);
    assert!((it.cost - 4.0 * 52.0).abs() < 1e-9);
}

#[test]
fn elastic_capacity_is_there_after_its_boot_and_costs_that_too() {
    let elastic = Capacity::Elastic { boot: 60, capped: false };
    let replay = simulate(&trace(u32::MAX, &FIVE), PolicyName::Soca, elastic, 3600.0);
    assert_eq!(replay.starts, [60, 61, 62, 63, 64]);
    let it = replay.report;
    assert_eq!((it.mean_wait, it.max_wait, it.procs, it.makespan), (60.0, 60, 10, 94));
    let (work, booting) = (103.0, 60.0 * 10.0);
    assert!(
        (it.cost - (work + booting)).abs() < 1e-9 && (it.utilisation - work / (work + booting)).abs() < 1e-9
    );
}

#[test]
fn capped_elastic_capacity_makes_jobs_wait_for_each_other() {
    let elastic = Capacity::Elastic { boot: 60, capped: true };
    let jobs = [(0, 3, 10, 10, 1), (0, 3, 10, 10, 1)];
    let replay = simulate(&trace(4, &jobs), PolicyName::Easy, elastic, 1.0);
    assert_eq!((replay.starts, replay.report.procs), (vec![60, 130], 4));
}

/// The header's machine has four processors; what is left out is marked.
const LOG: &str = "; MaxProcs: 4\n\
    1 5 -1 10 2 -1 -1 3 20 -1 1 7 -1 -1 -1 -1 -1 -1\n\
    2 0 -1 10 2 -1 -1 -1 0 -1 1 7 -1 -1 -1 -1 -1 -1\n\
    3 0 -1 0 2 -1 -1 3 20 -1 1 7 -1 -1 -1 -1 -1 -1\n\
    4 0 -1 10 0 -1 -1 0 20 -1 1 7 -1 -1 -1 -1 -1 -1\n\
    5 0 -1 10 2 -1 -1 5 20 -1 1 7 -1 -1 -1 -1 -1 -1\n";

#[test]
fn a_log_is_cleaned_and_sorted() {
    let trace = Trace::of_log(&swf::read(LOG.as_bytes()).unwrap(), None).unwrap();
    let jobs: Vec<_> = trace.jobs.iter().map(|it| (it.number, it.procs, it.estimate)).collect();
    assert_eq!((jobs, trace.procs, trace.left_out), (vec![(2, 2, 10), (1, 3, 20)], 4, 3));
}

#[test]
fn a_machine_without_processors_or_size_is_refused() {
    let log = swf::read(LOG.as_bytes()).unwrap();
    assert_eq!(Trace::of_log(&log, Some(0)).unwrap_err().code, Code::BadCount);
    assert_eq!(Trace::of_log(&log, Some(1)).unwrap_err().code, Code::EmptyTrace);
    let nameless = swf::read(LOG.strip_prefix("; MaxProcs: 4\n").unwrap().as_bytes()).unwrap();
    assert_eq!(Trace::of_log(&nameless, None).unwrap_err().code, Code::BadTrace);
    assert_eq!(Trace::of_log(&nameless, Some(5)).unwrap().jobs.len(), 3);
}

#[test]
fn jobs_can_be_written_down_and_drawn() {
    let trace = trace(4, &FIVE);
    let replays = PolicyName::ALL.map(|policy| simulate(&trace, policy, Capacity::Fixed, 1.0));
    let mut text = csv::HEADER.to_owned();
    csv::lines(PolicyName::Easy, &trace, &replays[1].starts, &mut text);
    assert_eq!(text.lines().count(), 6);
    assert_eq!(text.lines().nth(2), Some("easy,2,1,4,1,17,22,16,5,5,2.100"));
    let picture = plot::svg("a <small> trace", &replays);
    assert!(
        picture.starts_with("<svg ") && picture.ends_with("</svg>\n") && picture.contains("a &lt;small&gt;")
    );
    assert_eq!(picture.matches("<polyline").count(), 10, "two lines for each policy");
    assert!(!picture.contains("NaN") && !picture.contains("inf"));
}
