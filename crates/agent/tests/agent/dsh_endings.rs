//! The ends of what `pbsdsh` started on other nodes: nothing is left, and nothing runs twice.

use super::stack::Stack;
use super::{runs, unique_seconds, until};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use soca_wire::agent::End;

/// A command that leaves a daemon behind and does not want to end.
fn stubborn(marker: &str) -> String {
    format!(
        "sh -c 'trap \"\" TERM; (setsid sleep {marker} &); touch up$SOCA_NODE_INDEX; sleep {marker}; sleep {marker}'"
    )
}

fn assert_all_over(stack: &Stack) {
    let meeting = stack.first().shared(".soca/dsh/job-1-1");
    until("the meeting is over", || !meeting.exists());
    let meeting = meeting.display().to_string();
    until("no server is left", || !runs(&format!("dsh-server {meeting}")));
    for node in &stack.nodes {
        let left = || std::fs::read_dir(node.state().join("served")).map_or(0, Iterator::count);
        until("no server is remembered", || left() == 0);
    }
}

#[test]
fn what_runs_on_other_nodes_ends_with_the_job() {
    let stack = Stack::started();
    let marker = unique_seconds();
    let script =
        format!("pbsdsh -- {} & while [ ! -e up1 -o ! -e up3 ]; do sleep 0.05; done", stubborn(&marker));
    let job = stack.submit(stack.job(&script));
    assert_eq!(stack.end_of(job), End::Exited { status: 0 });
    until("nothing of it runs", || !runs(&marker));
    assert_all_over(&stack);
}

#[test]
fn commands_nobody_waits_for_live_until_the_job_ends() {
    let stack = Stack::started();
    let marker = unique_seconds();
    // The second command is served after the first one's client has gone.
    let script = format!(
        "pbsdsh -o -- sleep {marker}; pbsdsh -- true; touch served; while [ ! -e go ]; do sleep 0.05; done"
    );
    let job = stack.submit(stack.job(&script));
    until("they run", || runs(&marker));
    until("others have been served", || stack.first().shared("case/served").exists());
    assert!(runs(&marker), "the client is gone, they are not");
    std::fs::write(stack.first().shared("case/go"), "").unwrap();
    assert_eq!(stack.end_of(job), End::Exited { status: 0 });
    until("nothing of it runs", || !runs(&marker));
    assert_all_over(&stack);
}

#[test]
fn a_cancelled_job_takes_everything_along() {
    let stack = Stack::started();
    let marker = unique_seconds();
    let job = stack.submit(stack.job(&format!("pbsdsh -- {}", stubborn(&marker))));
    until("they run", || (0..4).all(|node| stack.first().shared(&format!("case/up{node}")).exists()));
    stack.first().plane.with(|state| state.cancelled.push(job));
    assert_eq!(stack.end_of(job), End::Cancelled);
    until("nothing of it runs", || !runs(&marker));
    assert_all_over(&stack);
}

#[test]
fn a_client_that_is_killed_takes_its_commands_along() {
    for how in ["TERM", "KILL"] {
        let stack = Stack::started();
        let marker = unique_seconds();
        let script = format!(
            "pbsdsh -- {} & while [ ! -e up0 -o ! -e up2 ]; do sleep 0.05; done; kill -{how} $!; wait $!; echo $?\n\
             while [ ! -e go ]; do sleep 0.05; done",
            stubborn(&marker)
        );
        let job = stack.submit(stack.job(&script));
        until("the client is killed", || {
            std::fs::read(stack.first().shared("case/o1")).is_ok_and(|o| !o.is_empty())
        });
        until("nothing of it runs", || !runs(&marker));
        std::fs::write(stack.first().shared("case/go"), "").unwrap();
        assert_eq!(stack.end_of(job), End::Exited { status: 0 });
        assert_all_over(&stack);
    }
}

#[test]
fn a_node_that_is_shut_down_kills_what_it_runs_and_ends_the_meeting() {
    let mut stack = Stack::started();
    let marker = unique_seconds();
    let job = stack.submit(stack.job(&format!("pbsdsh -n 1 -- {}", stubborn(&marker))));
    until("it runs", || stack.first().shared("case/up1").exists());
    stack.nodes[1].plane.with(|state| state.shutdown = true);
    assert_eq!(stack.nodes[1].agent_exit().code(), Some(0));
    until("nothing of it runs", || !runs(&format!("sleep {marker}")));
    assert_eq!(stack.end_of(job), End::Exited { status: 1 });
    assert_eq!(stack.first().read("case/e1"), "pbsdsh: the job is over.\n");
}

#[test]
fn an_agent_that_is_killed_changes_nothing_p2() {
    let mut stack = Stack::started();
    let command =
        "echo begin >> times; while [ ! -e go ]; do sleep 0.05; done; echo $SOCA_NODE_INDEX; exit 5";
    let job = stack.submit(stack.job(&format!("pbsdsh -n 1 -- sh -c '{command}'; echo status $?")));
    until("it runs", || stack.first().shared("case/times").exists());
    stack.nodes[1].kill_agent();
    stack.nodes[1].start();
    let syncs = stack.nodes[1].plane.with(|state| state.syncs);
    stack.nodes[1].plane.wait("the same order, several times", |state| state.syncs > syncs + 5);
    std::fs::write(stack.first().shared("case/go"), "").unwrap();
    assert_eq!(stack.end_of(job), End::Exited { status: 0 });
    assert_eq!(stack.first().read("case/o1"), "1\nstatus 5\n");
    assert_eq!(stack.first().read("case/times"), "begin\n");
    assert_all_over(&stack);
}

#[test]
fn a_server_that_dies_comes_back_and_runs_nothing_twice_p2() {
    let stack = Stack::started();
    let marker = unique_seconds();
    let job = stack.submit(stack.job(&format!(
        "pbsdsh -n 1 -- sh -c 'echo begin >> times; sleep {marker}'; echo status $?\n\
         pbsdsh -n 1 -- echo back"
    )));
    until("it runs", || stack.first().shared("case/times").exists());
    until("the lock is there", || stack.nodes[1].state().join("served/1.1/job/lock").exists());
    let holder = std::fs::read_to_string(stack.nodes[1].state().join("served/1.1/job/lock")).unwrap();
    let holder: soca_agent::units::Holder = serde_json::from_str(&holder).unwrap();
    kill(Pid::from_raw(holder.pid), Signal::SIGKILL).unwrap();
    assert_eq!(stack.end_of(job), End::Exited { status: 0 });
    assert!(!runs(&marker));
    assert_eq!(stack.first().read("case/o1"), "status 255\nback\n");
    assert!(stack.first().read("case/e1").contains("pbsdsh: The node lost the program.\n"));
    assert_eq!(stack.first().read("case/times"), "begin\n");
    assert_all_over(&stack);
}
