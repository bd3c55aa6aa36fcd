//! Agents that die, control planes that are away, answers that are lost: one run, one result (P2, P6).

use super::node::Node;
use super::{runs, unique_seconds, until};
use soca_wire::agent::{End, Stream};

#[test]
fn a_killed_agent_comes_back_to_its_running_script_p2() {
    let mut node = Node::started();
    let script = "echo begin >> times; echo one; while [ ! -e go ]; do sleep 0.05; done; echo two; exit 4";
    let job = node.plane.submit(node.job(1, script));
    node.plane.wait("the start", |state| state.started(job));
    node.kill_agent();
    node.start();
    std::fs::write(node.shared("case/go"), "").unwrap();
    assert_eq!(node.plane.end_of(job), End::Exited { status: 4 });
    assert_eq!(node.read("case/times"), "begin\n");
    node.plane.with(|state| {
        assert!(state.started(job));
        assert_eq!(state.output(job, None, Stream::Stdout), "one\ntwo\n");
        assert_eq!(state.enrolments, 1);
    });
}

#[test]
fn a_script_that_ends_while_no_agent_is_there_is_reported_later_p2() {
    let mut node = Node::started();
    let script = "echo begin >> times; while [ ! -e go ]; do sleep 0.05; done; echo done; exit 5";
    let job = node.plane.submit(node.job(1, script));
    node.plane.wait("the start", |state| state.started(job));
    assert_eq!(node.terminate_agent().code(), Some(0));
    std::fs::write(node.shared("case/go"), "").unwrap();
    until("the script ends without an agent", || node.state().join("runs/1.1/job/exit.json").exists());
    node.start();
    assert_eq!(node.plane.end_of(job), End::Exited { status: 5 });
    assert_eq!(node.read("case/times"), "begin\n");
    node.plane.with(|state| assert_eq!(state.output(job, None, Stream::Stdout), "done\n"));
}

#[test]
fn an_agent_killed_again_and_again_tells_everything_once_p2_p6() {
    let mut node = Node::quick();
    let script = "echo $PBS_ARRAY_INDEX >> times; echo out $PBS_ARRAY_INDEX; sleep 0.2";
    let job = node.plane.submit(node.array(1, script, &[[1, 12, 1]], 3));
    for _ in 0..8 {
        let reports = node.plane.with(|state| state.reports.len());
        node.plane
            .wait("more reports", |state| state.reports.len() > reports || state.finished(job).is_some());
        node.kill_agent();
        node.start();
    }
    assert_eq!(node.plane.end_of(job), End::Exited { status: 0 });
    let mut times: Vec<u32> = node.read("case/times").lines().map(|line| line.parse().unwrap()).collect();
    times.sort_unstable();
    assert_eq!(times, (1..=12).collect::<Vec<_>>(), "P2: each element ran once");
    node.plane.with(|state| {
        assert!(state.started(job));
        for index in 1..=12 {
            assert_eq!(state.output(job, Some(index), Stream::Stdout), format!("out {index}\n"));
        }
    });
}

#[test]
fn a_control_plane_that_is_away_loses_nothing_p6() {
    let node = Node::started();
    let script = "while [ ! -e go ]; do sleep 0.05; done; echo late; exit 6";
    let job = node.plane.submit(node.job(1, script));
    node.plane.wait("the start", |state| state.started(job));
    node.plane.go_away();
    std::fs::write(node.shared("case/go"), "").unwrap();
    until("a sync fails", || node.log().contains("event=sync.failed"));
    until("the script ends", || node.log().contains("event=script.ended"));
    node.plane.come_back();
    assert_eq!(node.plane.end_of(job), End::Exited { status: 6 });
    node.plane.with(|state| assert_eq!(state.output(job, None, Stream::Stdout), "late\n"));
}

#[test]
fn lost_answers_have_no_second_effect_p6() {
    let node = Node::quick();
    node.plane.wait("the first sync", |state| state.syncs > 0);
    node.plane.with(|state| state.lose = 3);
    let job = node.plane.submit(node.job(1, "echo begin >> times; echo out; exit 0"));
    node.plane.wait("the start", |state| state.started(job));
    node.plane.with(|state| state.lose = 3);
    assert_eq!(node.plane.end_of(job), End::Exited { status: 0 });
    node.plane.with(|state| state.lose = 2);
    node.plane.wait("an answer", |state| state.lose == 0);
    assert_eq!(node.read("case/times"), "begin\n");
    node.plane.with(|state| {
        assert!(state.started(job));
        assert_eq!(state.output(job, None, Stream::Stdout), "out\n");
    });
}

#[test]
fn a_finished_attempt_does_not_begin_again_p2() {
    let mut node = Node::quick();
    let job = node.plane.submit(node.job(1, "echo begin >> times"));
    node.plane.end_of(job);
    let mark = node.state().join("runs/1.1");
    until("the run is buried", || std::fs::read_dir(&mark).is_ok_and(|mut entries| entries.next().is_none()));
    node.kill_agent();
    node.plane.with(|state| state.reports.clear());
    node.start();
    let syncs = node.plane.with(|state| state.syncs);
    node.plane.wait("the same order, several times", |state| state.syncs > syncs + 3);
    assert_eq!(node.read("case/times"), "begin\n");
    assert!(mark.exists());
}

#[test]
fn a_power_cut_leaves_nothing_running() {
    let mut node = Node::started();
    let marker = unique_seconds();
    let job = node.plane.submit(node.job(1, &format!("(setsid sleep {marker} &) ; sleep {marker}")));
    node.plane.wait("the start", |state| state.started(job));
    until("the daemon is up", || runs(&marker));
    node.kill_agent();
    assert!(soca_agent::power::power_off(&node.state()).unwrap() >= 3);
    until("everything is dead", || !runs(&marker));
    node.start();
    assert_eq!(node.plane.end_of(job), End::Signalled { signal: 9 });
}
