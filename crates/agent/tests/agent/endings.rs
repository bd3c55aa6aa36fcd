//! Ways to end a script, after none of which anything of it is left.

use super::node::Node;
use super::{runs, unique_seconds, until};
use soca_wire::agent::{End, RunDirective, WarningDirective};

/// A script that does not want to end, with daemons that do not either.
fn stubborn(marker: &str) -> String {
    format!(
        "trap '' TERM\n(trap '' TERM; sleep {marker}) &\nsetsid sh -c 'trap \"\" TERM; (sleep {marker} &) ; sleep {marker}' &\n\
         (setsid nohup sleep {marker} >/dev/null 2>&1 &)\necho up\nwhile :; do sleep 0.1; done\n"
    )
}

#[test]
fn at_the_walltime_everything_is_killed_daemons_too() {
    let node = Node::started();
    let marker = unique_seconds();
    let job = RunDirective { walltime_seconds: Some(1), ..node.job(1, &stubborn(&marker)) };
    let job = node.plane.submit(job);
    until("the daemons are up", || runs(&marker));
    assert_eq!(node.plane.end_of(job), End::Walltime);
    assert!(!runs(&marker), "no process is left when the end is told");
}

#[test]
fn a_cancelled_script_is_killed_with_everything() {
    let node = Node::quick();
    let marker = unique_seconds();
    let job = node.plane.submit(node.job(1, &stubborn(&marker)));
    node.plane.wait("the start", |state| state.started(job));
    until("the daemons are up", || runs(&marker));
    node.plane.with(|state| state.cancelled.push(job));
    assert_eq!(node.plane.end_of(job), End::Cancelled);
    assert!(!runs(&marker));
}

/// A script that waits for its warning, in the shell and in a process beside it, and says when it came.
fn forewarned(node: &Node, before_seconds: u64, shell_only: bool) -> RunDirective {
    let script = "(trap 'echo child; exit 0' USR1; while :; do sleep 0.05; done) &\n\
                  trap 'sleep 0.3; echo shell; exit 7' USR1\nsleep 0.2\necho up\nwhile :; do sleep 0.05; done";
    let warning = Some(WarningDirective { signal: 10, before_seconds, shell_only });
    RunDirective { warning, grace_seconds: 30, ..node.job(1, script) }
}

#[test]
fn a_script_is_warned_before_its_walltime() {
    let node = Node::quick();
    let job = RunDirective { walltime_seconds: Some(602), ..forewarned(&node, 600, false) };
    let job = node.plane.submit(job);
    assert_eq!(node.plane.end_of(job), End::Exited { status: 7 });
    assert_eq!(node.read("case/o1"), "up\nchild\nshell\n");
}

#[test]
fn a_script_is_warned_at_once_when_its_node_is_taken_back() {
    let node = Node::quick();
    let job = node.plane.submit(forewarned(&node, 60, true));
    node.plane.wait("the start", |state| state.started(job));
    until("the traps are set", || node.read("case/o1") == "up\n");
    node.plane.with(|state| state.warned.push(job));
    assert_eq!(node.plane.end_of(job), End::Exited { status: 7 });
    assert_eq!(node.read("case/o1"), "up\nshell\n", "only the shell asked for it");
}

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "the moment is one of the machine's clock, which the agent reads"
)]
fn nothing_runs_on_after_the_moment_at_which_the_job_must_be_over() {
    let node = Node::quick();
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    let end_by_ms = i64::try_from(now.as_millis()).unwrap() + 500;
    let job = RunDirective { end_by_ms: Some(end_by_ms), walltime_seconds: None, ..node.job(1, "sleep 600") };
    assert_eq!(node.plane.end_of(node.plane.submit(job)), End::Walltime);
}

#[test]
fn a_script_may_use_its_grace() {
    let node = Node::quick();
    let script = "trap 'echo saved; exit 0' TERM; echo up; while :; do sleep 0.05; done";
    let job = node.plane.submit(RunDirective { grace_seconds: 30, ..node.job(1, script) });
    node.plane.wait("the start", |state| state.started(job));
    until("the trap is set", || node.read("case/o1") == "up\n");
    node.plane.with(|state| state.cancelled.push(job));
    assert_eq!(node.plane.end_of(job), End::Cancelled);
    assert_eq!(node.read("case/o1"), "up\nsaved\n");
}

#[test]
fn what_a_script_leaves_behind_goes_with_it() {
    let node = Node::started();
    let marker = unique_seconds();
    let script = format!("(setsid sleep {marker} &)\nsleep {marker} &\nexit 0");
    let job = node.plane.submit(node.job(1, &script));
    assert_eq!(node.plane.end_of(job), End::Exited { status: 0 });
    assert!(!runs(&marker));
}

#[test]
fn an_order_to_shut_down_kills_and_ends_the_agent() {
    let mut node = Node::quick();
    let marker = unique_seconds();
    let job = node.plane.submit(node.job(1, &stubborn(&marker)));
    node.plane.wait("the start", |state| state.started(job));
    node.plane.with(|state| state.shutdown = true);
    assert_eq!(node.agent_exit().code(), Some(0));
    assert!(!runs(&marker));
}

#[test]
fn a_supervisor_that_is_killed_takes_its_script_along() {
    let node = Node::started();
    let marker = unique_seconds();
    let job = node.plane.submit(node.job(1, &format!("(setsid sleep {marker} &) ; sleep {marker}")));
    node.plane.wait("the start", |state| state.started(job));
    until("the daemon is up", || runs(&marker));
    let holder = std::fs::read_to_string(node.state().join("runs/1.1/job/lock")).unwrap();
    let holder: soca_agent::units::Holder = serde_json::from_str(&holder).unwrap();
    nix::sys::signal::kill(nix::unistd::Pid::from_raw(holder.pid), nix::sys::signal::Signal::SIGKILL)
        .unwrap();
    assert_eq!(node.plane.end_of(job), End::Signalled { signal: 9 });
    assert!(!runs(&marker));
}
