//! Arrays: each element once, not too many at a time, and all of them told.

use super::node::Node;
use super::{runs, unique_seconds, until};
use soca_wire::agent::{End, Report, Stream};
use std::collections::BTreeMap;

fn ends(node: &Node) -> BTreeMap<u32, End> {
    node.plane.with(|state| {
        let changes = state.reports.iter().filter_map(|report| match report {
            Report::Elements { changes, .. } => Some(changes),
            _ => None,
        });
        let ended = changes.flatten().filter_map(|change| Some((change.element, change.end.clone()?)));
        ended.collect()
    })
}

#[test]
fn ten_elements_run_three_at_a_time() {
    let node = Node::started();
    let script = "i=$PBS_ARRAY_INDEX; mkdir run.$i; ls -d run.* | wc -l >> most\n\
                  echo $PBS_JOBID $PBS_ARRAY_ID $SOCA_ARRAY_INDEX; sleep 0.3; rmdir run.$i; [ $i != 5 ] || exit 2";
    let job = node.plane.submit(node.array(9, script, &[[1, 5, 1], [10, 18, 2]], 3));
    assert_eq!(node.plane.end_of(job), End::Exited { status: 2 });
    let most = node.read("case/most").lines().map(|line| line.trim().parse::<u32>().unwrap()).max();
    assert_eq!(most, Some(3));
    let ends = ends(&node);
    assert_eq!(ends.keys().copied().collect::<Vec<_>>(), [1, 2, 3, 4, 5, 10, 12, 14, 16, 18]);
    for (index, end) in ends {
        assert_eq!(end, End::Exited { status: if index == 5 { 2 } else { 0 } });
        let text = format!("9[{index}] 9[] {index}\n");
        assert_eq!(node.read(&format!("case/o9.{index}")), text);
        node.plane.with(|state| assert_eq!(state.output(9, Some(index), Stream::Stdout), text));
    }
    node.plane.with(|state| assert!(state.started(9)));
}

#[test]
fn each_element_has_its_own_walltime() {
    let node = Node::started();
    let mut job = node.array(1, "[ $PBS_ARRAY_INDEX = 1 ] && sleep 600; exit 0", &[[0, 2, 1]], 3);
    job.walltime_seconds = Some(1);
    assert_eq!(node.plane.end_of(node.plane.submit(job)), End::Walltime);
    let expected = [(0, End::Exited { status: 0 }), (1, End::Walltime), (2, End::Exited { status: 0 })];
    assert_eq!(ends(&node), BTreeMap::from(expected));
}

#[test]
fn a_cancelled_array_ends_what_runs_and_drops_what_waits() {
    let node = Node::quick();
    let marker = unique_seconds();
    let job = node.plane.submit(node.array(1, &format!("sleep {marker}"), &[[0, 999, 1]], 2));
    until("two elements run", || runs(&marker));
    node.plane.with(|state| state.cancelled.push(job));
    assert_eq!(node.plane.end_of(job), End::Cancelled);
    assert!(!runs(&marker));
    let ends = ends(&node);
    assert_eq!(ends.len(), 1000);
    assert!(ends.values().all(|end| *end == End::Cancelled));
}
