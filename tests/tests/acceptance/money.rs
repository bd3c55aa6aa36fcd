//! A project with a hard budget: who starts, who waits for money, who is refused, and what it all cost.

use crate::{
    desk::{administrator, queue, seen, until},
    twin::{Twin, script, text_of},
};
use serde_json::Value;
use std::{path::Path, process::Output};

/// c6i.large costs 0.085 USD an hour, so half an hour and ten minutes hold 0.0567: a budget of 0.10 holds one such job.
const BUDGET: &str = "budget=0.10";

fn ask(twin: &Twin, dir: &Path, directives: &str, body: &str) -> Output {
    std::fs::write(dir.join("job.pbs"), script(directives, body)).unwrap();
    twin.soca("alice", dir, &["submit", "job.pbs", "--json"]).output().unwrap()
}

fn accepted(output: &Output) -> u64 {
    assert!(output.status.success(), "{}", text_of(output));
    let reply: Value = serde_json::from_slice(&output.stdout).unwrap();
    reply["job"]["id"].as_u64().unwrap_or_else(|| panic!("{reply}"))
}

fn account(twin: &Twin, dir: &Path) -> Value {
    let output = twin.soca("alice", dir, &["project", "show", "thrift", "--json"]).output().unwrap();
    serde_json::from_slice(&output.stdout).unwrap_or_else(|e| panic!("{e}: {}", text_of(&output)))
}

#[test]
fn a_hard_budget_lets_jobs_wait_refuses_them_and_balances_p4_p7() {
    let twin = Twin::get();
    let dir = twin.directory("money");
    queue(&twin, &dir, "paid", &[]);
    administrator(&twin, &dir, &["project", "set", "thrift", "--create", BUDGET, "members=alice"]);
    let half_an_hour = "#PBS -q paid\n#PBS -P thrift\n#PBS -l walltime=00:30:00";
    let first = accepted(&ask(&twin, &dir, half_an_hour, "while [ ! -e go ]; do sleep 0.2; done"));
    until(&twin, &dir, first, "running", |job| job["state"] == "running");
    let held = account(&twin, &dir);
    assert_eq!(held["held_micro_usd"], 56_667, "{held:#}");

    // The second has to wait for what is held for the first, and says so.
    let second = accepted(&ask(&twin, &dir, half_an_hour, "true"));
    let output = twin.soca("alice", &dir, &["explain", &second.to_string(), "--json"]).output().unwrap();
    let why: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(why["wait"]["code"], "BUDGET_SHORT", "{why:#}");

    // What the budget can never pay is refused at once, with what to do.
    let two_hours = "#PBS -q paid\n#PBS -P thrift\n#PBS -l walltime=02:00:00";
    let refused = ask(&twin, &dir, two_hours, "true");
    assert!(!refused.status.success() && text_of(&refused).contains("BUDGET_SPENT"), "{}", text_of(&refused));
    let stranger = twin.soca("bob", &dir, &["submit", "job.pbs"]).output().unwrap();
    assert!(text_of(&stranger).contains("PROJECT_NOT_ALLOWED"), "{}", text_of(&stranger));

    // The first ends and gives its hold back: the second starts.
    std::fs::write(dir.join("go"), "").unwrap();
    until(&twin, &dir, second, "completed", |job| job["state"] == "completed");
    administrator(&twin, &dir, &["project", "set", "thrift", "budget=5"]);
    let third = accepted(&ask(&twin, &dir, two_hours, "true"));
    until(&twin, &dir, third, "completed", |job| job["state"] == "completed");

    let cost = |id| seen(&twin, &dir, id)["cost_micro_usd"].as_u64().unwrap();
    let end = account(&twin, &dir);
    let all = cost(first) + cost(second) + cost(third);
    assert_eq!((&end["spent_micro_usd"], &end["held_micro_usd"]), (&all.into(), &0.into()), "{end:#}");
    assert_eq!(end["left_micro_usd"], 5_000_000 - all, "{end:#}");
    let shown = twin.soca("alice", &dir, &["project", "list"]).output().unwrap();
    assert!(text_of(&shown).contains("thrift"), "{}", text_of(&shown));
}
