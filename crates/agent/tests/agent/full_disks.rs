//! Disks without room: the job ends with a reason, the agent goes on.

use super::node::Node;
use nix::unistd::Uid;
use soca_wire::agent::{End, RunDirective};
use std::process::Command;

fn assert_full(end: &End) {
    assert!(matches!(end, End::Broken { code, .. } if code == "DISK_FULL"), "{end:?}");
}

fn assert_goes_on(node: &mut Node) {
    let job = node.plane.submit(node.job(99, "echo still here"));
    assert_eq!(node.plane.end_of(job), End::Exited { status: 0 });
    assert!(node.agent_lives());
}

#[test]
fn a_file_that_may_not_grow_ends_the_job() {
    let mut node = Node::new();
    node.plane.with(|state| state.interval_ms = 100);
    let agent = node.command();
    let mut limited = Command::new("/bin/bash");
    limited
        .args(["-c", "ulimit -f 2048; exec \"$@\"", "agent"])
        .arg(agent.get_program())
        .args(agent.get_args());
    node.start_as(limited);
    let job = node.plane.submit(node.job(1, "trap '' TERM; head -c 4000000 /dev/zero; sleep 600"));
    assert_full(&node.plane.end_of(job));
    assert_goes_on(&mut node);
}

#[test]
fn a_full_shared_file_system_ends_the_job() {
    if !Uid::effective().is_root() {
        eprintln!("only root can mount a small file system");
        return;
    }
    let mut node = Node::quick();
    node.mount_small(&node.shared("small"), "128k");
    let stdout = node.shared("small/o").to_string_lossy().into_owned();
    let job = RunDirective { stdout, ..node.job(1, "head -c 1000000 /dev/zero; sleep 600") };
    assert_full(&node.plane.end_of(node.plane.submit(job)));
    assert_goes_on(&mut node);
}

#[test]
fn a_full_state_directory_loses_no_result() {
    if !Uid::effective().is_root() {
        eprintln!("only root can mount a small file system");
        return;
    }
    let mut node = Node::new();
    node.plane.with(|state| state.interval_ms = 100);
    let state = node.state();
    node.mount_small(&state, "4m");
    node.start();
    let fill = state.join("fill").display().to_string();
    let script = format!("head -c 9000000 /dev/zero > {fill}; echo full; exit 7");
    let job = node.plane.submit(node.job(1, &script));
    assert_eq!(node.plane.end_of(job), End::Exited { status: 7 });
    let mark = state.join("runs/1.1");
    super::until("the run is buried", || {
        std::fs::read_dir(&mark).is_ok_and(|mut left| left.next().is_none())
    });
    // Whatever room that gave is taken too.
    let more = state.join("more");
    let _ = std::fs::write(&more, vec![1; 4_000_000]);
    let refused = node.plane.submit(node.job(2, "echo never"));
    assert_full(&node.plane.end_of(refused));
    std::fs::remove_file(fill).unwrap();
    std::fs::remove_file(more).unwrap();
    assert_goes_on(&mut node);
}
