//! Every example, run as its README says.

use crate::twin::{Ran, Twin};
use std::{
    fs,
    path::{Path, PathBuf},
};

fn examples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples")
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// Runs an example in a fresh copy of the examples; the copy and what came of it.
fn run(twin: &Twin, file: &str) -> (PathBuf, Ran) {
    let dir = twin.directory(&format!("example-{}", file.replace(['/', '.'], "-")));
    copy(&examples(), &dir);
    let ran = twin.follow(&dir, file);
    twin.assert_nothing_left();
    (dir, ran)
}

fn completes(file: &str) -> (PathBuf, Ran) {
    let (dir, ran) = run(&Twin::get(), file);
    assert_eq!((ran.status, ran.summary["state"].as_str()), (0, Some("completed")), "{}", ran.output);
    assert_eq!(ran.summary["attempts"], 1, "{}", ran.summary);
    (dir, ran)
}

#[test]
fn hello_runs_is_paid_for_and_leaves_nothing_p3() {
    let (_, ran) = completes("hello.pbs");
    assert!(ran.output.contains("Hello"), "{}", ran.output);
    assert!(ran.summary["cost_micro_usd"].as_u64().is_some_and(|cost| cost > 0), "{}", ran.summary);
}

#[test]
fn fail_returns_its_status() {
    let (_, ran) = run(&Twin::get(), "fail.pbs");
    assert_eq!((ran.status, ran.summary["state"].as_str()), (3, Some("failed")), "{}", ran.output);
}

#[test]
fn array_runs_each_element_once_p2() {
    let (dir, ran) = completes("array.pbs");
    let results = fs::read_dir(dir.join("results"))
        .unwrap()
        .filter(|e| e.as_ref().unwrap().path().extension().is_some_and(|x| x == "txt"));
    assert_eq!(results.count(), 50);
    let job = ran.summary["job"].as_str().unwrap().to_owned();
    let list = Twin::get().json(&["elements", &job]);
    assert_eq!((&list["counts"]["completed"], &list["counts"]["failed"]), (&50.into(), &0.into()));
    let elements = list["elements"].as_array().unwrap();
    assert!(elements.iter().all(|e| e["attempt"] == 1 && e["exit_code"] == 0));
    assert!(most_at_once(elements) <= 8, "the running limit holds");
}

/// The most elements that ran at the same moment.
fn most_at_once(elements: &[serde_json::Value]) -> i64 {
    let mut moments: Vec<(String, i64)> = Vec::new();
    for e in elements {
        moments.push((e["started_at"].as_str().unwrap().to_owned(), 1));
        moments.push((e["ended_at"].as_str().unwrap().to_owned(), -1));
    }
    moments.sort();
    let mut now = 0;
    moments
        .iter()
        .map(|(_, step)| {
            now += step;
            now
        })
        .max()
        .unwrap_or(0)
}

#[test]
fn multinode_starts_on_the_first_of_four_nodes() {
    let (_, ran) = completes("multinode.pbs");
    assert_eq!(ran.summary["nodes"], 4, "{}", ran.summary);
}

#[test]
fn walltime_ends_a_script_that_will_not_end() {
    let (_, ran) = run(&Twin::get(), "walltime.pbs");
    assert_eq!((ran.status, ran.summary["state"].as_str()), (124, Some("timed_out")), "{}", ran.output);
    let run_ms = ran.summary["run_ms"].as_u64().unwrap();
    assert!((5_000..60_000).contains(&run_ms), "{}", ran.summary);
}

#[test]
fn calculix_agrees_with_beam_theory() {
    completes("calculix/cantilever.pbs");
}

#[test]
fn calculix_load_cases_run_as_an_array() {
    let (dir, _) = completes("calculix/load-cases.pbs");
    let runs = [dir.join("runs"), dir.join("calculix/runs")].into_iter().find(|d| d.exists()).unwrap();
    let summary = fs::read_to_string(runs.join("summary.csv")).unwrap();
    assert!(summary.lines().count() > 6, "{summary}");
}
