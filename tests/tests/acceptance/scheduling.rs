//! Who starts first, and who waits for what: several people in queues that an administrator set up.

use crate::{
    desk::{administrator, queue, seen, submit, until},
    twin::{Twin, script, text_of},
};

/// Alice asks first and for most; under fair share bob and carol start before her second job all the same.
#[test]
fn three_users_share_a_queue_fairly() {
    let twin = Twin::get();
    let dir = twin.directory("fair-share");
    queue(&twin, &dir, "race", &["queue_mode=fairshare", "max_running_jobs=1"]);
    // Whoever runs first: the others gather behind.
    let first = submit(&twin, "admin", &dir, "race", "while [ ! -e go ]; do sleep 0.2; done");
    until(&twin, &dir, first, "running", |job| job["state"] == "running");
    let jobs: Vec<(&str, u64)> = ["alice", "alice", "bob", "carol"]
        .into_iter()
        .map(|user| (user, submit(&twin, user, &dir, "race", "true")))
        .collect();
    let waits = seen(&twin, &dir, jobs[3].1);
    assert_eq!(waits["wait"]["code"], "QUEUE_JOB_LIMIT", "{waits:#}");
    std::fs::write(dir.join("go"), "").unwrap();
    let mut started: Vec<(String, &str)> = jobs
        .iter()
        .map(|(user, id)| {
            let job = until(&twin, &dir, *id, "over", |job| job["ended"] == true);
            (job["started_at"].as_str().unwrap_or_else(|| panic!("{job:#}")).to_owned(), *user)
        })
        .collect();
    started.sort();
    let order: Vec<&str> = started.into_iter().map(|(_, user)| user).collect();
    // What alice used before counts too, so even her first may come after theirs; her second does.
    assert_eq!(order[3], "alice", "{order:?}");
    twin.assert_nothing_left();
    administrator(&twin, &dir, &["queue", "remove", "race"]);
}

#[test]
fn a_users_limit_holds_them_back_and_lets_others_pass_p4_p7() {
    let twin = Twin::get();
    let dir = twin.directory("user-limit");
    queue(&twin, &dir, "limited", &["per_user.running_jobs=1", "max_walltime=01:00:00"]);
    let wait = "while [ ! -e go ]; do sleep 0.2; done";
    let [one, two, bobs] = ["alice", "alice", "bob"].map(|user| submit(&twin, user, &dir, "limited", wait));
    for id in [one, bobs] {
        until(&twin, &dir, id, "running", |job| job["state"] == "running");
    }
    let waits = seen(&twin, &dir, two);
    assert_eq!(waits["wait"]["code"], "USER_JOB_LIMIT", "{waits:#}");
    std::fs::write(dir.join("go"), "").unwrap();
    for id in [one, two, bobs] {
        let job = until(&twin, &dir, id, "over", |job| job["ended"] == true);
        assert_eq!(job["state"], "completed", "{job:#}");
    }
    twin.assert_nothing_left();
    administrator(&twin, &dir, &["queue", "remove", "limited"]);
}

/// What a queue does not let somebody do is refused by name, and nothing is written.
#[test]
fn a_queue_refuses_whom_and_what_it_does_not_admit_p9_p11() {
    let twin = Twin::get();
    let dir = twin.directory("refusing-queue");
    let settings = ["allowed_users=bob", "restricted_parameters=instance_ami", "allowed_instance_types=c6i"];
    queue(&twin, &dir, "refusing", &settings);
    let cases = [
        ("alice", "", "QUEUE_NOT_ALLOWED"),
        ("bob", "#PBS -l instance_ami=ami-0123456789abcdef0", "RESTRICTED_PARAMETER"),
        ("bob", "#PBS -l instance_type=c6i.large+m5.large", "TYPE_NOT_ALLOWED"),
        ("bob", "#PBS -p 5", "PRIORITY_NOT_ALLOWED"),
        ("bob", "#PBS -l security_groups=sg-0123456789abcdef0", "RESOURCE_NOT_ALLOWED"),
    ];
    for (user, directive, code) in cases {
        std::fs::write(dir.join("job.pbs"), script(&format!("#PBS -q refusing\n{directive}"), "true"))
            .unwrap();
        let output = twin.soca(user, &dir, &["submit", "job.pbs"]).output().unwrap();
        let text = text_of(&output);
        assert!(!output.status.success() && text.contains(code) && text.contains("remedy"), "{code}: {text}");
    }
    for user in ["alice", "bob"] {
        let output = twin.soca(user, &dir, &["queue", "set", "refusing", "priority=9"]).output().unwrap();
        assert!(!output.status.success(), "{user} is no administrator: {}", text_of(&output));
    }
    administrator(&twin, &dir, &["queue", "remove", "refusing"]);
}
