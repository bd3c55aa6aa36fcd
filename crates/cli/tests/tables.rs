//! What people see: tables, cards, explanations and errors, word for word.

mod common;

use common::{server::Server, world::Desk};

/// A cluster with a job in each interesting state.
fn cluster() -> (Server, Desk) {
    let server = Server::start();
    server.add("echo hello", &["-N", "waits"]);
    let running = server.add("echo hello", &["-N", "runs", "-l", "walltime=04:00:00"]);
    server.edit(running, common::job::FakeJob::run_on);
    let done = server.add("echo hello", &["-N", "done"]);
    server.edit(done, common::job::FakeJob::finish);
    let failed = server.add("exit 3", &["-N", "failed"]);
    server.edit(failed, common::job::FakeJob::finish);
    server.add("date", &["-N", "held", "-h"]);
    let array = server.add("date", &["-N", "sweep", "-J", "1-3"]);
    server.edit(array, |fake| {
        fake.run_on();
        fake.job.elements = Some(common::job::counts());
    });
    let desk = Desk::at(&server);
    (server, desk)
}

/// Everything a run printed, without what changes from run to run.
fn seen(server: &Server, desk: &Desk, args: &[&str]) -> String {
    let args: Vec<&str> = [&["soca"], args].concat();
    let ran = desk.run(&args);
    let text = format!("$ {}\n{}--- stderr\n{}--- status {}\n", args.join(" "), ran.out, ran.err, ran.status);
    text.replace(&server.url(), "https://soca.example.org")
}

macro_rules! seen {
    ($($name:ident: $args:expr;)*) => {$(
        #[test]
        fn $name() {
            let (server, desk) = cluster();
            insta::assert_snapshot!(seen(&server, &desk, &$args));
        }
    )*};
}

seen! {
    list: ["list"];
    list_all: ["list", "--all", "--limit", "2"];
    list_in_state: ["list", "--state", "waiting"];
    list_in_no_state: ["list", "--state", "node_failed"];
    list_quiet: ["list", "--quiet", "--state", "active"];
    status_waiting: ["status", "1042"];
    status_running: ["status", "1043"];
    status_failed: ["status", "1045"];
    status_array: ["status", "1047"];
    status_unknown: ["status", "99"];
    status_of_no_number: ["status", "seven"];
    explain_waiting: ["explain", "1042"];
    explain_failed: ["explain", "1045"];
    elements: ["elements", "1047"];
    cancel: ["cancel", "1042"];
    cancel_several: ["cancel", "1042", "99", "1044"];
    hold: ["hold", "1042"];
    release: ["release", "1046"];
    nodes: ["nodes"];
    stacks: ["stacks"];
    queues: ["queues"];
    price: ["price", "c5.large", "--nodes", "2", "--walltime", "12:00:00"];
    price_alone: ["price", "c5.large"];
    price_unknown: ["price", "c5.huge"];
    price_of_bad_walltime: ["price", "c5.large", "--walltime", "1:99:00"];
    whoami: ["whoami"];
    doctor: ["doctor"];
    logs: ["logs", "1044"];
    usage: ["list", "--state", "sleepy"];
    qstat: ["qstat"];
    qstat_finished: ["qstat", "-x"];
    qstat_elements: ["qstat", "-t", "1047[]"];
    qstat_element: ["qstat", "1047[2].soca"];
    qstat_full_running: ["qstat", "-f", "1043"];
    qstat_full_waiting: ["qstat", "-f", "1042.soca"];
    qstat_full_finished: ["qstat", "-xf", "1045"];
    qstat_full_array: ["qstat", "-f", "1047"];
    qstat_json: ["qstat", "-f", "-F", "json", "1043"];
    qstat_user: ["qstat", "-u", "alice"];
    qstat_user_unknown: ["qstat", "-u", "bob"];
    qstat_all_with_hosts_and_comments: ["qstat", "-ans"];
    qstat_running: ["qstat", "-r"];
    qstat_arrays: ["qstat", "-J"];
    qstat_queue: ["qstat", "long"];
    qstat_unknown_queue: ["qstat", "short"];
    qstat_queues: ["qstat", "-Q"];
    qstat_queues_full: ["qstat", "-Qf", "normal"];
    qstat_limits: ["qstat", "-q"];
    qstat_unknown: ["qstat", "99", "1042"];
    qstat_history: ["qstat", "1044"];
    qstat_bad_option: ["qstat", "-Z"];
    qdel_unknown: ["qdel", "99.soca"];
    qdel_finished: ["qdel", "1044"];
    qdel_nothing: ["qdel"];
}

#[test]
fn an_empty_cluster_says_what_to_do_next() {
    let server = Server::start();
    let desk = Desk::at(&server);
    let commands = ["list", "nodes", "stacks", "qstat"];
    insta::assert_snapshot!(commands.map(|command| seen(&server, &desk, &[command])).concat());
}

#[test]
fn json_is_the_apis_own_reply_one_object_a_run() {
    let (server, desk) = cluster();
    for args in [
        &["status", "1042"][..],
        &["list"],
        &["explain", "1042"],
        &["elements", "1047"],
        &["queues"],
        &["stacks"],
        &["nodes"],
        &["price", "c5.large"],
        &["whoami"],
        &["hold", "1042"],
        &["cancel", "1042", "1043"],
        &["doctor"],
        &["version"],
        &["logs", "1044"],
    ] {
        let ran = desk.run(&[&["soca"], args, &["--json"]].concat());
        let object: serde_json::Value =
            serde_json::from_str(&ran.out).unwrap_or_else(|e| panic!("{args:?}: {e}"));
        assert!(object.is_object() && ran.status == 0, "{args:?}: {}", ran.err);
    }
    let ran = desk.run(&["soca", "status", "99", "--json"]);
    let object: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!((ran.status, &object["code"]), (1, &"JOB_NOT_FOUND".into()));
    drop(server);
}

#[test]
fn colours_are_for_terminals_and_can_be_refused() {
    let (_server, mut desk) = cluster();
    desk.terminal.out = true;
    let red = |desk: &Desk, args: &[&str]| desk.run(args).out.contains('\u{1b}');
    assert!(red(&desk, &["soca", "status", "1045"]));
    assert!(!red(&desk, &["soca", "status", "1045", "--no-color"]));
    assert!(!red(&desk.clone().with("NO_COLOR", "1"), &["soca", "status", "1045"]));
    desk.terminal.out = false;
    assert!(!red(&desk, &["soca", "status", "1045"]));
}

/// A job that was given types by its size and went from spot to on demand.
#[test]
fn status_of_another_rung() {
    let server = Server::start();
    let climbed = server.add("date", &["-N", "climbed"]);
    server.edit(climbed, |fake| {
        fake.run_on();
        (fake.job.memory_mib, fake.job.ngpus) = (Some(16_384), Some(1));
        fake.job.instance_selection = Some("cheapest".into());
        let last = fake.job.attempts.last_mut().unwrap();
        (last.instance_type, last.market) = (None, Some("on-demand".into()));
        last.offered_types = vec!["c6i.xlarge".into(), "m5.xlarge".into()];
        last.instead_because = Some("2 attempts on spot instances came to nothing".into());
    });
    let desk = Desk::at(&server);
    insta::assert_snapshot!(seen(&server, &desk, &["status", "1042"]));
}
