//! The rows, and what writes do to them once their conditions hold.

use super::lease::Lease;
use soca_app::ports::store::{OutputId, OutputState, Page, RememberedRequest, Write};
use soca_domain::{
    InstanceId, Job, JobId, JobState, QueueName, StackId, UserName,
    element::ElementChunk,
    node::Node,
    queue::{QueuePolicy, QueueUsage},
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
    pub(super) usage: BTreeMap<QueueName, QueueUsage>,
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
            Write::TakeCapacity { policy, nodes } => {
                let usage = self.usage_of(&policy.name).plus(nodes);
                self.usage.insert(policy.name, usage);
            }
            Write::GiveCapacity { queue, nodes } => {
                let QueueUsage { jobs, instances } = self.usage_of(&queue);
                self.usage.insert(queue, QueueUsage { jobs: jobs - 1, instances: instances - nodes });
            }
            Write::CorrectCapacity { queue, now, .. } => drop(self.usage.insert(queue, now)),
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

    pub(super) fn usage_of(&self, queue: &QueueName) -> QueueUsage {
        self.usage.get(queue).copied().unwrap_or_default()
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
