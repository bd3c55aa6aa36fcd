//! Two hundred jobs at once: all end, nothing is left, and the queue's limit is never passed.

use crate::twin::{Twin, script};
use std::time::{Duration, Instant};

const JOBS: usize = 200;
const SUBMITTERS: usize = 8;

#[test]
fn two_hundred_jobs_at_once_all_end_p1_p3_p4() {
    let twin = Twin::get();
    let dir = twin.directory("burst");
    std::fs::write(dir.join("job.pbs"), script("", "echo $PBS_JOBID >> ran")).unwrap();
    let ids: Vec<u64> = std::thread::scope(|scope| {
        let submit = |n: usize| {
            let mut ids = Vec::new();
            for _ in (n..JOBS).step_by(SUBMITTERS) {
                let output = twin.soca("alice", &dir, &["submit", "job.pbs", "--json"]).output().unwrap();
                let reply: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
                ids.push(reply["job"]["id"].as_u64().unwrap_or_else(|| panic!("{reply}")));
            }
            ids
        };
        let threads: Vec<_> = (0..SUBMITTERS).map(|n| scope.spawn(move || submit(n))).collect();
        threads.into_iter().flat_map(|t| t.join().unwrap()).collect()
    });
    assert_eq!(
        ids.iter().collect::<std::collections::BTreeSet<_>>().len(),
        JOBS,
        "each has a number of its own"
    );
    wait_for_all(&twin, &ids);
    twin.assert_nothing_left();
    let ran = std::fs::read_to_string(dir.join("ran")).unwrap();
    assert_eq!(ran.lines().count(), JOBS, "P2: each ran once");
    let queues = twin.json(&["queues"]);
    let normal = queues["queues"].as_array().unwrap().iter().find(|q| q["name"] == "normal").unwrap().clone();
    assert_eq!((&normal["running_jobs"], &normal["provisioned_instances"]), (&0.into(), &0.into()));
}

fn wait_for_all(twin: &Twin, ids: &[u64]) {
    let begun = Instant::now();
    let last = *ids.iter().max().unwrap();
    loop {
        let queues = twin.json(&["queues"]);
        let normal =
            queues["queues"].as_array().unwrap().iter().find(|q| q["name"] == "normal").unwrap().clone();
        let limit = normal["max_running_jobs"].as_u64().unwrap();
        assert!(normal["running_jobs"].as_u64().unwrap() <= limit, "P4: {normal}");
        if normal["waiting_jobs"] == 0 && normal["running_jobs"] == 0 && twin.job(last)["ended"] == true {
            break;
        }
        assert!(begun.elapsed() < Duration::from_secs(900), "the burst is not over: {normal}");
        std::thread::sleep(Duration::from_millis(500));
    }
    for id in ids {
        let job = twin.job(*id);
        assert_eq!(job["state"], "completed", "{job:#}");
    }
}
