//! Submitting: what is sent, what is not, and what happens when the connection breaks.

mod common;

use common::{process::Rig, server::Server, world::Desk};
use std::collections::BTreeSet;

#[test]
fn the_script_its_name_and_the_options_are_sent_as_they_are() {
    let rig = Rig::signed_in();
    let script = rig.script("my job.sh", "#!/bin/sh\r\n#PBS -N sim\r\ndate\r\n");
    let ran = rig.run(&["submit", "-l", "walltime=1:0:0", &script, "-q", "normal"]);
    assert_eq!((ran.status, ran.out.as_str()), (0, "1042\n"), "{}", ran.err);
    assert!(
        ran.err.contains("Job 1042 (sim) is in queue normal. It costs $0.1692 at most.\n"),
        "{}",
        ran.err
    );
    assert!(ran.err.contains("Windows line ends were replaced"), "{}", ran.err);
    let sent = rig.server.state().submits().remove(0);
    assert_eq!(sent.script, "#!/bin/sh\r\n#PBS -N sim\r\ndate\r\n");
    assert_eq!(sent.options, ["-l", "walltime=1:0:0", "-q", "normal"]);
    assert_eq!((sent.default_name.as_deref(), sent.workdir), (Some("my job.sh"), None));
    assert!(sent.environment.is_empty());
}

#[test]
fn the_current_directory_is_sent_if_the_nodes_have_it_too() {
    let server = Server::start();
    let mut desk = Desk::at(&server);
    desk.run_with(&["soca", "submit", "-"], "date");
    desk.directory = Some("/database".into());
    desk.run_with(&["soca", "submit", "-"], "date");
    let sent: Vec<_> = server.state().submits().into_iter().map(|s| s.workdir).collect();
    assert_eq!(sent, [Some("/data/home/alice/run".into()), None]);
}

#[test]
fn only_the_variables_that_are_asked_for_leave_the_machine() {
    let server = Server::start();
    let desk = Desk::at(&server).with("CASE", "wing").with("SECRET", "x").with("BASH_FUNC_f%%", "() { :; }");
    let sent = |options: &[&str], script: &str| -> BTreeSet<String> {
        let args = [&["soca", "submit", "-"], options].concat();
        assert_eq!(desk.run_with(&args, script).0.status, 0);
        let last = server.state().submits().pop().unwrap();
        last.environment.into_iter().map(|v| format!("{}={}", v.name, v.value)).collect()
    };
    let one = BTreeSet::from(["CASE=wing".to_owned()]);
    assert_eq!(sent(&["-v", "CASE,MESH=fine"], "date"), one);
    assert_eq!(sent(&[], "#PBS -v CASE\ndate"), one);
    let all = sent(&["-V"], "date");
    assert!(all.contains("SECRET=x") && all.contains("CASE=wing"));
    assert!(all.iter().all(|v| !v.starts_with("SOCA_TOKEN") && !v.starts_with("BASH_FUNC")), "{all:?}");
}

#[test]
fn a_lost_reply_is_asked_for_again_with_the_same_key_and_makes_one_job() {
    let rig = Rig::signed_in();
    rig.server.state().lose_replies = 2;
    let ran = rig.run(&["submit", &rig.script("job.sh", "date\n")]);
    assert_eq!((ran.status, ran.out.as_str()), (0, "1042\n"), "{}", ran.err);
    assert!(ran.err.contains("(it was there already)"), "{}", ran.err);
    let state = rig.server.state();
    let keys = state.sent_keys();
    assert_eq!((keys.len(), keys.iter().collect::<BTreeSet<_>>().len(), state.jobs.len()), (3, 1, 1));
    assert_eq!(keys[0].len(), 32);
}

#[test]
fn two_submits_have_two_keys() {
    let server = Server::start();
    for _ in 0..2 {
        Desk::at(&server).run_with(&["soca", "submit", "-"], "date");
    }
    let keys = server.state().sent_keys();
    assert_ne!(keys[0], keys[1]);
}

#[test]
fn a_dry_run_submits_nothing_and_tells_the_price() {
    let server = Server::start();
    let desk = Desk::at(&server);
    let (ran, _) = desk.run_with(&["soca", "submit", "--dry-run", "-l", "walltime=1:0:0", "-"], "date");
    assert_eq!((ran.status, ran.out.as_str()), (0, "The job would be accepted. It costs $0.1692 at most.\n"));
    let (ran, _) = desk.run_with(&["soca", "submit", "--dry-run", "--json", "-"], "date");
    assert!(serde_json::from_str::<serde_json::Value>(&ran.out).unwrap()["job"].is_null());
    assert!(server.state().jobs.is_empty());
}

#[test]
fn faults_in_a_script_are_all_told_with_their_places_before_anything_is_sent() {
    let rig = Rig::signed_in();
    rig.script("bad.sh", "#!/bin/sh\n#PBS -l walltime=25:99:99\n#PBS -l fsx_lustre=true\ndate\n");
    let ran = rig.run(&["submit", "bad.sh"]);
    assert_eq!(ran.status, 1);
    insta::assert_snapshot!(ran.err);
    assert!(rig.server.state().submits().is_empty());
    let json: serde_json::Value =
        serde_json::from_str(&rig.run(&["submit", "--json", "bad.sh"]).out).unwrap();
    assert_eq!((&json["code"], &json["place"]["line"]), (&"BAD_WALLTIME".into(), &2.into()));
}

#[test]
fn what_the_api_refuses_is_told_with_its_remedy() {
    let server = Server::start();
    let (ran, _) = Desk::at(&server).run_with(&["soca", "submit", "-q", "nowhere", "-"], "date");
    assert_eq!(ran.status, 1);
    assert_eq!(
        ran.err,
        "error[UNKNOWN_QUEUE]: There is no queue \"nowhere\".\n  remedy: See the queues with: soca queues\n"
    );
}

#[test]
fn command_lines_that_cannot_be_read_end_with_2() {
    let server = Server::start();
    let desk = Desk::at(&server);
    for args in [
        &["soca", "submit"][..],
        &["soca", "submit", "a.sh", "b.sh"],
        &["soca", "fly"],
        &["soca", "list", "x"],
    ] {
        let ran = desk.run(args);
        assert_eq!((ran.status, ran.out.as_str()), (2, ""), "{args:?}: {}", ran.err);
    }
    let ran = desk.run(&["soca", "submit", "missing.sh"]);
    assert_eq!(ran.status, 1);
    assert!(ran.err.starts_with("error[FILE_UNREADABLE]: missing.sh cannot be read: "), "{}", ran.err);
}

#[test]
fn help_of_submit_is_asked_for_with_the_long_option() {
    let server = Server::start();
    let ran = Desk::at(&server).run(&["soca", "submit", "--help"]);
    assert_eq!(ran.status, 0);
    assert!(ran.out.starts_with("Submit a job script"), "{}", ran.out);
}
