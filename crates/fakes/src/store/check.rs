//! The conditions of writes, all checked against the rows as they were before the commit.

use super::tables::Tables;
use soca_app::ports::store::{OutputId, StoreError, Write};
use soca_domain::{
    InstanceId, JobId, ProjectName, QueueName, StackId, UserName,
    limit::{CounterScope, Measure},
    pool::CapacityPool,
};
use std::collections::BTreeSet;

/// Writes that one commit may have.
const MOST: usize = 20;

/// Refuses the commit at the first write whose condition does not hold.
pub(super) fn all(tables: &Tables, writes: &[Write]) -> Result<(), StoreError> {
    if writes.len() > MOST {
        return Err(StoreError::Unavailable(format!("a commit has at most {MOST} writes").into()));
    }
    let mut rows = BTreeSet::new();
    if let Some(twice) = writes.iter().map(Row::of).find(|row| !rows.insert(row.clone())) {
        return Err(StoreError::Unavailable(format!("two writes of a commit to {twice:?}").into()));
    }
    match writes.iter().position(|write| !holds(tables, write)) {
        Some(index) => Err(StoreError::Conflict { index }),
        None => Ok(()),
    }
}

/// The row whose condition a write has. Like DynamoDB, a commit touches each at most once.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Row {
    Job(JobId),
    Stack(StackId),
    Node(StackId, InstanceId),
    Elements(JobId, u32),
    Queue(QueueName),
    Usage(CounterScope),
    Project(ProjectName),
    Account(ProjectName),
    Spending(Option<ProjectName>, UserName, i64),
    Offers,
    Dry(CapacityPool),
    Request(UserName, String),
    Output(OutputId),
}

impl Row {
    fn of(write: &Write) -> Row {
        match write {
            Write::CreateJob(job) => Row::Job(job.id),
            Write::UpdateJob { now, .. } => Row::Job(now.id),
            Write::CreateStack(stack) | Write::UpdateStack(stack) => Row::Stack(stack.id.clone()),
            Write::CreateNode(node) | Write::UpdateNode(node) => {
                Row::Node(node.stack.clone(), node.instance.clone())
            }
            Write::SaveElements(chunk) => Row::Elements(chunk.job, chunk.number),
            Write::CreateQueue(policy) | Write::PutQueue(policy) => Row::Queue(policy.name.clone()),
            Write::TakeCapacity { scope, .. } | Write::GiveCapacity { scope, .. } => {
                Row::Usage(scope.clone())
            }
            Write::PutProject(project) => Row::Project(project.name.clone()),
            Write::HoldBudget { project, .. } | Write::SettleBudget { project, .. } => {
                Row::Account(project.clone())
            }
            Write::Spend(s) => Row::Spending(s.project.clone(), s.owner.clone(), s.day),
            Write::PutOffers(_) => Row::Offers,
            Write::NoteDry(dry) => Row::Dry(dry.pool.clone()),
            Write::RememberRequest(request) => Row::Request(request.owner.clone(), request.key.clone()),
            Write::GrowOutput { output, .. } => Row::Output(output.id.clone()),
        }
    }
}

fn holds(t: &Tables, write: &Write) -> bool {
    match write {
        Write::CreateJob(job) => !t.jobs.contains_key(&job.id),
        Write::UpdateJob { was, now } => {
            t.jobs.get(&now.id).is_some_and(|stored| stored.version == was.version)
        }
        Write::CreateStack(stack) => !t.stacks.contains_key(&stack.id),
        Write::UpdateStack(stack) => {
            t.stacks.get(&stack.id).is_some_and(|stored| stored.version == stack.version)
        }
        Write::CreateNode(node) => !t.nodes.contains_key(&(node.stack.clone(), node.instance.clone())),
        Write::UpdateNode(node) => {
            let stored = t.nodes.get(&(node.stack.clone(), node.instance.clone()));
            stored.is_some_and(|stored| stored.version == node.version)
        }
        Write::SaveElements(chunk) => {
            t.elements.get(&(chunk.job, chunk.number)).map_or(0, |stored| stored.version) == chunk.version
        }
        Write::CreateQueue(policy) => !t.queues.contains_key(&policy.name),
        Write::PutQueue(_)
        | Write::PutProject(_)
        | Write::Spend(_)
        | Write::PutOffers(_)
        | Write::NoteDry(_) => true,
        Write::HoldBudget { project, amount, limit } => {
            limit.is_none_or(|limit| t.account_of(project).hold(*amount).committed() <= limit)
        }
        Write::SettleBudget { project, held, .. } => t.account_of(project).held >= *held,
        Write::TakeCapacity { scope, limits, need } => {
            limits.passed_by(&t.usage_of(scope).plus(need)).is_none()
        }
        Write::GiveCapacity { scope, need } => {
            let usage = t.usage_of(scope);
            Measure::ALL.into_iter().all(|measure| usage.of(measure) >= need.of(measure))
        }
        Write::RememberRequest(request) => {
            !t.requests.contains_key(&(request.owner.clone(), request.key.clone()))
        }
        Write::GrowOutput { output, was_size } => {
            t.outputs.get(&output.id).map_or(0, |o| o.size) == *was_size
        }
    }
}
