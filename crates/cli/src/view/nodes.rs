//! Live capacity: stacks, and the nodes in them.

use super::{
    Answer, View,
    table::{self, Align},
    text::relative,
};
use crate::net::client::Answered;
use soca_wire::api::StackList;

const NONE: &str =
    "No capacity is up: nothing runs, and nothing is paid for. Submit a job with: soca submit SCRIPT\n";

/// The stacks.
#[derive(Clone, Debug)]
pub struct Stacks(pub Answered<StackList>);

impl Answer for Stacks {
    fn table(&self, view: &View) -> String {
        let stacks = &self.0.value.stacks;
        if stacks.is_empty() {
            return NONE.to_owned();
        }
        let columns = [
            ("STACK", Align::Left),
            ("JOB", Align::Right),
            ("OWNER", Align::Left),
            ("QUEUE", Align::Left),
            ("STATE", Align::Left),
            ("NODES", Align::Right),
            ("SINCE", Align::Left),
        ];
        table::rows(
            &columns,
            stacks.iter().map(|s| {
                let nodes = format!("{} of {}", s.nodes.len(), s.nodes_wanted);
                let since = relative(&s.created_at, view.now);
                vec![
                    s.id.clone(),
                    s.job.to_string(),
                    s.owner.clone(),
                    s.queue.clone(),
                    s.state.clone(),
                    nodes,
                    since,
                ]
            }),
        )
    }

    fn json(&self) -> String {
        self.0.raw.clone()
    }

    fn quiet(&self) -> String {
        self.0.value.stacks.iter().map(|stack| format!("{}\n", stack.id)).collect()
    }
}

/// The nodes of all stacks.
#[derive(Clone, Debug)]
pub struct Nodes(pub Answered<StackList>);

impl Answer for Nodes {
    fn table(&self, view: &View) -> String {
        let stacks = &self.0.value.stacks;
        if stacks.iter().all(|stack| stack.nodes.is_empty()) {
            return if stacks.is_empty() {
                NONE.to_owned()
            } else {
                "No node is up yet: see how far they are with: soca stacks\n".to_owned()
            };
        }
        let columns = [
            ("NODE", Align::Left),
            ("INSTANCE", Align::Left),
            ("TYPE", Align::Left),
            ("STATE", Align::Left),
            ("JOB", Align::Right),
            ("OWNER", Align::Left),
            ("SEEN", Align::Left),
        ];
        let nodes = stacks.iter().flat_map(|stack| stack.nodes.iter().map(move |node| (stack, node)));
        table::rows(
            &columns,
            nodes.map(|(stack, n)| {
                let seen = relative(&n.last_seen, view.now);
                let job = stack.job.to_string();
                vec![
                    n.hostname.clone(),
                    n.instance.clone(),
                    n.instance_type.clone(),
                    n.state.clone(),
                    job,
                    stack.owner.clone(),
                    seen,
                ]
            }),
        )
    }

    fn json(&self) -> String {
        self.0.raw.clone()
    }

    fn quiet(&self) -> String {
        self.0.value.stacks.iter().flat_map(|s| &s.nodes).map(|node| format!("{}\n", node.hostname)).collect()
    }
}
