//! Four nodes with one shared file system: a stack whose first node runs the script.

use super::node::Node;
use soca_wire::agent::{End, RunDirective, ServeDirective};

/// The nodes, in order.
pub(crate) struct Stack {
    pub(crate) nodes: Vec<Node>,
}

impl Stack {
    /// Four agents that sync often.
    pub(crate) fn started() -> Stack {
        let first = Node::new();
        let others: Vec<_> = (1..4).map(|index| first.neighbour(index)).collect();
        let mut stack = Stack { nodes: std::iter::once(first).chain(others).collect() };
        for node in &mut stack.nodes {
            node.plane.with(|state| state.interval_ms = 100);
            node.start();
        }
        stack
    }

    /// The node that runs the script.
    pub(crate) fn first(&self) -> &Node {
        &self.nodes[0]
    }

    /// A job of all four nodes.
    pub(crate) fn job(&self, script: &str) -> RunDirective {
        let nodes = (0..4).map(|index| format!("node{index}")).collect();
        RunDirective { nodes, ..self.first().job(1, script) }
    }

    /// Gives the job to the first node, and to the others that they serve it.
    pub(crate) fn submit(&self, job: RunDirective) -> u64 {
        for node in &self.nodes[1..] {
            node.plane.with(|state| state.served.push(served(&job)));
        }
        self.first().plane.submit(job)
    }

    /// Waits for the job's end, after which nobody serves it any more.
    pub(crate) fn end_of(&self, job: u64) -> End {
        let end = self.first().plane.end_of(job);
        for node in &self.nodes[1..] {
            node.plane.with(|state| state.served.clear());
        }
        end
    }

    /// Runs a script to its end, which must be good, and says what it wrote.
    pub(crate) fn run(&self, script: &str) -> String {
        let end = self.end_of(self.submit(self.job(script)));
        assert_eq!(end, End::Exited { status: 0 }, "{}", self.first().read("case/e1"));
        self.first().read("case/o1")
    }
}

/// What the nodes that do not run the script are told of a job.
fn served(job: &RunDirective) -> ServeDirective {
    let job = job.clone();
    ServeDirective {
        job: job.job,
        attempt: job.attempt,
        stack: "job-1-1".into(),
        name: job.name,
        owner: job.owner,
        queue: job.queue,
        project: job.project,
        workdir: job.workdir,
        environment: job.environment,
        submit_host: job.submit_host,
        ncpus: job.ncpus,
        mpiprocs: job.mpiprocs,
        nodes: job.nodes,
    }
}
