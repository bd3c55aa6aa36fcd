//! Jobs that wait for others: an array and what follows from how it and its elements end, and singletons.

use crate::twin::{Twin, script};
use serde_json::Value;
use std::{
    fs,
    path::Path,
    time::{Duration, Instant},
};

const SOON: Duration = Duration::from_secs(120);

fn submit(twin: &Twin, dir: &Path, directives: &str, body: &str) -> u64 {
    twin.submit(dir, &script(directives, body))
}

fn ends_as(twin: &Twin, id: u64, state: &str) -> Value {
    let job = twin.until_ended(id, SOON);
    assert_eq!(job["state"], state, "{job:#}");
    job
}

fn moment<'a>(job: &'a Value, name: &str) -> &'a str {
    job[name].as_str().unwrap_or_else(|| panic!("no {name}: {job:#}"))
}

#[test]
fn an_array_has_followers_by_how_it_and_its_elements_end_p7() {
    let twin = Twin::get();
    let dir = twin.directory("dependencies");
    // On one core they run one after the other. Element 4 fails; those after it wait for a file.
    let wait = "[ $PBS_ARRAY_INDEX -lt 5 ] || until [ -e go ]; do sleep 0.2; done";
    let body = format!("[ $PBS_ARRAY_INDEX = 4 ] && exit 3\n{wait}\necho $PBS_ARRAY_INDEX >> ran");
    let array = submit(&twin, &dir, "#PBS -J 1-6", &body);
    let after = |how: &str, what: &str| {
        let directive = format!("#PBS -W depend={how}");
        submit(&twin, &dir, &directive, &format!("echo {what} >> followed"))
    };
    let well = after(&format!("afterok:{array}"), "well");
    let badly = after(&format!("afternotok:{array}"), "badly");
    let fourth = after(&format!("afternotok:{array}[4]"), "fourth");
    let sixth = after(&format!("afterok:{array}[6]"), "sixth");
    let next = submit(
        &twin,
        &dir,
        &format!("#PBS -J 1-2\n#PBS -W depend=afterany:{array}"),
        "echo next >> followed",
    );
    // One element's end is enough for who waits for it alone.
    ends_as(&twin, fourth, "completed");
    for (id, target) in [(sixth, format!("{array}[6]")), (badly, array.to_string())] {
        let wait = twin.job(id)["wait"].clone();
        assert_eq!(wait["code"], "DEPENDENCY", "{wait}");
        assert!(wait["message"].as_str().unwrap().contains(&format!("job {target} ")), "{wait}");
    }
    fs::write(dir.join("go"), "").unwrap();
    let array = ends_as(&twin, array, "failed");
    assert_eq!(ends_as(&twin, well, "cancelled")["reason"]["code"], "DEPENDENCY_FAILED");
    for id in [badly, next] {
        let job = ends_as(&twin, id, "completed");
        assert!(moment(&job, "started_at") >= moment(&array, "ended_at"), "{job:#}");
    }
    ends_as(&twin, sixth, "completed");
    let mut followed: Vec<_> = lines(&dir.join("followed"));
    followed.sort();
    assert_eq!(followed, ["badly", "fourth", "next", "next", "sixth"]);
    assert_eq!(lines(&dir.join("ran")).len(), 5);
    twin.assert_nothing_left();
}

#[test]
fn singletons_of_a_name_run_one_after_the_other() {
    let twin = Twin::get();
    let dir = twin.directory("singleton");
    let body = "mkdir alone || exit 9\nsleep 1\nrmdir alone\necho $PBS_JOBID >> order";
    let directives = "#PBS -N lonely\n#PBS -W depend=singleton";
    let ids: Vec<u64> = (0..3).map(|_| submit(&twin, &dir, directives, body)).collect();
    let deadline = Instant::now() + SOON;
    let wait = loop {
        let job = twin.job(ids[2]);
        if job["wait"]["code"] == "DEPENDENCY" {
            break job["wait"].clone();
        }
        assert!(Instant::now() < deadline, "{job:#}");
        twin.pause();
    };
    assert!(wait["message"].as_str().unwrap().contains("(singleton)"), "{wait}");
    for id in &ids {
        ends_as(&twin, *id, "completed");
    }
    let order: Vec<u64> =
        lines(&dir.join("order")).iter().map(|l| l.split('.').next().unwrap().parse().unwrap()).collect();
    assert_eq!(order, ids, "in the order in which they were submitted");
    twin.assert_nothing_left();
}

#[test]
fn a_script_is_warned_with_the_signal_that_it_asks_for() {
    let twin = Twin::get();
    let dir = twin.directory("warned");
    // Five seconds after its start, of ten minutes.
    let directives = "#PBS -l signal=B:USR1@595,grace=60";
    let id = submit(
        &twin,
        &dir,
        directives,
        "trap 'echo saved > saved; exit 0' USR1\nwhile :; do sleep 0.2; done",
    );
    ends_as(&twin, id, "completed");
    assert_eq!(lines(&dir.join("saved")), ["saved"]);
    twin.assert_nothing_left();
}

fn lines(path: &Path) -> Vec<String> {
    fs::read_to_string(path).unwrap_or_default().lines().map(str::to_owned).collect()
}
