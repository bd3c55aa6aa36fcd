//! What a script finds and what becomes of what it writes.

use super::node::Node;
use soca_wire::agent::{End, RunDirective, Stream};
use std::collections::BTreeMap;
use std::os::unix::fs::symlink;

fn broken_as(end: &End) -> &str {
    match end {
        End::Broken { code, .. } => code,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_script_runs_and_its_output_is_in_the_file_and_shipped() {
    let node = Node::started();
    let job = node.plane.submit(node.job(1, "pwd; echo hello; echo oops >&2; exit 3"));
    assert_eq!(node.plane.end_of(job), End::Exited { status: 3 });
    let expected = format!("{}\nhello\n", node.shared("case").canonicalize().unwrap().display());
    assert_eq!(node.read("case/o1"), expected);
    assert_eq!(node.read("case/e1"), "oops\n");
    node.plane.with(|state| {
        assert!(state.started(job));
        assert_eq!(state.output(job, None, Stream::Stdout), expected);
        assert_eq!(state.output(job, None, Stream::Stderr), "oops\n");
    });
}

#[test]
fn a_script_ended_by_a_signal_is_told_as_such() {
    let node = Node::started();
    let job = node.plane.submit(node.job(1, "kill -SEGV $$"));
    assert_eq!(node.plane.end_of(job), End::Signalled { signal: 11 });
}

#[test]
fn joined_output_is_one_stream() {
    let node = Node::started();
    let job = RunDirective { joined: true, ..node.job(1, "echo a; echo b >&2; echo c") };
    let job = node.plane.submit(job);
    assert_eq!(node.plane.end_of(job), End::Exited { status: 0 });
    assert_eq!(node.read("case/o1"), "a\nb\nc\n");
    assert!(!node.shared("case/e1").exists());
    node.plane.with(|state| {
        assert_eq!(state.output(job, None, Stream::Stdout), "a\nb\nc\n");
        assert_eq!(state.output(job, None, Stream::Stderr), "");
    });
}

#[test]
fn output_is_shipped_while_the_script_runs() {
    let node = Node::started();
    let script = "echo early; while [ ! -e go ]; do sleep 0.05; done; echo late";
    let job = node.plane.submit(node.job(1, script));
    node.plane.wait("early output", |state| state.output(job, None, Stream::Stdout) == "early\n");
    assert_eq!(node.read("case/o1"), "early\n");
    std::fs::write(node.shared("case/go"), "").unwrap();
    assert_eq!(node.plane.end_of(job), End::Exited { status: 0 });
    node.plane.with(|state| assert_eq!(state.output(job, None, Stream::Stdout), "early\nlate\n"));
}

#[test]
fn much_output_comes_in_pieces_and_all_of_it_before_the_end() {
    let node = Node::started();
    let job = node.plane.submit(node.job(1, "head -c 3000000 /dev/zero | tr '\\0' x; echo end"));
    assert_eq!(node.plane.end_of(job), End::Exited { status: 0 });
    node.plane.with(|state| assert_eq!(state.output(job, None, Stream::Stdout).len(), 3_000_004));
}

#[test]
fn the_environment_is_what_pbs_promises_and_nothing_of_the_agents() {
    let node = Node::started();
    let script = "env -0 | tr '\\0' '\\n'; cat $PBS_NODEFILE >&2; touch $TMPDIR/x";
    let environment =
        [("MESH", "fine grid"), ("PBS_JOBID", "forged"), ("SOCA_JOB_OWNER", "forged"), ("A=B", "x")];
    let environment = environment.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
    let job = node.plane.submit(RunDirective { environment, ..node.job(7, script) });
    assert_eq!(node.plane.end_of(job), End::Exited { status: 0 });
    assert_eq!(node.read("case/e7"), "node0\nnode0\nnode1\nnode1\n");
    let output = node.read("case/o7");
    let found: BTreeMap<_, _> = output.lines().filter_map(|line| line.split_once('=')).collect();
    let case = node.shared("case").to_string_lossy().into_owned();
    for (name, value) in [
        ("MESH", "fine grid"),
        ("NCPUS", "2"),
        ("OMP_NUM_THREADS", "2"),
        ("PBS_ENVIRONMENT", "PBS_BATCH"),
        ("PBS_JOBID", "7"),
        ("PBS_JOBNAME", "hello"),
        ("PBS_NUM_NODES", "2"),
        ("PBS_O_HOST", "login"),
        ("PBS_O_LOGNAME", "soca-nobody-knows"),
        ("PBS_O_QUEUE", "normal"),
        ("PBS_O_WORKDIR", &case),
        ("PBS_QUEUE", "normal"),
        ("SOCA_CLUSTER", "test"),
        ("SOCA_INSTANCE_TYPE", "c7i.large"),
        ("SOCA_JOB_ATTEMPT", "1"),
        ("SOCA_JOB_OWNER", "soca-nobody-knows"),
        ("SOCA_JOB_PROJECT", "wing"),
        ("SOCA_NODE_COUNT", "2"),
        ("SOCA_NODE_INDEX", "0"),
        ("USER", "soca-nobody-knows"),
    ] {
        assert_eq!(found.get(name), Some(&value), "{name}");
    }
    assert!(!output.contains("of-the-agent") && !found.contains_key("PBS_ARRAY_INDEX"));
    let temporary = std::path::Path::new(found["TMPDIR"]);
    assert!(temporary.is_absolute() && !temporary.exists(), "TMPDIR is removed at the end");
}

#[test]
fn an_interpreter_of_the_scripts_own_is_used() {
    let node = Node::started();
    let job = RunDirective {
        shell: Some("/usr/bin/env -i /bin/sh -e".into()),
        ..node.job(1, "echo $HOME-; false; echo no")
    };
    let job = node.plane.submit(job);
    assert_eq!(node.plane.end_of(job), End::Exited { status: 1 });
    assert_eq!(node.read("case/o1"), "-\n");
}

#[test]
fn what_cannot_start_says_why() {
    let node = Node::quick();
    let absent = |name: &str| node.shared(name).to_string_lossy().into_owned();
    let jobs = [
        RunDirective { shell: Some("/nonexistent/shell".into()), ..node.job(1, "echo") },
        RunDirective { workdir: absent("elsewhere"), ..node.job(2, "echo") },
        RunDirective { stdout: absent("case"), ..node.job(3, "echo") },
    ];
    for job in jobs {
        let job = node.plane.submit(job);
        let end = node.plane.end_of(job);
        assert_eq!(broken_as(&end), "CANNOT_START", "{end:?}");
        node.plane.with(|state| assert!(!state.started(job)));
    }
}

#[test]
fn a_working_directory_below_home_is_made() {
    let node = Node::started();
    let workdir = node.shared("home/soca-nobody-knows/new/case").to_string_lossy().into_owned();
    let job = node.plane.submit(RunDirective { workdir, ..node.job(1, "pwd; echo $HOME") });
    assert_eq!(node.plane.end_of(job), End::Exited { status: 0 });
    assert!(node.read("case/o1").contains("/home/soca-nobody-knows/new/case\n"));
}

#[test]
fn no_path_leads_out_of_the_shared_file_system_p10() {
    let node = Node::quick();
    let outside = tempfile::tempdir().unwrap();
    symlink(outside.path(), node.shared("case/out")).unwrap();
    let shared = |name: &str| node.shared(name).to_string_lossy().into_owned();
    let jobs = [
        RunDirective { stdout: shared("case/out/o"), ..node.job(1, "echo") },
        RunDirective { stderr: shared("case/../../e"), ..node.job(2, "echo") },
        RunDirective { workdir: outside.path().to_string_lossy().into_owned(), ..node.job(3, "echo") },
        RunDirective { stdout: "/dev/full".into(), ..node.job(4, "echo") },
    ];
    for job in jobs {
        let end = node.plane.end_of(node.plane.submit(job));
        assert_eq!(broken_as(&end), "CANNOT_START", "{end:?}");
    }
    assert_eq!(std::fs::read_dir(outside.path()).unwrap().count(), 0);
    let nowhere = RunDirective { stdout: "/dev/null".into(), ..node.job(5, "echo seen") };
    assert_eq!(node.plane.end_of(node.plane.submit(nowhere)), End::Exited { status: 0 });
    node.plane.with(|state| assert_eq!(state.output(5, None, Stream::Stdout), "seen\n"));
}
