//! What commits cost, computed from the sizes of their rows: the snapshot is the table in the crate's documentation.

use super::{Step, steps};
use crate::{rows, rows::Item, samples};
use aws_sdk_dynamodb::types::AttributeValue;
use soca_app::ports::{
    Write,
    store::{OutputState, Spending},
};
use soca_domain::{
    Attempt, Job, JobState, MicroUsd, StackId,
    job::ScriptRef,
    limit::CounterScope,
    offer::OfferList,
    stack::{Stack, StackState},
};
use std::fmt::Write as _;

/// Bytes of a value, as DynamoDB counts them
/// (<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html>).
fn size(value: &AttributeValue) -> usize {
    match value {
        AttributeValue::S(text) => text.len(),
        AttributeValue::N(digits) => digits.len().div_ceil(2) + 1,
        AttributeValue::B(bytes) => bytes.as_ref().len(),
        AttributeValue::L(items) => 3 + items.iter().map(|item| 1 + size(item)).sum::<usize>(),
        AttributeValue::M(map) => 3 + map.len() + row_size(map),
        _ => 1,
    }
}

fn row_size(row: &Item) -> usize {
    row.iter().map(|(name, value)| name.len() + size(value)).sum()
}

/// Write units of a commit: a single put costs 1 per started KB; everything in a transaction twice that.
fn units(writes: Vec<Write>) -> usize {
    let all: Vec<Step> = writes.into_iter().flat_map(|write| steps(write).unwrap()).collect();
    let each = |step: &Step| match step {
        Step::Put(row, _) => row_size(row).div_ceil(1024),
        Step::Update(key, ..) | Step::Remove(key) => row_size(&rows::key_of(key)).div_ceil(1024),
    };
    match all.as_slice() {
        [step @ Step::Put(..)] => each(step),
        _ => 2 * all.iter().map(each).sum::<usize>(),
    }
}

fn job(state: JobState) -> Job {
    let mut job = samples::job();
    job.run.script = ScriptRef::Inline("x".repeat(1500));
    Job { state, array: None, cancel: None, ..job }
}

fn change(was: &JobState, now: &JobState) -> Write {
    Write::UpdateJob { was: Box::new(job(was.clone())), now: Box::new(job(now.clone())) }
}

#[test]
fn the_cost_of_each_kind_of_commit_is_known() {
    let (at, id) = (samples::job().submitted_at, StackId::of(samples::job().id, Attempt(1)));
    let queued = JobState::Queued { since: at, not_before: None };
    let held = JobState::Held { since: at };
    let placed = JobState::Provisioning { stack: id.clone(), since: at };
    let running = JobState::Running { stack: id, since: at };
    let released = Stack { state: StackState::Released { at }, ..samples::stack() };
    let queue = samples::queue();
    let (scope, need) = (CounterScope::Queue(queue.name.clone()), samples::job().need);
    let give = Write::GiveCapacity { scope: scope.clone(), need };
    let spend =
        Write::Spend(Spending { project: None, owner: samples::job().owner, day: 20_000, cost: MicroUsd(1) });
    let output = OutputState { tail: vec![b'x'; 8 * 1024], ..samples::output() };
    let take = Write::TakeCapacity { scope, limits: queue.limits, need };
    let some = samples::offers();
    let all = OfferList { offers: some.offers.iter().cycle().take(900).cloned().collect(), ..some };
    let commits = [
        ("submit", vec![Write::CreateJob(job(queued.clone())), Write::RememberRequest(samples::request())]),
        ("hold or release", vec![change(&queued, &held)]),
        ("start", vec![change(&queued, &placed), Write::CreateStack(samples::stack()), take]),
        ("UpdateStack", vec![Write::UpdateStack(samples::stack())]),
        ("enrol", vec![Write::CreateNode(samples::node()), Write::UpdateStack(samples::stack())]),
        ("UpdateJob", vec![change(&placed, &running)]),
        ("UpdateNode", vec![Write::UpdateNode(samples::node())]),
        ("SaveElements", vec![Write::SaveElements(samples::elements())]),
        ("GrowOutput, full tail", vec![Write::GrowOutput { output, was_size: 1 }]),
        ("settle", vec![give, spend, Write::UpdateStack(released), change(&running, &running)]),
        ("CreateQueue", vec![Write::CreateQueue(queue)]),
        ("NoteDry", vec![Write::NoteDry(samples::dry_pool())]),
        ("PutOffers, 900 types", vec![Write::PutOffers(all)]),
    ];
    let mut text = String::new();
    for (name, writes) in commits {
        writeln!(text, "{name:24} {:3} WRU", units(writes)).unwrap();
    }
    insta::assert_snapshot!(text);
}
