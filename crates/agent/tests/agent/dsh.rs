//! `pbsdsh`: commands on every node of a job, what they find, and what becomes of what they write.

use super::node::PROGRAM;
use super::stack::Stack;
use super::until;
use nix::unistd::Uid;
use soca_wire::agent::{End, RunDirective};
use std::os::unix::process::CommandExt;
use std::process::Command;

#[test]
fn the_example_for_several_nodes_passes() {
    let stack = Stack::started();
    let output = stack.run(include_str!("../../../../examples/multinode.pbs"));
    for line in ["2 node3", "0 ", "i-1", "i-4", "All 4 nodes took part."] {
        assert!(output.contains(line), "{line:?} in {output}");
    }
}

#[test]
fn statuses_come_back_and_the_highest_counts() {
    let stack = Stack::started();
    let output = stack.run(
        "pbsdsh -- true; echo all $?\n\
         pbsdsh -- sh -c 'exit $((SOCA_NODE_INDEX * 3))'; echo highest $?\n\
         pbsdsh -n 2 sh -c 'exit 6'; echo one $?\n\
         pbsdsh -h node1 -- sh -c 'kill -9 $$'; echo killed $?\n\
         pbsdsh -n 3 /nonexistent/program; echo absent $?\n\
         pbsdsh -n 4 true; echo beyond $?\n\
         soca=$(readlink -f $(command -v pbsdsh)); $soca pbsdsh -n 1 -- echo by its other name\n",
    );
    let expected = "all 0\nhighest 9\none 6\nkilled 137\nabsent 127\nbeyond 2\nby its other name\n";
    assert_eq!(output, expected, "{}", stack.first().read("case/e1"));
    let errors = stack.first().read("case/e1");
    assert!(errors.contains("pbsdsh: The interpreter /nonexistent/program cannot be started"), "{errors}");
    assert!(errors.contains("pbsdsh: there is no node 4: the job has 4, from 0.\n"), "{errors}");
}

#[test]
fn lines_are_whole_in_the_order_of_each_node_and_errors_are_errors() {
    let stack = Stack::started();
    let output = stack.run(
        "pbsdsh -- sh -c 'for i in 1 2 3 4 5; do echo $SOCA_NODE_INDEX $i; sleep 0.1; done; echo oops >&2'\n\
         echo in turn; pbsdsh -s -c 6 -- sh -c 'echo $SOCA_NODE_INDEX $PBS_NODENUM $PBS_TASKNUM'",
    );
    let (together, in_turn) = output.split_once("in turn\n").unwrap();
    for node in 0..4 {
        let mine: Vec<_> = together.lines().filter(|line| line.starts_with(&format!("{node} "))).collect();
        assert_eq!(mine, (1..=5).map(|i| format!("{node} {i}")).collect::<Vec<_>>());
    }
    assert_eq!(together.lines().count(), 20);
    assert_eq!(in_turn, "0 0 1\n1 1 2\n2 2 3\n3 3 4\n0 0 5\n1 1 6\n");
    assert_eq!(stack.first().read("case/e1"), "oops\n".repeat(4));
}

#[test]
fn output_comes_while_the_commands_run() {
    let stack = Stack::started();
    let script = "pbsdsh -n 1 -- sh -c 'echo early; while [ ! -e go ]; do sleep 0.05; done; echo late'";
    let job = stack.submit(stack.job(script));
    until("early output", || {
        std::fs::read(stack.first().shared("case/o1")).is_ok_and(|text| text == b"early\n")
    });
    std::fs::write(stack.first().shared("case/go"), "").unwrap();
    assert_eq!(stack.end_of(job), End::Exited { status: 0 });
    assert_eq!(stack.first().read("case/o1"), "early\nlate\n");
}

#[test]
fn a_command_has_the_callers_environment_and_its_nodes_own() {
    let stack = Stack::started();
    let output = stack.run(
        "export MESH='fine grid' AWS_SECRET_ACCESS_KEY=mine; mkdir sub; cd sub\n\
         pbsdsh -n 2 -- sh -c 'echo $MESH; echo $AWS_SECRET_ACCESS_KEY-; pwd; cat $PBS_NODEFILE | wc -l; echo $PBS_JOBID\n\
         echo $SOCA_NODE_INDEX $SOCA_INSTANCE_ID; touch $TMPDIR/x && echo writable; echo $TMPDIR'\n\
         echo $TMPDIR; echo $SOCA_INSTANCE_ID\n\
         pbsdsh -n 1 -- pbsdsh -- sh -c 'echo nested $SOCA_NODE_INDEX' | sort",
    );
    let sub = stack.first().shared("case/sub").canonicalize().unwrap();
    let lines: Vec<_> = output.lines().collect();
    assert_eq!(lines[..7], ["fine grid", "-", &sub.display().to_string(), "8", "1", "2 i-3", "writable"]);
    assert_ne!(lines[7], lines[8], "each node has its own temporary directory");
    assert_eq!(lines[9..], ["i-1", "nested 0", "nested 1", "nested 2", "nested 3"]);
}

#[test]
fn a_node_that_does_not_answer_is_named() {
    let stack = Stack::started();
    let job = stack.job("pbsdsh --timeout 3 -- sh -c 'echo $SOCA_NODE_INDEX'; echo status $?");
    let job = stack.submit(job);
    stack.nodes[2].plane.with(|state| state.served.clear());
    assert_eq!(stack.end_of(job), End::Exited { status: 0 });
    let output = stack.first().read("case/o1");
    assert!(output.ends_with("status 255\n") && !output.contains("2\n"), "{output}");
    assert_eq!(stack.first().read("case/e1"), "pbsdsh: node 2 (node2) has not answered for 3 s.\n");
}

#[test]
fn a_job_of_one_node_has_it_too() {
    let stack = Stack::started();
    let script = "pbsdsh -c 2 -- sh -c 'echo $SOCA_NODE_INDEX $PBS_TASKNUM' | sort; ls $(dirname $SOCA_DSH)";
    let job = RunDirective { nodes: vec!["node0".into()], ..stack.job(script) };
    assert_eq!(stack.end_of(stack.first().plane.submit(job)), End::Exited { status: 0 });
    assert_eq!(stack.first().read("case/o1"), "0 1\n0 2\n", "nothing is left in the directory");
    assert!(!stack.first().shared(".soca").exists());
}

#[test]
fn an_array_on_several_nodes_has_it_for_each_element() {
    let stack = Stack::started();
    let script = "pbsdsh -- sh -c 'echo $PBS_ARRAY_INDEX $PBS_JOBID $SOCA_NODE_INDEX' | sort";
    let nodes = stack.job("").nodes;
    let job = RunDirective { nodes, ..stack.first().array(1, script, &[[3, 4, 1]], 1) };
    assert_eq!(stack.end_of(stack.submit(job)), End::Exited { status: 0 });
    for element in [3, 4] {
        let expected: String = (0..4).map(|node| format!("{element} 1[{element}] {node}\n")).collect();
        assert_eq!(stack.first().read(&format!("case/o1.{element}")), expected);
    }
    until("the meeting is over", || !stack.first().shared(".soca/dsh/job-1-1").exists());
}

#[test]
fn outside_of_a_job_there_is_a_clear_error() {
    let output =
        Command::new(PROGRAM).arg0("/usr/bin/pbsdsh").args(["--", "true"]).env_clear().output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(errors.starts_with("pbsdsh: this is not part of a running job"), "{errors}");
}

#[test]
fn commands_have_the_owners_rights_on_every_node() {
    if !Uid::effective().is_root() {
        eprintln!("only root can become somebody else");
        return;
    }
    let stack = Stack::started();
    let script = "pbsdsh -- sh -c 'id -u; id -G; id -un' | sort -u; stat -c '%U %a' $(dirname $SOCA_DSH) \
                  $(dirname $SOCA_DSH)/..";
    let job = RunDirective { owner: "nobody".into(), ..stack.job(script) };
    assert_eq!(stack.end_of(stack.submit(job)), End::Exited { status: 0 });
    let nobody = nix::unistd::User::from_name("nobody").unwrap().unwrap();
    let mut expected = vec![nobody.uid.to_string(), nobody.gid.to_string(), "nobody".into()];
    expected.sort();
    expected.dedup();
    let expected = format!("{}\nnobody 700\nroot 755\n", expected.join("\n"));
    assert_eq!(stack.first().read("case/o1"), expected, "{}", stack.first().read("case/e1"));
}

#[test]
fn a_request_of_somebody_else_is_ignored_p10() {
    if !Uid::effective().is_root() {
        eprintln!("only root can give files away");
        return;
    }
    let stack = Stack::started();
    let job = stack.submit(stack.job("pbsdsh -- true; while [ ! -e go ]; do sleep 0.05; done"));
    let meeting = stack.first().shared(".soca/dsh/job-1-1");
    until("the meeting is there", || meeting.exists());
    let (forged, genuine) =
        (meeting.join("job-00000000000000f0.json"), meeting.join("job-00000000000000f1.json"));
    for (path, owner) in [(&forged, 65534), (&genuine, 0)] {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let mark = stack.first().shared("case").join(&name);
        let request = serde_json::json!({
            "command": ["touch", mark], "environment": { "PATH": "/usr/bin:/bin" }, "workdir": "/", "from": 0,
            "waited": false, "locked": false, "tasks": [{ "number": 1, "node": 1 }],
        });
        let beside = meeting.join(format!(".{name}"));
        std::fs::write(&beside, request.to_string()).unwrap();
        std::os::unix::fs::chown(&beside, Some(owner), None).unwrap();
        std::fs::rename(&beside, path).unwrap();
    }
    until("the genuine one is run", || stack.first().shared("case/job-00000000000000f1").exists());
    assert!(!meeting.join("job-00000000000000f0.1.claim").exists());
    std::fs::write(stack.first().shared("case/go"), "").unwrap();
    assert_eq!(stack.end_of(job), End::Exited { status: 0 });
    assert!(!stack.first().shared("case/job-00000000000000f0").exists());
}
