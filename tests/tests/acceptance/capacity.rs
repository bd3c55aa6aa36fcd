//! What a job gets that names no type, and what becomes of it when a pool is dry or spot instances are taken back.

use crate::twin::{Twin, script, text_of};
use serde_json::{Value, json};
use std::{fs, path::Path, time::Duration};

const SOON: Duration = Duration::from_secs(90);
/// Three attempts with their stacks' beginnings and ends.
const THREE_ATTEMPTS: Duration = Duration::from_secs(180);

fn administrator(twin: &Twin, dir: &Path, args: &[&str]) {
    let output = twin.soca("admin", dir, args).output().unwrap();
    assert!(output.status.success(), "{args:?}: {}", text_of(&output));
}

/// A job that completed, with what each attempt was bought as, on what type, and why it ended.
fn completes(twin: &Twin, id: u64, expected: &[(&str, &str, &str)]) -> Value {
    let job = twin.until_ended(id, THREE_ATTEMPTS);
    assert_eq!(job["state"], "completed", "{job:#}");
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let attempts: Vec<(String, String, String)> = job["attempts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|a| (text(&a["market"]), text(&a["offered_types"][0]), text(&a["reason"]["code"])))
        .collect();
    let attempts: Vec<(&str, &str, &str)> =
        attempts.iter().map(|(m, t, r)| (m.as_str(), t.as_str(), r.as_str())).collect();
    assert_eq!(attempts, expected, "{job:#}");
    twin.assert_nothing_left();
    job
}

/// Nobody names a type: of all that have two cores and 12 GiB the cheapest is taken, and of two at one price the newer.
#[test]
fn a_job_that_names_no_type_runs_on_the_cheapest_that_fits() {
    let twin = Twin::get();
    let dir = twin.directory("any-type");
    administrator(&twin, &dir, &["queue", "set", "--create", "any", "max_running_jobs=5"]);
    let id = twin.submit(&dir, &script("#PBS -q any\n#PBS -l select=1:ncpus=2:mem=12gb", "nproc"));
    let job = completes(&twin, id, &[("on-demand", "m6i.xlarge", "-")]);
    assert_eq!(job["attempts"][0]["instance_type"], "m6i.xlarge", "{job:#}");
    assert_eq!(job["instance_selection"], "cheapest", "{job:#}");
    for (directive, code) in [
        ("#PBS -l select=1:ncpus=2:mem=900tb", "NO_TYPE_FITS"),
        ("#PBS -l ngpus=0", "BAD_COUNT"),
        ("#PBS -l arch=sparc", "BAD_VALUE"),
        ("", "NO_INSTANCE_TYPE"),
    ] {
        fs::write(dir.join("bad.pbs"), script(&format!("#PBS -q any\n{directive}"), "true")).unwrap();
        let output = twin.soca("alice", &dir, &["submit", "bad.pbs"]).output().unwrap();
        let text = text_of(&output);
        assert!(!output.status.success() && text.contains(code) && text.contains("remedy"), "{code}: {text}");
    }
    administrator(&twin, &dir, &["queue", "remove", "any"]);
}

/// Several nodes are of one type; when its pool is dry, the next attempt is on the next type.
#[test]
fn several_nodes_go_to_the_next_type_when_a_pool_is_dry() {
    let twin = Twin::get();
    twin.order(json!({ "order": "dry-pool", "type": "c5.xlarge" }));
    let directives = "#PBS -l select=2\n#PBS -l instance_type=c5.xlarge+m5.xlarge";
    let id = twin.submit(&twin.directory("next-type"), &script(directives, "true"));
    let rungs = [("on-demand", "c5.xlarge", "CAPACITY_UNAVAILABLE"), ("on-demand", "m5.xlarge", "-")];
    let job = completes(&twin, id, &rungs);
    assert_eq!(job["attempts"][1]["instead_because"], "c5.xlarge was not to be had", "{job:#}");
    // Others learn of it: their first attempt is on the next type already.
    let other = twin.submit(&twin.directory("next-type-known"), &script(directives, "true"));
    completes(&twin, other, &[("on-demand", "m5.xlarge", "-")]);
    twin.order(json!({ "order": "dry-pool", "type": "c5.xlarge", "off": true }));
}

#[test]
fn a_job_whose_spot_instance_was_taken_back_goes_on_demand() {
    let twin = Twin::get();
    let directives = "#PBS -l spot_price=auto,spot_attempts=1\n#PBS -l instance_type=c6i.large";
    let body = "[ $SOCA_JOB_ATTEMPT -gt 1 ] || sleep 300";
    let id = twin.submit(&twin.directory("spot-to-on-demand"), &script(directives, body));
    twin.until(id, "running", SOON, |job| job["state"] == "running");
    twin.order(json!({ "order": "spot-interrupt", "job": id, "after": 1.0 }));
    let rungs = [("spot", "c6i.large", "SPOT_INTERRUPTED"), ("on-demand", "c6i.large", "-")];
    let job = completes(&twin, id, &rungs);
    let because = "1 attempt on spot instances came to nothing";
    assert_eq!(job["attempts"][1]["instead_because"], because, "{job:#}");
}

#[test]
fn a_job_leaves_a_dry_spot_market_after_two_attempts() {
    let twin = Twin::get();
    twin.order(json!({ "order": "dry-pool", "type": "r5.large", "market": "spot" }));
    let directives = "#PBS -l spot_price=auto\n#PBS -l instance_type=r5.large";
    let id = twin.submit(&twin.directory("dry-spot"), &script(directives, "true"));
    let dry = ("spot", "r5.large", "CAPACITY_UNAVAILABLE");
    completes(&twin, id, &[dry, dry, ("on-demand", "r5.large", "-")]);
    twin.order(json!({ "order": "dry-pool", "type": "r5.large", "market": "spot", "off": true }));
}
