//! What breaks and what becomes of the job then.

use crate::twin::{Twin, script};
use serde_json::{Value, json};
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

const SOON: Duration = Duration::from_secs(90);

/// Waits for the end and checks state and number of attempts.
fn ends(twin: &Twin, id: u64, state: &str, attempts: usize, patience: Duration) -> Value {
    let job = twin.until_ended(id, patience);
    assert_eq!(
        (job["state"].as_str(), job["attempts"].as_array().map(Vec::len)),
        (Some(state), Some(attempts)),
        "{job:#}"
    );
    twin.assert_nothing_left();
    job
}

/// A script that hangs in its first attempt, until its node is gone, and completes in the second.
const SECOND_TIME_LUCKY: &str =
    "echo attempt $SOCA_JOB_ATTEMPT >> attempts\n[ $SOCA_JOB_ATTEMPT -gt 1 ] || sleep 300";

#[test]
fn a_lost_node_means_a_second_attempt() {
    let twin = Twin::get();
    let dir = twin.directory("kill-node");
    let id = twin.submit(&dir, &script("", SECOND_TIME_LUCKY));
    twin.until(id, "running", SOON, |job| job["state"] == "running");
    twin.order(json!({ "order": "kill-node", "job": id }));
    let job = ends(&twin, id, "completed", 2, SOON);
    assert_eq!(job["attempts"][0]["reason"]["code"], "NODE_LOST");
    assert_eq!(
        fs::read_to_string(dir.join("attempts")).unwrap(),
        "attempt 1\nattempt 2\n",
        "P2: each ran once"
    );
}

#[test]
fn a_job_that_must_not_run_twice_ends_with_its_node() {
    let twin = Twin::get();
    let id = twin.submit(&twin.directory("kill-node-r-n"), &script("#PBS -r n", SECOND_TIME_LUCKY));
    twin.until(id, "running", SOON, |job| job["state"] == "running");
    twin.order(json!({ "order": "kill-node", "job": id }));
    ends(&twin, id, "node_failed", 1, SOON);
}

#[test]
fn an_interrupted_spot_node_means_a_second_attempt() {
    let twin = Twin::get();
    let id = twin.submit(&twin.directory("spot"), &script("#PBS -l spot_price=auto", SECOND_TIME_LUCKY));
    twin.until(id, "running", SOON, |job| job["state"] == "running");
    twin.order(json!({ "order": "spot-interrupt", "job": id, "after": 1.0 }));
    let job = ends(&twin, id, "completed", 2, SOON);
    assert_eq!(job["attempts"][0]["reason"]["code"], "SPOT_INTERRUPTED");
}

#[test]
fn a_restarted_agent_loses_nothing_p2() {
    let twin = Twin::get();
    let dir = twin.directory("restart-agent");
    let id = twin.submit(&dir, &script("", "echo once >> runs\nsleep 5\necho done"));
    twin.until(id, "running", SOON, |job| job["state"] == "running");
    twin.order(json!({ "order": "restart-agent", "job": id }));
    ends(&twin, id, "completed", 1, SOON);
    assert_eq!(fs::read_to_string(dir.join("runs")).unwrap(), "once\n");
}

#[test]
fn a_dry_pool_is_tried_three_times() {
    let twin = Twin::get();
    twin.order(json!({ "order": "dry-pool", "type": "m5.large", "launches": 2 }));
    let id = twin.submit(&twin.directory("dry-pool"), &script("#PBS -l instance_type=m5.large", "true"));
    let job = ends(&twin, id, "completed", 3, Duration::from_secs(150));
    assert_eq!(job["attempts"][0]["reason"]["code"], "CAPACITY_UNAVAILABLE", "{job:#}");
}

#[test]
fn a_refused_dry_run_ends_the_job_at_once() {
    let twin = Twin::get();
    let directive = "#PBS -l instance_ami=ami-0123456789abcdef0";
    let id = twin.submit(&twin.directory("refused"), &script(directive, "true"));
    let job = ends(&twin, id, "failed", 1, SOON);
    assert_eq!(job["reason"]["code"], "IMAGE_UNUSABLE", "{job:#}");
}

/// All ten, each killed in the middle of one of its calls while a job is on its way. That each has died is counted.
#[test]
fn every_function_may_die_once_while_it_works() {
    let twin = Twin::get();
    let kill =
        |name: &str| twin.order(json!({ "order": "kill-function", "name": name, "after_ms": 5, "times": 1 }));
    for name in EVERY_FUNCTION {
        kill(name);
    }
    let before = twin.status()["functions_killed"].clone();
    let dir = twin.directory("kill-functions");
    // The bus calls node-events for each instance; a killed api makes the client ask again. What the schedules call is
    // ordered, and may die of it.
    let scheduled = || {
        for order in ["dispatch-now", "sweep-now"] {
            let _ = twin.try_order(&json!({ "order": order }));
        }
    };
    let id = twin.submit(&dir, &script("", "echo once >> runs"));
    twin.until(id, "over", Duration::from_secs(240), |job| {
        scheduled();
        job["ended"] == true
    });
    ends(&twin, id, "completed", 1, SOON);
    let deadline = Instant::now() + Duration::from_secs(90);
    let survivors = || {
        let now = twin.status()["functions_killed"].clone();
        let died = |name: &&&str| now[**name].as_u64() > before[**name].as_u64();
        EVERY_FUNCTION.iter().filter(|name| !died(name)).copied().collect::<Vec<_>>()
    };
    while !survivors().is_empty() && Instant::now() < deadline {
        scheduled();
        twin.pause();
    }
    assert_eq!(survivors(), [] as [&str; 0], "these have not been killed");
    assert_eq!(fs::read_to_string(dir.join("runs")).unwrap(), "once\n", "P2");
}

const EVERY_FUNCTION: [&str; 10] = [
    "agent-api",
    "api",
    "dispatch",
    "dry-run",
    "node-events",
    "provision",
    "settle",
    "sweep",
    "teardown",
    "wait",
];

#[test]
fn every_event_may_come_twice_p6() {
    let twin = Twin::get();
    twin.order(json!({ "order": "twice-events", "switch": "on" }));
    let dir = twin.directory("twice");
    let id = twin.submit(&dir, &script("", SECOND_TIME_LUCKY));
    twin.until(id, "running", SOON, |job| job["state"] == "running");
    twin.order(json!({ "order": "kill-node", "job": id }));
    ends(&twin, id, "completed", 2, SOON);
    twin.order(json!({ "order": "twice-events", "switch": "off" }));
    assert_eq!(fs::read_to_string(dir.join("attempts")).unwrap(), "attempt 1\nattempt 2\n");
}

#[test]
fn every_event_may_be_lost() {
    let twin = Twin::get();
    twin.order(json!({ "order": "drop-events", "switch": "on" }));
    let dir = twin.directory("lost");
    let id = twin.submit(&dir, &script("", "echo once >> runs"));
    // Nothing but the schedules: the dispatcher looks each minute.
    ends(&twin, id, "completed", 1, Duration::from_secs(240));
    twin.order(json!({ "order": "drop-events", "switch": "off" }));
    assert_eq!(fs::read_to_string(dir.join("runs")).unwrap(), "once\n");
}

#[test]
fn a_lost_node_is_found_by_the_sweep_when_its_event_is_lost_p3_p5() {
    let twin = Twin::get();
    let id = twin.submit(&twin.directory("lost-node"), &script("", SECOND_TIME_LUCKY));
    twin.until(id, "running", SOON, |job| job["state"] == "running");
    twin.order(json!({ "order": "drop-events", "switch": "on" }));
    twin.order(json!({ "order": "kill-node", "job": id }));
    // The limit of silence (20 seconds on the twin), then a sweep looks the instance up, and a pass starts it again.
    twin.until(id, "in its second attempt", Duration::from_secs(150), |job| {
        twin.order(json!({ "order": "sweep-now" }));
        twin.order(json!({ "order": "dispatch-now" }));
        job["attempts"].as_array().is_some_and(|a| a.len() == 2)
    });
    twin.order(json!({ "order": "drop-events", "switch": "off" }));
    ends(&twin, id, "completed", 2, SOON);
}

#[test]
fn a_full_disk_ends_the_job_and_nothing_else() {
    let twin = Twin::get();
    let dir = twin.directory("full-disk");
    let tiny = Tiny::mount(&dir.join("tiny"));
    if tiny.is_none() {
        // Mounting needs root. A limit on files, like a quota, says the same to the agent by another errno.
        twin.order(json!({ "order": "limit-files", "kib": 2048 }));
    }
    let id = twin.submit(&dir, &script("#PBS -o tiny/out.txt", "head -c 10000000 /dev/zero; echo after"));
    let job = twin.until_ended(id, SOON);
    twin.order(json!({ "order": "limit-files", "kib": 0 }));
    drop(tiny);
    assert_eq!(
        (job["state"].as_str(), job["reason"]["code"].as_str()),
        (Some("failed"), Some("DISK_FULL")),
        "{job:#}"
    );
    twin.assert_nothing_left();
}

/// A file system of 64 KiB, until it is dropped.
struct Tiny(PathBuf);

impl Tiny {
    fn mount(at: &Path) -> Option<Tiny> {
        fs::create_dir(at).unwrap();
        let mut mount = Command::new("mount");
        let mount = mount.args(["-t", "tmpfs", "-o", "size=64k", "tmpfs"]).arg(at).output();
        mount.is_ok_and(|m| m.status.success()).then(|| Tiny(at.to_owned()))
    }
}

impl Drop for Tiny {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}
