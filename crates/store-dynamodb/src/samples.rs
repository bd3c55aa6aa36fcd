//! One full-blown entity of each kind, for the tests of keys and rows.

use soca_app::ports::store::{OutputId, OutputState, RememberedRequest};
use soca_domain::{
    Attempt, Code, ElementIndex, Fault, Job, JobId, JobState, MicroUsd, NodeIndex, StackId, Timestamp,
    depend::{Condition, Dependency},
    element::{Element, ElementChunk, ElementEnd},
    id::InstanceId,
    instance_type::{Architecture, InstanceType, InstanceTypeName},
    job::{AttemptRecord, CancelRequest, RunSpec, ScriptRef},
    launch::{LaunchSpec, SpotSpec},
    limit::{CounterScope, Limits, Need},
    memory::MemoryMib,
    node::{Node, NodeState},
    offer::{Offer, OfferList, Traits},
    policy::Policy,
    pool::{CapacityPool, DryPool, Market},
    price::InstanceUse,
    project::{Budget, Project},
    queue::QueuePolicy,
    request::{BaseOs, Join, Resources, SpotPrice, SpotStrategy, SubnetChoice},
    stack::{JoinGate, Stack, StackState, WaitStep, Waiter},
    verdict::Verdict,
};
use std::{collections::BTreeMap, time::Duration};

const NOON: Timestamp = Timestamp(1_700_000_000_123);

fn c6i() -> InstanceTypeName {
    "c6i.large".parse().unwrap()
}

fn instance() -> InstanceId {
    "i-0abc1234def567890".parse().unwrap()
}

fn fault() -> Fault {
    Fault::new(Code::NodeLost, "Node 1 stopped answering.", "Nothing: the job is started again.")
}

/// A job with every field filled.
pub(crate) fn job() -> Job {
    Job {
        id: JobId(1042),
        version: 3,
        owner: "alice".parse().unwrap(),
        name: "wind_tunnel".parse().unwrap(),
        queue: "normal".parse().unwrap(),
        project: Some("wing".parse().unwrap()),
        // As a row of the first release reads.
        groups: vec![],
        priority: 0,
        need: Need { instances: 2, ..Need::default() },
        launch: launch(),
        run: run(),
        array: Some("1-9:4%2".parse().unwrap()),
        depend: vec![Dependency { job: JobId(1041), element: None, condition: Condition::AfterOk }],
        begin_at: Some(NOON),
        submitted_at: NOON,
        attempts: vec![attempt()],
        cancel: Some(CancelRequest { at: NOON, by: "bob".parse().unwrap(), fault: None }),
        state: JobState::Queued { since: NOON, not_before: Some(Timestamp(NOON.0 + 60_000)) },
    }
}

/// A job that has ended, with the nested verdict and the fault of its kind.
pub(crate) fn completing_job() -> Job {
    let verdict = Verdict::Fault { fault: fault().at(3, 7, "-l ncpus") };
    Job {
        state: JobState::Completing { stack: StackId::of(JobId(1042), Attempt(1)), since: NOON, verdict },
        project: None,
        array: None,
        begin_at: None,
        cancel: None,
        ..job()
    }
}

fn launch() -> LaunchSpec {
    let asked = Resources {
        nodes: Some(2),
        ncpus: Some(4),
        mpiprocs: Some(4),
        memory: Some(MemoryMib(16_384)),
        walltime: Some(Duration::from_secs(5_400)),
        instance_ami: Some("ami-0123456789abcdef0".into()),
        base_os: Some(BaseOs::Rocky9),
        scratch_size_gib: Some(100),
        subnets: Some(SubnetChoice::Named(vec!["subnet-0a".into()])),
        instance_profile: Some("arn:aws:iam::123456789012:instance-profile/hpc".into()),
        security_groups: vec!["sg-0a".into()],
        capacity_reservation_id: Some("cr-0a".into()),
        instance_types: vec![c6i(), "c5.large".parse().unwrap()],
        ..Resources::default()
    };
    let spot =
        SpotSpec { price: SpotPrice::Max(85_000), count: 1, strategy: SpotStrategy::CapacityOptimized };
    LaunchSpec { spot: Some(spot), ..LaunchSpec::resolve(&asked, &Resources::default()).unwrap() }
}

fn run() -> RunSpec {
    RunSpec {
        script: ScriptRef::Inline("#!/bin/bash\n./solve \"$SOCA_ELEMENT\"\n".into()),
        shell: Some("/bin/bash -l".into()),
        workdir: "/data/home/alice".into(),
        stdout: Some("out/".into()),
        stderr: None,
        join: Join::IntoStdout,
        environment: vec![("EMPTY".into(), String::new()), ("MESH".into(), "fine".into())],
        submit_host: "login-1".into(),
        rerunnable: true,
        policy: Policy::default(),
    }
}

fn attempt() -> AttemptRecord {
    AttemptRecord {
        attempt: Attempt(1),
        stack: StackId::of(JobId(1042), Attempt(1)),
        placed_at: NOON,
        started_at: Some(NOON),
        ended_at: Some(NOON),
        verdict: Some(Verdict::Exited { status: -1 }),
        instance_type: Some(c6i()),
        rung: None,
        cost: Some(MicroUsd(123_456)),
    }
}

/// A stack with every field filled.
pub(crate) fn stack() -> Stack {
    Stack {
        id: StackId::of(JobId(1042), Attempt(1)),
        version: 2,
        job: JobId(1042),
        owner: "alice".parse().unwrap(),
        queue: "normal".parse().unwrap(),
        nodes: 2,
        project: None,
        groups: vec![],
        rung: None,
        need: Need { instances: 2, ..Need::default() },
        counted: vec![CounterScope::Queue("normal".parse().unwrap())],
        hold: MicroUsd(0),
        ends_by: None,
        created_at: NOON,
        join: JoinGate { token_hash: Some("0f".repeat(32)), expires_at: NOON, enrolled: 1 },
        waiter: Some(Waiter { step: WaitStep::AwaitNodes, token: "AQCEAAAAKgAAAAM=".into(), since: NOON }),
        trouble: Some(fault()),
        repairs: 1,
        usage: vec![InstanceUse {
            instance: instance(),
            instance_type: c6i(),
            launched_at: NOON,
            ended_at: Some(NOON),
        }],
        state: StackState::Launching { since: NOON },
    }
}

/// A node.
pub(crate) fn node() -> Node {
    Node {
        instance: instance(),
        stack: StackId::of(JobId(1042), Attempt(1)),
        version: 7,
        index: NodeIndex(1),
        session_hash: "a0".repeat(32),
        hostname: "ip-10-0-1-17".into(),
        address: "10.0.1.17".into(),
        instance_type: c6i(),
        cpus: 4,
        enrolled_at: NOON,
        last_seen: NOON,
        sequence: 12,
        state: NodeState::Draining,
    }
}

/// A chunk with an element of every kind.
pub(crate) fn elements() -> ElementChunk {
    let end = |verdict| Some(ElementEnd { at: NOON, verdict });
    let element = |end| Element { attempt: Attempt(1), started_at: Some(NOON), end };
    let elements = BTreeMap::from([
        (ElementIndex(1), element(None)),
        (ElementIndex(5), element(end(Verdict::Signalled { signal: 9 }))),
        (
            ElementIndex(9),
            Element { started_at: None, ..element(end(Verdict::Cancelled { by: "bob".parse().unwrap() })) },
        ),
    ]);
    ElementChunk { job: JobId(1042), number: 0, version: 4, elements }
}

/// A stream of output that is not text.
pub(crate) fn output() -> OutputState {
    let id = OutputId { job: JobId(1042), attempt: Attempt(1), element: Some(ElementIndex(5)), stderr: true };
    OutputState { id, size: 100_000, tail: vec![0, 159, 146, 150, b'\n'] }
}

/// A queue with limits.
pub(crate) fn queue() -> QueuePolicy {
    QueuePolicy {
        limits: Limits { jobs: Some(10), ..Limits::default() },
        defaults: Resources {
            instance_types: vec![c6i()],
            walltime: Some(Duration::from_secs(60)),
            ..Resources::default()
        },
        ..QueuePolicy::open("normal".parse().unwrap(), "Everyday work.")
    }
}

/// An idempotency key.
pub(crate) fn request() -> RememberedRequest {
    RememberedRequest {
        owner: "alice".parse().unwrap(),
        key: "4711/\u{e9}".into(),
        fingerprint: "b1".repeat(32),
        job: JobId(1042),
        expires_at: Timestamp(NOON.0 + 86_400_000),
    }
}

pub(crate) fn project() -> Project {
    Project {
        description: "The new wing".into(),
        budget: Some(Budget { amount: MicroUsd(500_000_000), hard: true }),
        shares: 3,
        members: vec!["ada".parse().unwrap(), "group:cfd".parse().unwrap()],
        ..Project::open("wing".parse().unwrap())
    }
}

/// What a region offers, of each kind one.
pub(crate) fn offers() -> OfferList {
    let kind = InstanceType {
        name: c6i(),
        vcpus: 2,
        cores: 1,
        memory: MemoryMib(4_096),
        architecture: Architecture::X86_64,
        efa: false,
        threads_settable: true,
        gpus: 0,
    };
    let traits = Traits { clock_mhz: 3_500, nitro: true, spot: true, ..Traits::default() };
    let odd = Traits { burstable: true, bare_metal: true, accelerated: true, ..Traits::default() };
    let other = InstanceType {
        name: "g5g.metal".parse().unwrap(),
        architecture: Architecture::Arm64,
        efa: true,
        threads_settable: false,
        gpus: 2,
        ..kind.clone()
    };
    let offers = vec![
        Offer { kind, traits, hourly: Some(MicroUsd(85_000)) },
        Offer { kind: other, traits: odd, hourly: None },
    ];
    OfferList { offers, read_at: NOON }
}

/// A pool that ran dry.
pub(crate) fn dry_pool() -> DryPool {
    let pool = CapacityPool { market: Market::Spot, instance_type: c6i() };
    DryPool { pool, until: Timestamp(NOON.0 + 300_000) }
}
