//! A queue's counters. Every change is one conditional update of one row, so that no race passes a limit (P4).

use super::{Condition, MARK, Step};
use crate::{keys, rows::UsageRow};
use soca_domain::{
    QueueName,
    queue::{QueuePolicy, QueueUsage},
};

const COUNTERS: [&str; 2] = ["jobs", "instances"];

/// One more job, if the policy's limits hold afterwards.
pub(super) fn take(policy: &QueuePolicy, nodes: u32) -> Step {
    let mut limits = vec![];
    let mut condition = Condition::new("", &COUNTERS);
    for (name, limit, asked) in
        [("jobs", policy.max_running_jobs, 1), ("instances", policy.max_provisioned_instances, nodes)]
    {
        if let Some(limit) = limit {
            limits.push(room(name, limit, asked));
            condition = condition.number(&format!("{name}_room"), i64::from(limit) - i64::from(asked));
        }
    }
    condition.text = limits.join(" AND ");
    let condition = condition.marking::<UsageRow>().number("one", 1).number("nodes", nodes);
    Step::Update(
        keys::usage(&policy.name),
        format!("SET {MARK} ADD #jobs :one, #instances :nodes"),
        condition,
    )
}

/// A counter that does not exist is 0, which has room unless more is asked for than the limit is.
fn room(name: &str, limit: u32, asked: u32) -> String {
    if asked <= limit {
        format!("(attribute_not_exists(#{name}) OR #{name} <= :{name}_room)")
    } else {
        format!("#{name} <= :{name}_room")
    }
}

/// One job less, if that many are counted: counters never fall below 0.
pub(super) fn give(queue: &QueueName, nodes: u32) -> Step {
    let condition = Condition::new("#jobs >= :one AND #instances >= :nodes", &COUNTERS)
        .marking::<UsageRow>()
        .number("one", 1)
        .number("nodes", nodes)
        .number("minus_one", -1)
        .number("minus_nodes", -i64::from(nodes));
    Step::Update(
        keys::usage(queue),
        format!("SET {MARK} ADD #jobs :minus_one, #instances :minus_nodes"),
        condition,
    )
}

/// Other counts, if they are still as read.
pub(super) fn correct(queue: &QueueName, was: QueueUsage, now: QueueUsage) -> Step {
    let same = Condition::new("#jobs = :was_jobs AND #instances = :was_instances", &COUNTERS)
        .number("was_jobs", was.jobs)
        .number("was_instances", was.instances);
    let condition = if was == QueueUsage::default() { same.or(Condition::absent()) } else { same };
    let condition =
        condition.marking::<UsageRow>().number("jobs", now.jobs).number("instances", now.instances);
    Step::Update(keys::usage(queue), format!("SET {MARK}, #jobs = :jobs, #instances = :instances"), condition)
}
