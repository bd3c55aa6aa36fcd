//! Whose rights a script has, where the agent is root.

use super::node::Node;
use nix::unistd::Uid;
use soca_wire::agent::{End, RunDirective};
use std::os::unix::fs::MetadataExt;

#[test]
fn a_script_has_its_owners_rights_and_cannot_read_the_token() {
    if !Uid::effective().is_root() {
        eprintln!("only root can become somebody else");
        return;
    }
    let node = Node::started();
    let nobody = nix::unistd::User::from_name("nobody").unwrap().unwrap();
    let state = node.state();
    let script = format!(
        "id -u; id -g; id -G; touch $TMPDIR/mine && echo tmp; cat $PBS_NODEFILE | wc -l\n\
         cat {0}/session.json; ls {0}; ls /proc/self/fd | wc -l; echo x > mine",
        state.display()
    );
    let job = RunDirective { owner: "nobody".into(), ..node.job(1, &script) };
    assert_eq!(node.plane.end_of(node.plane.submit(job)), End::Exited { status: 0 });
    let (uid, gid) = (nobody.uid, nobody.gid);
    let output = node.read("case/o1");
    assert_eq!(output, format!("{uid}\n{gid}\n{gid}\ntmp\n4\n4\n"), "{}", node.read("case/e1"));
    assert_eq!(node.read("case/e1").matches("denied").count(), 2);
    for name in ["case/o1", "case/mine"] {
        assert_eq!(std::fs::metadata(node.shared(name)).unwrap().uid(), uid.as_raw(), "{name}");
    }
}

#[test]
fn an_unknown_owner_is_refused_where_that_is_the_policy() {
    if !Uid::effective().is_root() {
        eprintln!("an agent that is not root runs everything as itself");
        return;
    }
    let mut node = Node::new();
    let mut command = node.command();
    command.args(["--unknown-user", "refuse"]);
    node.start_as(command);
    let end = node.plane.end_of(node.plane.submit(node.job(1, "id")));
    assert!(matches!(&end, End::Broken { code, .. } if code == "CANNOT_START"), "{end:?}");
    assert!(!node.shared("case/o1").exists());
}
