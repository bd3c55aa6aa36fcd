//! Following jobs: exit statuses, where output goes, what is said meanwhile, trouble on the way.

mod common;

use common::{process::Rig, server::Server, world::Desk};
use std::{io::Read, process::Stdio, time::Duration};

const SCRIPT: &str = "#!/bin/sh\n#PBS -N sim\necho hello from the node\necho oh dear >&2\nexit 3\n";

#[test]
fn submit_follows_to_the_end_and_takes_over_the_status() {
    let rig = Rig::signed_in();
    let ran = rig.run(&["submit", "-f", &rig.script("job.sh", SCRIPT)]);
    assert_eq!((ran.status, ran.out.as_str()), (3, "hello from the node\n"));
    insta::assert_snapshot!(ran.err);
}

#[test]
fn the_status_of_every_end_is_right() {
    let server = Server::start();
    let desk = Desk::at(&server);
    for (script, status) in [
        ("date\n", 0),
        ("exit 42\n", 42),
        ("# ends timed_out\ndate\n", 124),
        ("# ends cancelled\ndate\n", 1),
        ("# ends node_failed\ndate\n", 1),
        ("# ends failed\ndate\n", 1),
    ] {
        let (ran, _) = desk.run_with(&["soca", "submit", "--follow", "-"], script);
        assert_eq!(ran.status, status, "{script}{}", ran.err);
    }
}

#[test]
fn with_json_the_last_line_is_one_object_and_the_output_goes_aside() {
    let server = Server::start();
    let (ran, _) = Desk::at(&server).run_with(&["soca", "submit", "-f", "--json", "-"], SCRIPT);
    insta::assert_snapshot!(ran.out);
    assert!(ran.err.contains("hello from the node\n") && ran.err.contains("oh dear\n"));
    assert_eq!(ran.status, 3);
}

#[test]
fn quiet_leaves_only_the_output() {
    let server = Server::start();
    let (ran, _) = Desk::at(&server).run_with(&["soca", "submit", "-f", "--quiet", "-"], SCRIPT);
    assert_eq!((ran.out.as_str(), ran.err.as_str()), ("hello from the node\n", "oh dear\n"));
}

#[test]
fn ctrl_c_leaves_the_job_alone_and_says_how_to_go_on() {
    let server = Server::start();
    let mut desk = Desk::at(&server);
    desk.interrupt_after = 5;
    let (ran, _) = desk.run_with(&["soca", "submit", "-f", "-"], SCRIPT);
    assert_eq!(ran.status, 130);
    assert!(ran.err.ends_with(
        "Detached: job 1042 goes on. Follow it again with soca logs -f 1042, cancel it with soca cancel 1042\n"
    ));
    assert!(!server.state().jobs[&1042].job.cancel_requested);
}

#[test]
fn a_real_ctrl_c_is_noticed_within_moments() {
    let rig = Rig::signed_in();
    let job = rig.server.add("date", &[]);
    rig.server.edit(job, common::job::FakeJob::run_on);
    let mut command = rig.command(env!("CARGO_BIN_EXE_soca"));
    let command = command
        .args(["logs", "-f", "1042"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    while rig.server.state().log_reads == 0 {
        std::thread::sleep(Duration::from_millis(20));
    }
    let pid = nix::unistd::Pid::from_raw(child.id().try_into().unwrap());
    nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGINT).unwrap();
    let mut said = String::new();
    child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130), "{said}");
    assert!(said.contains("goes on"), "{said}");
}

#[test]
fn logs_follow_ends_with_the_output_and_status_0() {
    let rig = Rig::signed_in();
    rig.server.add(SCRIPT, &[]);
    let ran = rig.run(&["logs", "-f", "1042"]);
    assert_eq!((ran.status, ran.out.as_str()), (0, "hello from the node\n"));
    rig.server.add(SCRIPT, &[]);
    assert_eq!(rig.run(&["logs", "-f", "--stderr", "1043"]).out, "oh dear\n");
}

#[test]
fn polls_grow_from_a_quarter_second_to_two() {
    let server = Server::start();
    let job = server.add("date", &[]);
    server.edit(job, common::job::FakeJob::run_on);
    let mut desk = Desk::at(&server);
    desk.interrupt_after = 1000;
    let (_, slept) = desk.run_with(&["soca", "logs", "-f", "1042"], "");
    let looks = server.state().requests.iter().filter(|r| r.path == "/v1/jobs/1042").count();
    let seconds = usize::try_from(slept.as_secs()).unwrap();
    assert!(looks > seconds / 2 && looks < seconds / 2 + 6, "{looks} looks in {seconds} s");
}

#[test]
fn a_service_that_is_out_of_order_for_a_while_is_borne() {
    let server = Server::start();
    server.add(SCRIPT, &[]);
    server.state().fail = 9;
    let (ran, _) = Desk::at(&server).run_with(&["soca", "logs", "-f", "1042"], "");
    assert_eq!((ran.status, ran.out.as_str()), (0, "hello from the node\n"));
    assert_eq!(ran.err.matches("the connection is gone; trying again").count(), 1, "{}", ran.err);
}

#[test]
fn a_service_that_stays_out_of_order_is_given_up_after_minutes() {
    let server = Server::start();
    server.add(SCRIPT, &[]);
    server.state().fail = u32::MAX;
    let (ran, slept) = Desk::at(&server).run_with(&["soca", "logs", "-f", "1042"], "");
    assert_eq!(ran.status, 1);
    assert!(
        ran.err.contains("remedy: The job goes on: follow it again with soca logs -f 1042"),
        "{}",
        ran.err
    );
    assert!((300..320).contains(&slept.as_secs()), "{slept:?}");
}

#[test]
fn on_a_terminal_something_moves_and_is_wiped_away() {
    let server = Server::start();
    let mut desk = Desk::at(&server).with("NO_COLOR", "1");
    desk.terminal.err = true;
    let (ran, _) = desk.run_with(&["soca", "submit", "-f", "-"], SCRIPT);
    assert!(ran.err.contains("⠙ queued for 0s"), "{}", ran.err);
    let last = ran.err.rsplit('\r').next().unwrap();
    assert!(last.starts_with("\u{1b}[K") && last.contains("1042 failed with status 3"), "{last:?}");
}

#[test]
fn an_array_is_followed_by_its_elements() {
    let server = Server::start();
    let array = server.add("date", &["-J", "1-3"]);
    server.edit(array, |fake| fake.job.elements = Some(common::job::counts()));
    let (ran, _) = Desk::at(&server).run_with(&["soca", "logs", "-f", "1042"], "");
    assert!(ran.err.contains("1042 running, elements: 3 (1 completed, 1 running, 1 waiting)"), "{}", ran.err);
    assert_eq!((ran.status, server.state().log_reads), (0, 0));
    let ran = Desk::at(&server).run(&["soca", "logs", "-f", "1042[2]"]);
    assert_eq!(ran.status, 0);
    assert!(server.state().requests.iter().any(|r| r.number("element") == Some(2)));
}

#[test]
fn a_job_that_is_started_again_is_followed_on() {
    let server = Server::start();
    let script = "# loses a node\necho hello from the node\n";
    let (ran, _) = Desk::at(&server).run_with(&["soca", "submit", "-f", "-"], script);
    assert_eq!(
        (ran.status, ran.out.as_str()),
        (0, "hello from the node\nhello from the node\n"),
        "{}",
        ran.err
    );
    assert!(ran.err.contains("1042 running (attempt 2)\n"), "{}", ran.err);
}
