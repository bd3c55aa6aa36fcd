//! What people type and see: several of them, in queues that an administrator set up.

use crate::twin::{Twin, script, text_of};
use serde_json::Value;
use std::{path::Path, time::Duration};

const SOON: Duration = Duration::from_secs(90);

/// What an administrator types; it must succeed.
pub(crate) fn administrator(twin: &Twin, dir: &Path, args: &[&str]) {
    let output = twin.soca("admin", dir, args).output().unwrap();
    assert!(output.status.success(), "{args:?}: {}", text_of(&output));
}

/// A queue with these settings, as it were fresh.
pub(crate) fn queue(twin: &Twin, dir: &Path, name: &str, settings: &[&str]) {
    let mut args = vec!["queue", "set", "--create", name, "defaults.instance_type=c6i.large"];
    args.extend(settings);
    administrator(twin, dir, &args);
}

pub(crate) fn submit(twin: &Twin, user: &str, dir: &Path, queue: &str, body: &str) -> u64 {
    std::fs::write(dir.join("job.pbs"), script(&format!("#PBS -q {queue}"), body)).unwrap();
    let output = twin.soca(user, dir, &["submit", "job.pbs", "--json"]).output().unwrap();
    assert!(output.status.success(), "{user}: {}", text_of(&output));
    let reply: Value = serde_json::from_slice(&output.stdout).unwrap();
    reply["job"]["id"].as_u64().unwrap_or_else(|| panic!("{reply}"))
}

/// The job as an administrator sees it.
pub(crate) fn seen(twin: &Twin, dir: &Path, id: u64) -> Value {
    let output = twin.soca("admin", dir, &["status", &id.to_string(), "--json"]).output().unwrap();
    serde_json::from_slice(&output.stdout).unwrap_or_else(|e| panic!("{e}: {}", text_of(&output)))
}

pub(crate) fn until(twin: &Twin, dir: &Path, id: u64, what: &str, done: impl Fn(&Value) -> bool) -> Value {
    let deadline = std::time::Instant::now() + SOON;
    loop {
        let job = seen(twin, dir, id);
        if done(&job) {
            return job;
        }
        assert!(std::time::Instant::now() < deadline, "job {id} is not {what}: {job:#}");
        twin.pause();
    }
}
