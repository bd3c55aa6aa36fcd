//! Plain entities for the cases.

use soca_app::ports::store::{OutputId, OutputState, RememberedRequest};
use soca_domain::{
    Attempt, Job, JobId, JobState, NodeIndex, QueueName, StackId, Timestamp,
    element::{Element, ElementChunk},
    id::ElementIndex,
    job::{RunSpec, ScriptRef},
    launch::LaunchSpec,
    limit::{CounterScope, Limits, Need},
    node::{Node, NodeState},
    queue::QueuePolicy,
    request::{Join, Resources},
    stack::{JoinGate, Stack, StackState},
};
use std::collections::BTreeMap;

/// Far enough in the future that no table removes what expires then.
pub(crate) const NOW: Timestamp = Timestamp(4_000_000_000_000);

pub(crate) fn queue(name: &str) -> QueueName {
    name.parse().unwrap()
}

/// A queued job of alice's in queue `normal`, submitted `id` milliseconds after [`NOW`].
pub(crate) fn job(id: JobId) -> Job {
    let resources = Resources { instance_types: vec!["c6i.large".parse().unwrap()], ..Resources::default() };
    Job {
        id,
        version: 0,
        owner: "alice".parse().unwrap(),
        name: "STDIN".parse().unwrap(),
        queue: queue("normal"),
        project: None,
        groups: vec![],
        priority: 0,
        need: Need { instances: 1, ..Need::default() },
        launch: LaunchSpec::resolve(&resources, &Resources::default()).unwrap(),
        run: run(),
        array: None,
        depend: vec![],
        begin_at: None,
        submitted_at: Timestamp(NOW.0 + i64::try_from(id.0).unwrap()),
        attempts: vec![],
        cancel: None,
        state: JobState::Queued { since: NOW, not_before: None },
    }
}

fn run() -> RunSpec {
    RunSpec {
        script: ScriptRef::Inline("true\n".into()),
        shell: None,
        workdir: "/data/home/alice".into(),
        stdout: None,
        stderr: None,
        join: Join::Separate,
        environment: vec![("EMPTY".into(), String::new())],
        submit_host: "login-1".into(),
        rerunnable: true,
        policy: soca_domain::policy::Policy::default(),
    }
}

pub(crate) fn held(job: Job) -> Job {
    Job { state: JobState::Held { since: NOW }, ..job }
}

pub(crate) fn queued(job: Job) -> Job {
    Job { state: JobState::Queued { since: NOW, not_before: Some(NOW) }, ..job }
}

pub(crate) fn provisioning(job: Job) -> Job {
    let stack = StackId::of(job.id, job.attempt().next());
    Job { state: JobState::Provisioning { stack, since: NOW }, ..job }
}

pub(crate) fn stack(id: StackId) -> Stack {
    let (job, _) = id.parts();
    Stack {
        id,
        version: 0,
        job,
        owner: "alice".parse().unwrap(),
        queue: queue("normal"),
        nodes: 1,
        project: Some("wing".parse().unwrap()),
        groups: vec!["cfd".parse().unwrap()],
        rung: None,
        need: Need { instances: 1, vcpus: 2, ..Need::default() },
        counted: vec![CounterScope::User(queue("normal"), "alice".parse().unwrap())],
        hold: soca_domain::MicroUsd(0),
        ends_by: Some(NOW),
        created_at: NOW,
        join: JoinGate { token_hash: None, expires_at: NOW, enrolled: 0 },
        waiter: None,
        trouble: None,
        repairs: 0,
        usage: vec![],
        state: StackState::Reserving,
    }
}

pub(crate) fn node(stack: StackId, instance: &str, index: u32) -> Node {
    Node {
        instance: instance.parse().unwrap(),
        stack,
        version: 0,
        index: NodeIndex(index),
        session_hash: "00".repeat(32),
        hostname: "ip-10-0-0-1".into(),
        address: "10.0.0.1".into(),
        instance_type: "c6i.large".parse().unwrap(),
        cpus: 1,
        enrolled_at: NOW,
        last_seen: NOW,
        sequence: 0,
        state: NodeState::Up,
    }
}

/// A chunk with one running element.
pub(crate) fn chunk(job: JobId, number: u32) -> ElementChunk {
    let element = Element { attempt: Attempt(1), started_at: Some(NOW), end: None };
    ElementChunk {
        job,
        number,
        version: 0,
        elements: BTreeMap::from([(ElementIndex(number * 100), element)]),
    }
}

pub(crate) fn policy(name: &str, jobs: Option<u32>, instances: Option<u32>) -> QueuePolicy {
    let limits = Limits { jobs, instances, ..Limits::default() };
    QueuePolicy { limits, ..QueuePolicy::open(queue(name), "A queue.") }
}

pub(crate) fn request(owner: &str, key: &str, job: JobId) -> RememberedRequest {
    RememberedRequest {
        owner: owner.parse().unwrap(),
        key: key.into(),
        fingerprint: "11".repeat(32),
        job,
        expires_at: Timestamp(NOW.0 + 1),
    }
}

pub(crate) fn output(job: JobId, size: u64) -> OutputState {
    let id = OutputId { job, attempt: Attempt(1), element: None, stderr: false };
    OutputState { id, size, tail: vec![0xff, 0x00, b'\n'] }
}
