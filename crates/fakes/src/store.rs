//! The table in memory: the same conditions, atomicity, order and paging as the real one, and faults on demand.

mod check;
mod faults;
mod lease;
mod tables;
#[cfg(test)]
mod tests;

pub use faults::{Fault, Operation};

use crate::locked;
use async_trait::async_trait;
use faults::Faults;
use soca_app::ports::store::{
    OutputId, OutputState, Page, RememberedRequest, Store, StoreError, TickLease, Write,
};
use soca_domain::{
    InstanceId, Job, JobId, JobState, MicroUsd, ProjectName, QueueName, StackId, Timestamp, UserName,
    element::ElementChunk,
    ledger::Account,
    limit::{CounterScope, Usage},
    node::Node,
    offer::OfferList,
    pool::DryPool,
    project::Project,
    queue::QueuePolicy,
    stack::Stack,
};
use std::{collections::BTreeMap, sync::Mutex};
use tables::Tables;

/// What becomes of the writes of a commit, for simulations that must be able to fail.
type Tamper = Box<dyn Fn(Vec<Write>) -> Vec<Write> + Send + Sync>;

/// The table in memory. Share it by reference or `Arc`.
#[derive(Default)]
pub struct MemoryStore {
    tables: Mutex<Tables>,
    faults: Mutex<Faults>,
    tamper: Option<Tamper>,
}

impl std::fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MemoryStore").field("tables", &self.tables).finish_non_exhaustive()
    }
}

impl MemoryStore {
    /// An empty table without faults.
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty table that changes every commit before it looks at it, as a planted fault in the code that made it.
    pub fn tampered(tamper: impl Fn(Vec<Write>) -> Vec<Write> + Send + Sync + 'static) -> Self {
        Self { tamper: Some(Box::new(tamper)), ..Self::default() }
    }

    /// Grants the lease on passes to everybody who asks from now on, as if each holder were slower than it lasts.
    pub fn break_lease(&self) {
        locked(&self.tables).lease.is_broken = true;
    }

    /// Asks `hook` before every operation what shall become of it. It must not call the store.
    pub fn on_each(&self, hook: impl FnMut(&Operation<'_>) -> Fault + Send + 'static) {
        locked(&self.faults).set_hook(Some(Box::new(hook)));
    }

    /// Asks nobody any more.
    pub fn on_none(&self) {
        locked(&self.faults).set_hook(None);
    }

    /// Lets the next `count` operations fail before they do anything.
    pub fn fail_next(&self, count: u64) {
        locked(&self.faults).fail_next(count);
    }

    /// How often each operation was called, by name, failed ones included.
    pub fn counts(&self) -> BTreeMap<&'static str, u64> {
        locked(&self.faults).counts().clone()
    }

    /// Operations that write, failed ones included: the points at which a simulator can crash its caller.
    pub fn writes(&self) -> u64 {
        locked(&self.faults).writes()
    }

    /// A read, unless a fault is due.
    fn read<T>(&self, name: &'static str, read: impl FnOnce(&Tables) -> T) -> Result<T, StoreError> {
        self.run(&Operation::Read(name), |tables| Ok(read(tables)))
    }

    /// Any operation with the fault that is due.
    fn run<T>(
        &self,
        operation: &Operation<'_>,
        work: impl FnOnce(&mut Tables) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let fault = locked(&self.faults).next(operation);
        match (fault, operation) {
            (Fault::None, _) => work(&mut locked(&self.tables)),
            (Fault::Conflict, Operation::Commit(_)) => Err(StoreError::Conflict { index: 0 }),
            (Fault::Conflict | Fault::UnavailableBefore, _) => Err(lost("the request was lost")),
            (Fault::UnavailableAfter, _) => {
                // Whatever came of it, even a conflict, the caller does not learn it.
                drop(work(&mut locked(&self.tables)));
                Err(lost("the reply was lost"))
            }
        }
    }
}

fn lost(what: &str) -> StoreError {
    StoreError::Unavailable(what.into())
}

#[async_trait]
impl Store for MemoryStore {
    async fn commit(&self, writes: Vec<Write>) -> Result<(), StoreError> {
        let writes = self.tamper.iter().fold(writes, |writes, tamper| tamper(writes));
        self.run(&Operation::Commit(&writes), |tables| {
            check::all(tables, &writes)?;
            for write in &writes {
                tables.apply(write);
            }
            Ok(())
        })
    }

    async fn allocate_job_ids(&self, count: u32) -> Result<JobId, StoreError> {
        self.run(&Operation::AllocateJobIds, |tables| Ok(tables.allocate(count)))
    }

    async fn job(&self, id: JobId) -> Result<Option<Job>, StoreError> {
        self.read("job", |t| t.jobs.get(&id).cloned())
    }

    async fn jobs(
        &self,
        owner: Option<&UserName>,
        limit: u32,
        from: Option<&str>,
    ) -> Result<Page<Job>, StoreError> {
        self.read("jobs", |t| {
            let limit = limit.max(1) as usize;
            match (from.map(str::parse), owner) {
                (Some(Err(_)), _) => Page { items: vec![], next: None },
                (None, None) => t.everybodys(limit, None),
                (None, Some(owner)) => t.owned(owner, limit, None),
                (Some(Ok(id)), None) => t.everybodys(limit, Some(id)),
                (Some(Ok(id)), Some(owner)) => t.owned(owner, limit, Some(id)),
            }
        })
    }

    async fn queue_heads(
        &self,
        queue: &QueueName,
        per_owner: u32,
        most: u32,
    ) -> Result<Vec<Job>, StoreError> {
        self.read("queue_heads", |t| t.heads(queue, per_owner, most))
    }

    async fn held_jobs(&self, queue: &QueueName, limit: u32) -> Result<Vec<Job>, StoreError> {
        self.read("held_jobs", |t| t.waiting(queue, limit, |s| matches!(s, JobState::Held { .. })))
    }

    async fn remembered(&self, owner: &UserName, key: &str) -> Result<Option<RememberedRequest>, StoreError> {
        self.read("remembered", |t| t.requests.get(&(owner.clone(), key.to_owned())).cloned())
    }

    async fn stack(&self, id: &StackId) -> Result<Option<Stack>, StoreError> {
        self.read("stack", |t| t.stacks.get(id).cloned())
    }

    async fn live_stacks(&self) -> Result<Vec<Stack>, StoreError> {
        self.read("live_stacks", Tables::live_stacks)
    }

    async fn nodes(&self, stack: &StackId) -> Result<Vec<Node>, StoreError> {
        self.read("nodes", |t| t.nodes_of(stack))
    }

    async fn node(&self, stack: &StackId, instance: &InstanceId) -> Result<Option<Node>, StoreError> {
        self.read("node", |t| t.nodes.get(&(stack.clone(), instance.clone())).cloned())
    }

    async fn elements(&self, job: JobId) -> Result<Vec<ElementChunk>, StoreError> {
        self.read("elements", |t| {
            t.elements.range((job, 0)..=(job, u32::MAX)).map(|(_, c)| c.clone()).collect()
        })
    }

    async fn element_chunk(&self, job: JobId, number: u32) -> Result<Option<ElementChunk>, StoreError> {
        self.read("element_chunk", |t| t.elements.get(&(job, number)).cloned())
    }

    async fn output(&self, id: &OutputId) -> Result<Option<OutputState>, StoreError> {
        self.read("output", |t| t.outputs.get(id).cloned())
    }

    async fn queues(&self) -> Result<Vec<QueuePolicy>, StoreError> {
        self.read("queues", |t| t.queues.values().cloned().collect())
    }

    async fn projects(&self) -> Result<Vec<Project>, StoreError> {
        self.read("projects", |t| t.projects.values().cloned().collect())
    }

    async fn project(&self, name: &ProjectName) -> Result<Option<Project>, StoreError> {
        self.read("project", |t| t.projects.get(name).cloned())
    }

    async fn account(&self, project: &ProjectName) -> Result<Account, StoreError> {
        self.read("account", |t| t.account_of(project))
    }

    async fn usage(&self, scope: &CounterScope) -> Result<Usage, StoreError> {
        self.read("usage", |t| t.usage_of(scope))
    }

    async fn spending(
        &self,
        project: Option<&ProjectName>,
        owner: &UserName,
        since_day: i64,
    ) -> Result<Vec<(i64, MicroUsd)>, StoreError> {
        let of = |day: i64| (project.cloned(), owner.clone(), day);
        self.read("spending", |t| {
            t.spent.range(of(since_day)..=of(i64::MAX)).map(|((_, _, day), cost)| (*day, *cost)).collect()
        })
    }

    async fn offers(&self) -> Result<Option<OfferList>, StoreError> {
        self.read("offers", |t| t.offers.clone())
    }

    async fn dry_pools(&self) -> Result<Vec<DryPool>, StoreError> {
        self.read("dry_pools", |t| {
            t.dry.iter().map(|(pool, until)| DryPool { pool: pool.clone(), until: *until }).collect()
        })
    }

    async fn begin_tick(
        &self,
        holder: &str,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<TickLease, StoreError> {
        self.run(&Operation::BeginTick, |t| Ok(t.lease.begin(holder, now, until)))
    }

    async fn end_tick(&self, holder: &str, wishes: u64, _now: Timestamp) -> Result<TickLease, StoreError> {
        self.run(&Operation::EndTick, |t| Ok(t.lease.end(holder, wishes)))
    }
}
