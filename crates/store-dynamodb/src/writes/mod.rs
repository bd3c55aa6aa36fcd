//! Which rows a write touches, and on what condition.

mod budget;
mod capacity;
#[cfg(test)]
mod cost;
mod job;
mod step;

pub(crate) use step::{Condition, MARK, Step, some_unless_empty};

use crate::{
    keys::{self, Key},
    rows::{
        DryPoolRow, ElementsRow, NodeRow, OffersRow, OutputRow, ProjectRow, QueueRow, RequestRow, Row,
        StackPointerRow, StackRow,
    },
};
use soca_app::ports::store::{OutputState, RememberedRequest, StoreError, Write};
use soca_domain::{element::ElementChunk, node::Node, queue::QueuePolicy, stack::Stack};

/// The rows of one write, the one with the write's condition first.
pub(crate) fn steps(write: Write) -> Result<Vec<Step>, StoreError> {
    match write {
        Write::CreateJob(job) => job::create(job),
        Write::UpdateJob { was, now } => job::update(&was, *now),
        Write::CreateStack(stack) => create_stack(stack),
        Write::UpdateStack(stack) => update_stack(stack),
        Write::CreateNode(node) => node_step(node, Condition::absent()),
        Write::UpdateNode(node) => {
            let condition = Condition::version(node.version);
            node_step(node, condition)
        }
        Write::SaveElements(chunk) => save_elements(chunk),
        Write::CreateQueue(policy) => create_queue(policy),
        Write::PutQueue(policy) => {
            Ok(vec![Step::put::<QueueRow>(&keys::queue(&policy.name.clone()), &policy.into(), None)?])
        }
        Write::TakeCapacity { scope, limits, need } => Ok(vec![capacity::take(&scope, &limits, &need)]),
        Write::GiveCapacity { scope, need } => Ok(vec![capacity::give(&scope, &need)]),
        Write::PutProject(project) => {
            Ok(vec![Step::put::<ProjectRow>(&keys::project(&project.name.clone()), &project.into(), None)?])
        }
        Write::HoldBudget { project, amount, limit } => Ok(vec![budget::hold(&project, amount, limit)]),
        Write::SettleBudget { project, held, cost } => Ok(vec![budget::settle(&project, held, cost)]),
        Write::Spend(spending) => Ok(vec![capacity::spend(&spending)]),
        Write::PutOffers(list) => Ok(vec![Step::put::<OffersRow>(&keys::offers(), &list.into(), None)?]),
        Write::NoteDry(dry) => {
            Ok(vec![Step::put::<DryPoolRow>(&keys::dry_pool(&dry.pool), &dry.clone().into(), None)?])
        }
        Write::RememberRequest(request) => remember(request),
        Write::GrowOutput { output, was_size } => grow_output(output, was_size),
    }
}

fn one<R: Row>(key: &Key, row: impl Into<R>, condition: Condition) -> Result<Vec<Step>, StoreError> {
    Ok(vec![Step::put::<R>(key, &row.into(), Some(condition))?])
}

fn create_stack(stack: Stack) -> Result<Vec<Step>, StoreError> {
    let pointer = StackPointerRow { stack: stack.id.clone() };
    let list = Step::put(&keys::live(&stack.id), &pointer, None)?;
    let mut steps = stack_step(stack, Condition::absent())?;
    steps.push(list);
    Ok(steps)
}

fn update_stack(stack: Stack) -> Result<Vec<Step>, StoreError> {
    let list = stack.state.is_released().then(|| Step::Remove(keys::live(&stack.id)));
    let condition = Condition::version(stack.version);
    let mut steps = stack_step(stack, condition)?;
    steps.extend(list);
    Ok(steps)
}

fn stack_step(stack: Stack, condition: Condition) -> Result<Vec<Step>, StoreError> {
    let stored = Stack { version: stack.version + 1, ..stack };
    one::<StackRow>(&keys::stack(&stored.id.clone()), stored, condition)
}

fn node_step(node: Node, condition: Condition) -> Result<Vec<Step>, StoreError> {
    let key = keys::node(&node.stack, &node.instance);
    one::<NodeRow>(&key, Node { version: node.version + 1, ..node }, condition)
}

fn save_elements(chunk: ElementChunk) -> Result<Vec<Step>, StoreError> {
    let condition = if chunk.version == 0 { Condition::absent() } else { Condition::version(chunk.version) };
    let key = keys::elements(chunk.job, chunk.number);
    one::<ElementsRow>(&key, ElementChunk { version: chunk.version + 1, ..chunk }, condition)
}

fn create_queue(policy: QueuePolicy) -> Result<Vec<Step>, StoreError> {
    one::<QueueRow>(&keys::queue(&policy.name.clone()), policy, Condition::absent())
}

fn remember(request: RememberedRequest) -> Result<Vec<Step>, StoreError> {
    let key = keys::request(&request.owner, &request.key);
    one::<RequestRow>(&key, request, Condition::absent())
}

/// A stream that is not stored has size 0.
fn grow_output(output: OutputState, was_size: u64) -> Result<Vec<Step>, StoreError> {
    let stored = Condition::new("#size = :size", &["size"]).number("size", was_size);
    let condition = if was_size == 0 { stored.or(Condition::absent()) } else { stored };
    one::<OutputRow>(&keys::output(&output.id.clone()), output, condition)
}
