//! Real logs, where they are: beside the repository, in `../shared/data/traces`. Without them these tests say so and pass.

mod common;

use soca_simulator::{Replay, capacity::Capacity, policy::PolicyName, simulate, swf, trace::Trace};
use std::{
    fs::File,
    io::{self, BufReader, Write},
    path::PathBuf,
};

/// A log's beginning, and the mean bounded slowdowns that an independent program found: fcfs, easy, easy-sjf.
const TRACES: [(&str, [f64; 3]); 3] = [
    ("KTH-SP2", [7510.785, 91.330, 72.557]),
    ("CTC-SP2", [4260.958, 55.159, 30.749]),
    ("SDSC-BLUE", [3427.840, 36.446, 21.346]),
];

fn trace(name: &str) -> Option<Trace> {
    let folder: PathBuf =
        [env!("CARGO_MANIFEST_DIR"), "..", "..", "..", "shared", "data", "traces"].iter().collect();
    let found = std::fs::read_dir(folder).ok().into_iter().flatten().flatten();
    let file = found
        .map(|entry| entry.path())
        .find(|path| path.file_name().is_some_and(|it| it.to_string_lossy().starts_with(name)));
    let Some(file) = file else {
        // Not eprintln!, which is shown only when a test fails.
        let _ = writeln!(io::stderr(), "SKIPPED: there is no trace {name} in ../shared/data/traces");
        return None;
    };
    let log = swf::read(BufReader::new(File::open(file).expect("it is there"))).expect("a good log");
    Some(Trace::of_log(&log, None).expect("a header with MaxProcs"))
}

fn replay(trace: &Trace, policy: PolicyName) -> Replay {
    simulate(trace, policy, Capacity::Fixed, 1.0)
}

/// Prints what was measured, and checks it against the reference and against EASY.
fn check(name: &str, expected: [f64; 3]) {
    let Some(trace) = trace(name) else { return };
    for (policy, expected) in
        [PolicyName::Fcfs, PolicyName::Easy, PolicyName::EasySjf].into_iter().zip(expected)
    {
        let found = replay(&trace, policy).report.mean_bounded_slowdown;
        println!("{name} {policy}: {found:.3}, expected {expected:.3}");
        assert!((found - expected).abs() <= expected / 1000.0);
    }
    let (easy, soca) = (replay(&trace, PolicyName::Easy).report, replay(&trace, PolicyName::Soca).report);
    let slowdown = soca.mean_bounded_slowdown / easy.mean_bounded_slowdown;
    let longest = soca.max_wait as f64 / easy.max_wait as f64;
    println!("{name} soca / easy: slowdown {slowdown:.3}, longest wait {longest:.3}");
    assert!(slowdown <= 0.5, "half of EASY's mean bounded slowdown");
    assert!(longest <= 1.1, "no longer waits than EASY's by a tenth");
}

#[test]
fn kth_sp2() {
    let (name, expected) = TRACES[0];
    check(name, expected);
}

#[test]
fn ctc_sp2() {
    let (name, expected) = TRACES[1];
    check(name, expected);
}

#[test]
fn sdsc_blue() {
    let (name, expected) = TRACES[2];
    check(name, expected);
}
