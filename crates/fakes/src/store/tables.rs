//! The rows, and what writes do to them once their conditions hold.

use super::lease::Lease;
use soca_app::ports::store::{OutputId, OutputState, Page, RememberedRequest, Spending, Write};
use soca_domain::{
    InstanceId, Job, JobId, JobState, MicroUsd, ProjectName, QueueName, StackId, Timestamp, UserName,
    element::ElementChunk,
    ledger::Account,
    limit::{CounterScope, Usage},
    node::Node,
    offer::OfferList,
    pool::{CapacityPool, DryPool},
    project::Project,
    queue::QueuePolicy,
    stack::Stack,
};
use std::collections::{BTreeMap, BTreeSet};

/// Numbers one page of everybody's jobs looks at, at most, as the real table does.
const LOOKS: u64 = 1_000;

/// Every row, by key.
#[derive(Debug, Default)]
pub(super) struct Tables {
    pub(super) last_job: u64,
    pub(super) jobs: BTreeMap<JobId, Job>,
    pub(super) stacks: BTreeMap<StackId, Stack>,
    pub(super) live: BTreeSet<StackId>,
    pub(super) nodes: BTreeMap<(StackId, InstanceId), Node>,
    pub(super) elements: BTreeMap<(JobId, u32), ElementChunk>,
    pub(super) outputs: BTreeMap<OutputId, OutputState>,
    pub(super) requests: BTreeMap<(UserName, String), RememberedRequest>,
    pub(super) queues: BTreeMap<QueueName, QueuePolicy>,
    pub(super) usage: BTreeMap<CounterScope, Usage>,
    pub(super) projects: BTreeMap<ProjectName, Project>,
    pub(super) accounts: BTreeMap<ProjectName, Account>,
    /// What each owner spent for each project on each day.
    pub(super) spent: BTreeMap<(Option<ProjectName>, UserName, i64), MicroUsd>,
    pub(super) offers: Option<OfferList>,
    /// Until when each pool that ran dry counts as such; in the table's order, by the market's word.
    pub(super) dry: BTreeMap<CapacityPool, Timestamp>,
    pub(super) lease: Lease,
}

impl Tables {
    /// Does what a write says; its conditions have been checked.
    pub(super) fn apply(&mut self, write: &Write) {
        match write.clone() {
            Write::CreateJob(job) => self.put_job(job),
            Write::UpdateJob { was, now } => self.put_job(Job { version: was.version, ..*now }),
            Write::CreateStack(stack) => {
                self.live.insert(stack.id.clone());
                self.put_stack(stack);
            }
            Write::UpdateStack(stack) => {
                if stack.state.is_released() {
                    self.live.remove(&stack.id);
                }
                self.put_stack(stack);
            }
            Write::CreateNode(node) | Write::UpdateNode(node) => {
                let stored = Node { version: node.version + 1, ..node };
                self.nodes.insert((stored.stack.clone(), stored.instance.clone()), stored);
            }
            Write::SaveElements(chunk) => {
                let stored = ElementChunk { version: chunk.version + 1, ..chunk };
                self.elements.insert((stored.job, stored.number), stored);
            }
            Write::CreateQueue(policy) => drop(self.queues.insert(policy.name.clone(), policy)),
            Write::PutQueue(policy) => drop(self.queues.insert(policy.name.clone(), policy)),
            Write::TakeCapacity { scope, need, .. } => {
                let usage = self.usage_of(&scope).plus(&need);
                self.usage.insert(scope, usage);
            }
            Write::GiveCapacity { scope, need } => {
                let usage = self.usage_of(&scope).minus(&need);
                self.usage.insert(scope, usage);
            }
            Write::PutProject(project) => drop(self.projects.insert(project.name.clone(), project)),
            Write::HoldBudget { project, amount, .. } => {
                let account = self.account_of(&project).hold(amount);
                self.accounts.insert(project, account);
            }
            Write::SettleBudget { project, held, cost } => {
                let account = self.account_of(&project).settle(held, cost);
                self.accounts.insert(project, account);
            }
            Write::Spend(Spending { project, owner, day, cost }) => {
                let sum = self.spent.entry((project, owner, day)).or_default();
                *sum = sum.plus(cost);
            }
            Write::PutOffers(list) => self.offers = Some(list),
            Write::NoteDry(DryPool { pool, until }) => drop(self.dry.insert(pool, until)),
            Write::RememberRequest(r) => drop(self.requests.insert((r.owner.clone(), r.key.clone()), r)),
            Write::GrowOutput { output, .. } => drop(self.outputs.insert(output.id.clone(), output)),
        }
    }

    fn put_job(&mut self, job: Job) {
        self.jobs.insert(job.id, Job { version: job.version + 1, ..job });
    }

    fn put_stack(&mut self, stack: Stack) {
        self.stacks.insert(stack.id.clone(), Stack { version: stack.version + 1, ..stack });
    }

    pub(super) fn allocate(&mut self, count: u32) -> JobId {
        let first = self.last_job + 1;
        self.last_job += u64::from(count.max(1));
        JobId(first)
    }

    pub(super) fn usage_of(&self, scope: &CounterScope) -> Usage {
        self.usage.get(scope).copied().unwrap_or_default()
    }

    pub(super) fn account_of(&self, project: &ProjectName) -> Account {
        self.accounts.get(project).copied().unwrap_or_default()
    }

    /// The first `Queued` jobs of each owner in a queue: the owners by name, each one's jobs by priority and age; then
    /// all that were found in queue order.
    pub(super) fn heads(&self, queue: &QueueName, per_owner: u32, most: u32) -> Vec<Job> {
        let queued = |j: &&Job| j.queue == *queue && matches!(j.state, JobState::Queued { .. });
        let mut of: BTreeMap<String, Vec<&Job>> = BTreeMap::new();
        for job in self.jobs.values().filter(queued) {
            // As the table's keys do: an owner's name is followed by a character that is in no name.
            of.entry(format!("{}#", job.owner)).or_default().push(job);
        }
        for jobs in of.values_mut() {
            jobs.sort_by_key(|job| (std::cmp::Reverse(job.priority), job.queue_order()));
        }
        // Each owner's first before anybody's second, so that nobody is left out.
        let mut found: Vec<&Job> = Vec::new();
        for place in 0..per_owner as usize {
            found.extend(of.values().filter_map(|jobs| jobs.get(place)));
        }
        found.truncate(most as usize);
        found.sort_by_key(|job| job.queue_order());
        found.into_iter().cloned().collect()
    }

    /// A page of an owner's jobs below a number, newest first.
    pub(super) fn owned(&self, owner: &UserName, limit: usize, before: Option<JobId>) -> Page<Job> {
        let below = self.jobs.range(..before.unwrap_or(JobId(u64::MAX))).rev().map(|(_, job)| job);
        let mut items: Vec<Job> = below.filter(|job| job.owner == *owner).take(limit + 1).cloned().collect();
        let more = items.len() > limit;
        items.truncate(limit);
        let next = items.last().filter(|_| more).map(|last| last.id.to_string());
        Page { items, next }
    }

    /// A page of the numbers given so far, below a number, newest first: a number may never have become a job.
    pub(super) fn everybodys(&self, limit: usize, before: Option<JobId>) -> Page<Job> {
        let top = before.map_or(u64::MAX, |id| id.0).min(self.last_job + 1);
        let end = top.saturating_sub(LOOKS).max(1);
        let looked = self.jobs.range(JobId(end)..JobId(top)).rev().map(|(_, job)| job.clone());
        let items: Vec<Job> = looked.take(limit).collect();
        let lowest = items.last().filter(|_| items.len() == limit).map_or(end, |job| job.id.0);
        Page { items, next: (lowest > 1).then(|| lowest.to_string()) }
    }

    /// The first jobs of a queue in states of one kind, in queue order.
    pub(super) fn waiting(&self, queue: &QueueName, limit: u32, belongs: fn(&JobState) -> bool) -> Vec<Job> {
        let mut found: Vec<&Job> =
            self.jobs.values().filter(|j| j.queue == *queue && belongs(&j.state)).collect();
        found.sort_by_key(|job| job.queue_order());
        found.into_iter().take(limit as usize).cloned().collect()
    }

    /// The stacks that are not released, by job and attempt.
    pub(super) fn live_stacks(&self) -> Vec<Stack> {
        let mut found: Vec<Stack> = self.live.iter().filter_map(|id| self.stacks.get(id)).cloned().collect();
        found.sort_by_key(|stack| stack.id.parts());
        found
    }

    /// A stack's nodes by index.
    pub(super) fn nodes_of(&self, stack: &StackId) -> Vec<Node> {
        let mut found: Vec<Node> = self.nodes.values().filter(|n| n.stack == *stack).cloned().collect();
        found.sort_by(|a, b| (a.index, &a.instance).cmp(&(b.index, &b.instance)));
        found
    }
}
