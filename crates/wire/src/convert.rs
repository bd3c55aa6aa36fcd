//! From the domain's values to the API's bodies.

mod job;
mod projects;
mod queue_settings;

use crate::api;
use soca_domain::{
    Fault, JobState, Timestamp,
    element::{ElementChunk, ElementCounts},
    fault::Place,
    limit::Usage,
    node::Node,
    queue::QueuePolicy,
    stack::Stack,
    verdict::Verdict,
    wait::Waiting,
};

pub use job::{explanation, job};
pub use projects::{project, project_rules};
pub use queue_settings::{queue_policy, queue_settings};

/// Why a job waits.
pub fn wait(waiting: &Waiting) -> api::WaitReason {
    let Waiting { reason, ahead, starts_by } = waiting;
    api::WaitReason {
        code: reason.code().into(),
        message: reason.to_string(),
        unblocked_by: reason.unblocked_by(),
        ahead: *ahead,
        starts_by: starts_by.map(text),
    }
}

/// A fault as the reason for an end.
pub fn reason(fault: &Fault) -> api::Reason {
    api::Reason { code: fault.code.to_string(), message: fault.message.clone(), remedy: fault.remedy.clone() }
}

/// A list of faults as the body of a refusal; the first is the headline.
pub fn error_body(faults: &[Fault], request_id: Option<String>) -> api::ErrorBody {
    let detail = |fault: &Fault| api::ErrorDetail {
        code: fault.code.to_string(),
        message: fault.message.clone(),
        remedy: fault.remedy.clone(),
        place: fault.place.as_ref().map(place),
    };
    let mut all = faults.iter().map(detail);
    let first = all.next().unwrap_or_else(|| api::ErrorDetail {
        code: soca_domain::Code::Internal.to_string(),
        message: "Something went wrong inside soca.".into(),
        remedy: "Try again.".into(),
        place: None,
    });
    api::ErrorBody {
        code: first.code,
        message: first.message,
        remedy: first.remedy,
        request_id,
        place: first.place,
        more: all.collect(),
    }
}

fn place(place: &Place) -> api::Place {
    api::Place { line: place.line, column: place.column, name: place.name.clone() }
}

/// How an array stands.
pub fn counts(counts: ElementCounts) -> api::ElementCounts {
    api::ElementCounts {
        total: counts.total,
        waiting: counts.waiting,
        running: counts.running,
        completed: counts.completed,
        failed: counts.failed,
        cancelled: counts.cancelled,
    }
}

/// An array's elements in order, as far as they have started.
pub fn elements(total: ElementCounts, chunks: &[ElementChunk]) -> api::ElementList {
    let elements = chunks.iter().flat_map(|c| &c.elements).map(|(index, element)| {
        let end = element.end.as_ref();
        api::Element {
            index: index.0,
            state: end.map_or("running", |e| element_state(&e.verdict)).into(),
            attempt: element.attempt.0,
            exit_code: end.and_then(|e| e.verdict.exit_code()),
            started_at: element.started_at.map(text),
            ended_at: end.map(|e| text(e.at)),
            reason: end.and_then(|e| e.verdict.fault()).as_ref().map(reason),
        }
    });
    api::ElementList { counts: counts(total), elements: elements.collect() }
}

fn element_state(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Exited { status: 0 } => "completed",
        Verdict::Exited { .. } | Verdict::Signalled { .. } | Verdict::Fault { .. } => "failed",
        Verdict::Walltime => "timed_out",
        Verdict::Cancelled { .. } => "cancelled",
    }
}

/// A queue and how it stands.
pub fn queue(policy: &QueuePolicy, usage: Usage, waiting: u32, more: bool) -> api::Queue {
    api::Queue {
        name: policy.name.to_string(),
        description: policy.description.clone(),
        running_jobs: small(usage.jobs),
        max_running_jobs: policy.limits.jobs,
        provisioned_instances: small(usage.instances),
        max_provisioned_instances: policy.limits.instances,
        waiting_jobs: waiting,
        waiting_jobs_more: more,
        default_instance_types: policy.defaults.instance_types.iter().map(ToString::to_string).collect(),
    }
}

/// A stack with its nodes.
pub fn stack(stack: &Stack, nodes: &[Node]) -> api::Stack {
    api::Stack {
        id: stack.id.to_string(),
        job: stack.job.0,
        owner: stack.owner.to_string(),
        queue: stack.queue.to_string(),
        state: stack.state.name().into(),
        created_at: text(stack.created_at),
        nodes_wanted: stack.nodes,
        nodes: nodes.iter().map(node).collect(),
    }
}

fn node(node: &Node) -> api::Node {
    api::Node {
        index: node.index.0,
        instance: node.instance.to_string(),
        instance_type: node.instance_type.to_string(),
        hostname: node.hostname.clone(),
        state: node.state.as_str().into(),
        last_seen: text(node.last_seen),
    }
}

/// The end of a job, if it has one.
pub(crate) fn final_verdict(state: &JobState) -> Option<&Verdict> {
    match state {
        JobState::Ended { verdict, .. } | JobState::Completing { verdict, .. } => Some(verdict),
        JobState::Held { .. }
        | JobState::Queued { .. }
        | JobState::Provisioning { .. }
        | JobState::Starting { .. }
        | JobState::Running { .. } => None,
    }
}

/// A point in time as RFC 3339.
fn small(count: u64) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

pub(crate) fn text(at: Timestamp) -> String {
    at.to_string()
}
