//! Cancelling a job in each state it can be in.

use crate::twin::{Twin, script};
use serde_json::json;
use std::time::Duration;

const SOON: Duration = Duration::from_secs(60);

fn cancelled(twin: &Twin, id: u64) {
    let job = twin.until_ended(id, SOON);
    assert_eq!(
        (job["state"].as_str(), job["reason"]["code"].as_str()),
        (Some("cancelled"), Some("CANCELLED_BY_USER")),
        "{job:#}"
    );
    twin.assert_nothing_left();
}

fn cancel(twin: &Twin, id: u64) {
    twin.json(&["cancel", &id.to_string()]);
}

#[test]
fn while_it_is_held() {
    let twin = Twin::get();
    let id = twin.submit(&twin.directory("cancel-held"), &script("#PBS -h", "true"));
    assert_eq!(twin.job(id)["wait"]["code"], "HELD");
    cancel(&twin, id);
    cancelled(&twin, id);
}

#[test]
fn while_it_is_queued_with_its_true_reason_p7() {
    let twin = Twin::get();
    let id = twin.submit(&twin.directory("cancel-queued"), &script("#PBS -a 203001011200", "true"));
    let job = twin.job(id);
    assert_eq!(
        (job["state"].as_str(), job["wait"]["code"].as_str()),
        (Some("queued"), Some("BEGINS_LATER")),
        "{job:#}"
    );
    cancel(&twin, id);
    cancelled(&twin, id);
}

#[test]
fn while_its_nodes_boot() {
    let twin = Twin::get();
    twin.order(json!({ "order": "slow-boot", "seconds": 60 }));
    let id = twin.submit(&twin.directory("cancel-booting"), &script("", "true"));
    twin.until(id, "provisioning", SOON, |job| job["state"] == "provisioning");
    cancel(&twin, id);
    cancelled(&twin, id);
}

#[test]
fn while_it_runs() {
    let twin = Twin::get();
    let dir = twin.directory("cancel-running");
    let id = twin.submit(&dir, &script("", "echo started\nsleep 300 & wait"));
    twin.until(id, "running", SOON, |job| job["state"] == "running");
    cancel(&twin, id);
    cancelled(&twin, id);
    assert!(twin.job(id)["run_ms"].as_u64().unwrap() < 60_000);
}

#[test]
fn when_it_is_over_already() {
    let twin = Twin::get();
    let dir = twin.directory("cancel-over");
    let id = twin.submit(&dir, &script("", "true"));
    twin.until_ended(id, SOON);
    let output = twin.soca("alice", &dir, &["cancel", &id.to_string()]).output().unwrap();
    let text = crate::twin::text_of(&output);
    assert!(!output.status.success() && text.contains("JOB_ENDED"), "{text}");
    assert_eq!(twin.job(id)["state"], "completed");
}
