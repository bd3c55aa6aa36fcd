//! The queues.

use super::{
    Answer, View,
    table::{self, Align},
};
use crate::net::client::Answered;
use soca_wire::api::{Queue, QueueList};

/// How each queue stands.
#[derive(Clone, Debug)]
pub struct Queues(pub Answered<QueueList>);

impl Answer for Queues {
    fn table(&self, _: &View) -> String {
        let queues = &self.0.value.queues;
        if queues.is_empty() {
            return "No queues. An administrator makes them.\n".to_owned();
        }
        let columns = [
            ("QUEUE", Align::Left),
            ("RUNNING", Align::Right),
            ("INSTANCES", Align::Right),
            ("WAITING", Align::Right),
            ("TYPES", Align::Left),
            ("DESCRIPTION", Align::Left),
        ];
        table::rows(&columns, queues.iter().map(row))
    }

    fn json(&self) -> String {
        self.0.raw.clone()
    }

    fn quiet(&self) -> String {
        self.0.value.queues.iter().map(|queue| format!("{}\n", queue.name)).collect()
    }
}

fn row(queue: &Queue) -> Vec<String> {
    let more = if queue.waiting_jobs_more { "+" } else { "" };
    vec![
        queue.name.clone(),
        of(queue.running_jobs, queue.max_running_jobs),
        of(queue.provisioned_instances, queue.max_provisioned_instances),
        format!("{}{more}", queue.waiting_jobs),
        queue.default_instance_types.join(", "),
        queue.description.clone(),
    ]
}

/// `3 of 10`, or just `3` when there is no limit.
fn of(used: u32, limit: Option<u32>) -> String {
    limit.map_or_else(|| used.to_string(), |limit| format!("{used} of {limit}"))
}
