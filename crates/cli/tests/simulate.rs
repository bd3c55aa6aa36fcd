//! Replaying a log, from the command line to files.

mod common;

use common::process::Rig;
use serde_json::Value;

/// Four processors; the second job needs all of them.
const LOG: &str = "; MaxProcs: 4\n\
    1 0 -1 10 2 -1 -1 2 20 -1 1 1 -1 -1 -1 -1 -1 -1\n\
    2 1 -1 5 4 -1 -1 4 5 -1 1 1 -1 -1 -1 -1 -1 -1\n\
    3 2 -1 15 2 -1 -1 2 15 -1 1 1 -1 -1 -1 -1 -1 -1\n\
    4 3 -1 3 1 -1 -1 1 3 -1 1 1 -1 -1 -1 -1 -1 -1\n\
    5 4 -1 30 1 -1 -1 1 30 -1 1 1 -1 -1 -1 -1 -1 -1\n\
    6 4 -1 0 1 -1 -1 1 30 -1 1 1 -1 -1 -1 -1 -1 -1\n";

fn rig() -> Rig {
    let rig = Rig::new();
    rig.script("toy.swf", LOG);
    rig
}

#[test]
fn what_is_wrong_with_a_trace_is_told_with_its_place() {
    let rig = rig();
    rig.script("bad.swf", "; MaxProcs: 4\n1 0 -1 ten 2 -1 -1 2 20 -1 1 1 -1 -1 -1 -1 -1 -1\n");
    insta::assert_snapshot!(rig.run(&["simulate", "bad.swf"]).err);
    rig.script("empty.swf", "; MaxProcs: 4\n");
    rig.script("nameless.swf", LOG.strip_prefix("; MaxProcs: 4\n").unwrap());
    std::fs::write(rig.home.path().join("cut.swf.gz"), [0x1f, 0x8b, 8, 0]).unwrap();
    for (args, status, code) in [
        (&["simulate", "empty.swf"][..], 1, "EMPTY_TRACE"),
        (&["simulate", "nameless.swf"], 1, "BAD_TRACE"),
        (&["simulate", "cut.swf.gz"], 1, "BAD_TRACE"),
        (&["simulate", "missing.swf"], 1, "FILE_UNREADABLE"),
        (&["simulate", "toy.swf", "--procs", "0"], 1, "BAD_COUNT"),
        (&["simulate", "toy.swf", "--policy", "easy,random"], 1, "BAD_VALUE"),
        (&["simulate", "toy.swf", "--boot-seconds", "5"], 2, "USAGE"),
        (&["simulate", "toy.swf", "--price-per-proc-hour", "nan"], 2, "USAGE"),
        (&["simulate", "toy.swf", "--csv", "no/such/folder.csv"], 1, "FILE_UNWRITABLE"),
    ] {
        let ran = rig.run(args);
        assert_eq!((ran.status, ran.out.as_str()), (status, ""), "{args:?}");
        assert!(ran.err.starts_with(&format!("error[{code}]: ")), "{args:?}: {}", ran.err);
    }
}

#[test]
fn policies_are_compared_in_a_table() {
    let rig = rig();
    let ran = rig.run(&["simulate", "toy.swf", "--policy", "fcfs,easy,easy", "--policy", "soca"]);
    assert_eq!((ran.status, ran.err.as_str()), (0, ""));
    insta::assert_snapshot!(ran.out);
    let ran = rig.run(&["simulate", "toy.swf", "--policy", "easy,fcfs", "--quiet"]);
    assert_eq!(ran.out, "easy 1.340\nfcfs 1.427\n");
}

#[test]
fn json_is_one_object_for_one_policy_and_an_array_for_several() {
    let rig = rig();
    let object: Value =
        serde_json::from_str(&rig.run(&["simulate", "toy.swf", "--policy", "easy", "--json"]).out).unwrap();
    assert_eq!(
        (&object["policy"], &object["jobs"], &object["procs"]),
        (&"easy".into(), &5.into(), &4.into())
    );
    assert_eq!((&object["mean_wait"], &object["makespan"]), (&8.2.into(), &52.into()));
    let fields =
        ["p95_wait", "max_wait", "mean_bounded_slowdown", "max_bounded_slowdown", "utilisation", "cost"];
    assert!(fields.iter().all(|field| object[field].is_number()), "{object}");
    let array: Value =
        serde_json::from_str(&rig.run(&["simulate", "toy.swf", "--policy", "easy,soca", "--json"]).out)
            .unwrap();
    assert_eq!((array.as_array().map(Vec::len), &array[1]["policy"]), (Some(2), &"soca".into()));
}

#[test]
fn elastic_capacity_needs_no_machine() {
    let rig = rig();
    let ran = rig
        .run_with(&["simulate", "-", "--capacity", "elastic"], LOG.strip_prefix("; MaxProcs: 4\n").unwrap());
    assert_eq!((ran.status, ran.err.as_str()), (0, ""));
    insta::assert_snapshot!(ran.out);
}

#[test]
fn jobs_and_picture_are_written_into_files() {
    let rig = rig();
    let args = ["simulate", "toy.swf", "--policy", "easy,soca", "--csv", "jobs.csv", "--plot", "toy.svg"];
    assert_eq!(rig.run(&args).status, 0);
    let read = |name: &str| std::fs::read_to_string(rig.home.path().join(name)).unwrap();
    assert_eq!(read("jobs.csv").lines().count(), 11);
    assert!(read("toy.svg").starts_with("<svg "));
}
