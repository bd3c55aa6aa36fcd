//! Random steps on a store: mostly plausible, sometimes stale, now and then twice on one row.

use super::{
    AnyStore,
    samples::{NOW, chunk, held, job, node, output, policy, provisioning, queue, queued, request, stack},
};
use proptest::prelude::*;
use soca_app::ports::{
    Write,
    store::{OutputState, TickLease},
};
use soca_domain::{
    Attempt, InstanceId, Job, JobId, MicroUsd, StackId, Timestamp, UserName,
    limit::{CounterScope, Need},
    stack::{Stack, StackState},
};

pub(crate) const JOBS: u64 = 5;
pub(crate) const OWNERS: [&str; 2] = ["alice", "bob"];
pub(crate) const QUEUES: [&str; 2] = ["normal", "test"];

/// One call.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    Commit(Vec<Op>),
    Allocate(u32),
    Begin { holder: u8, at: i64 },
    End { holder: u8, missed: u64 },
}

/// One write of a commit, to be filled in from what is stored. `stale` makes it lose.
#[derive(Clone, Debug)]
pub(crate) enum Op {
    Submit { job: u64, queue: usize, owner: usize, held: bool },
    Job { job: u64, to: u8, stale: bool },
    NewStack { job: u64 },
    Stack { job: u64, released: bool, stale: bool },
    Enrol { job: u64, index: u32 },
    Node { job: u64, index: u32, stale: bool },
    Chunk { job: u64, number: u32, stale: bool },
    Queue { queue: usize },
    Take { queue: usize, nodes: u32, limit: Option<u32> },
    Give { queue: usize, nodes: u32 },
    Remember { owner: usize, key: u8 },
    Output { job: u64, by: u64, stale: bool },
}

pub(crate) fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        8 => prop::collection::vec(op(), 1..4).prop_map(Step::Commit),
        1 => (1u32..4).prop_map(Step::Allocate),
        1 => (0u8..3, 0i64..100).prop_map(|(holder, at)| Step::Begin { holder, at }),
        1 => (0u8..3, 0u64..2).prop_map(|(holder, missed)| Step::End { holder, missed }),
    ];
    prop::collection::vec(step, 1..50)
}

fn op() -> impl Strategy<Value = Op> {
    let job = 1..=JOBS;
    let stale = prop::bool::weighted(0.2);
    prop_oneof![
        4 => (job.clone(), 0..2usize, 0..2usize, any::<bool>())
            .prop_map(|(job, queue, owner, held)| Op::Submit { job, queue, owner, held }),
        6 => (job.clone(), 0u8..5, stale).prop_map(|(job, to, stale)| Op::Job { job, to, stale }),
        2 => job.clone().prop_map(|job| Op::NewStack { job }),
        2 => (job.clone(), any::<bool>(), stale)
            .prop_map(|(job, released, stale)| Op::Stack { job, released, stale }),
        2 => (job.clone(), 0u32..3).prop_map(|(job, index)| Op::Enrol { job, index }),
        1 => (job.clone(), 0u32..3, stale).prop_map(|(job, index, stale)| Op::Node { job, index, stale }),
        2 => (job.clone(), 0u32..3, stale).prop_map(|(job, number, stale)| Op::Chunk { job, number, stale }),
        1 => (0..2usize).prop_map(|queue| Op::Queue { queue }),
        2 => (0..2usize, 0u32..4, prop::option::of(0u32..6))
            .prop_map(|(queue, nodes, limit)| Op::Take { queue, nodes, limit }),
        1 => (0..2usize, 0u32..4).prop_map(|(queue, nodes)| Op::Give { queue, nodes }),
        1 => (0..2usize, 0u8..3).prop_map(|(owner, key)| Op::Remember { owner, key }),
        2 => (job, 0u64..9, stale).prop_map(|(job, by, stale)| Op::Output { job, by, stale }),
    ]
}

/// Runs one step; the answer as text. Writes are filled in from `known`, so that two stores get the same.
pub(crate) async fn run(step: &Step, store: &AnyStore, known: &[Write], wishes: &mut u64) -> String {
    let lease = match step {
        Step::Commit(_) => return answer(store.commit(known.to_vec()).await),
        Step::Allocate(count) => return format!("{:?}", store.allocate_job_ids(*count).await),
        Step::Begin { holder, at } => {
            let (now, until) = (Timestamp(NOW.0 + at), Timestamp(NOW.0 + at + 40));
            store.begin_tick(&holder.to_string(), now, until).await.unwrap()
        }
        Step::End { holder, missed } => {
            store.end_tick(&holder.to_string(), wishes.saturating_sub(*missed), NOW).await.unwrap()
        }
    };
    if let TickLease::Granted { wishes: all } = lease {
        *wishes = all;
    }
    format!("{lease:?}")
}

fn answer(result: Result<(), soca_app::ports::StoreError>) -> String {
    use soca_app::ports::StoreError::{Conflict, Corrupt, Unavailable};
    match result {
        Ok(()) => "committed".into(),
        Err(Conflict { index }) => format!("conflict at {index}"),
        Err(Unavailable(_)) => "unavailable".into(),
        Err(Corrupt(text)) => text,
    }
}

fn version(stored: u64, stale: bool) -> u64 {
    if stale { stored.wrapping_sub(1).min(99) } else { stored }
}

/// The write that an operation stands for, given what is stored.
pub(crate) async fn write(op: &Op, store: &AnyStore) -> Write {
    match *op {
        Op::Submit { job: id, queue: q, owner, held: hold } => {
            let fresh =
                Job { queue: queue(QUEUES[q]), owner: OWNERS[owner].parse().unwrap(), ..job(JobId(id)) };
            Write::CreateJob(if hold { held(fresh) } else { fresh })
        }
        Op::Job { job, to, stale } => update_job(store, JobId(job), to, stale).await,
        Op::NewStack { job } => Write::CreateStack(stack(stack_id(job))),
        Op::Stack { job, released, stale } => {
            let id = stack_id(job);
            let was = store.stack(&id).await.unwrap().unwrap_or_else(|| stack(id));
            let to =
                if released { StackState::Released { at: NOW } } else { StackState::Ready { since: NOW } };
            let state = if was.state.is_released() { was.state } else { to };
            Write::UpdateStack(Stack { version: version(was.version, stale), state, ..was })
        }
        Op::Enrol { job, index } => {
            Write::CreateNode(node(stack_id(job), &instance(index).to_string(), index))
        }
        Op::Node { job, index, stale } => {
            let (id, instance) = (stack_id(job), instance(index));
            let was = store.node(&id, &instance).await.unwrap();
            let mut now = was.unwrap_or_else(|| node(id, &instance.to_string(), index));
            now.sequence += 1;
            now.version = version(now.version, stale);
            Write::UpdateNode(now)
        }
        Op::Chunk { job, number, stale } => {
            let was = store.element_chunk(JobId(job), number).await.unwrap();
            let mut now = was.unwrap_or_else(|| chunk(JobId(job), number));
            now.version = version(now.version, stale);
            Write::SaveElements(now)
        }
        Op::Queue { queue } => Write::CreateQueue(policy(QUEUES[queue], None, Some(3))),
        Op::Take { queue, nodes, limit } => {
            let limits = policy(QUEUES[queue], limit, limit.map(|l| l + 2)).limits;
            Write::TakeCapacity { scope: counter(queue), limits, need: need(nodes) }
        }
        Op::Give { queue, nodes } => Write::GiveCapacity { scope: counter(queue), need: need(nodes) },
        Op::Remember { owner, key } => {
            Write::RememberRequest(request(OWNERS[owner], &key.to_string(), JobId(1)))
        }
        Op::Output { job, by, stale } => {
            let was_size = store.output(&output(JobId(job), 0).id).await.unwrap().map_or(0, |o| o.size);
            let grown: OutputState = output(JobId(job), was_size + by);
            Write::GrowOutput { output: grown, was_size: was_size + u64::from(stale) }
        }
    }
}

fn need(nodes: u32) -> Need {
    Need { instances: nodes, vcpus: nodes * 4, hourly_cost: MicroUsd(u64::from(nodes) * 85_000) }
}

/// Counters of each scope take turns.
pub(crate) fn counter(queue_number: usize) -> CounterScope {
    let name = queue(QUEUES[queue_number]);
    if queue_number == 0 {
        CounterScope::Queue(name)
    } else {
        CounterScope::User(name, OWNERS[0].parse().unwrap())
    }
}

async fn update_job(store: &AnyStore, id: JobId, to: u8, stale: bool) -> Write {
    let was = store.job(id).await.unwrap().unwrap_or_else(|| job(id));
    let now = match to {
        0 => held(was.clone()),
        1 => queued(was.clone()),
        2 | 3 => provisioning(was.clone()),
        _ => Job { queue: queue(QUEUES[usize::from(was.queue.as_str() == QUEUES[0])]), ..was.clone() },
    };
    let was = Job { version: version(was.version, stale), ..was };
    Write::UpdateJob { was: Box::new(was), now: Box::new(now) }
}

pub(crate) fn stack_id(job: u64) -> StackId {
    StackId::of(JobId(job), Attempt(1))
}

pub(crate) fn instance(index: u32) -> InstanceId {
    format!("i-{index:08x}").parse().unwrap()
}

pub(crate) fn owners() -> [UserName; 2] {
    OWNERS.map(|name| name.parse().unwrap())
}
