//! Every kind of row: what is read is what was written, and what the first release wrote can be read for ever (P12).

use super::{
    AccountRow, CounterRow, ElementsRow, Item, JobPointerRow, JobRow, LeaseRow, NodeRow, OutputRow,
    ProjectRow, QueueRow, RequestRow, Row, StackPointerRow, StackRow, UsageRow, decode, encode,
};
use crate::{keys, keys::Key, samples};
use aws_sdk_dynamodb::types::AttributeValue;
use soca_app::ports::store::StoreError;
use soca_domain::{MicroUsd, Timestamp, ledger::Account, limit::Usage};
use std::{collections::BTreeSet, fmt::Debug, fs, path::PathBuf};

/// A row as `aws dynamodb get-item` prints it.
fn to_json(item: Item) -> String {
    let item: serde_dynamo::Item = item.into();
    let sorted = serde_json::to_value(item).unwrap();
    serde_json::to_string_pretty(&sorted).unwrap() + "\n"
}

fn from_json(text: &str) -> Item {
    serde_json::from_str::<serde_dynamo::Item>(text).unwrap().into()
}

fn fixtures() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/rows/v1")
}

fn fixture(name: &str) -> Item {
    from_json(&fs::read_to_string(fixtures().join(name)).unwrap())
}

/// Today's way of writing is snapshot; it can be read back; and so can the first release's fixture.
fn check<R: Row + Into<E>, E: Debug + PartialEq>(name: &str, key: &Key, row: R, entity: &E) {
    let item = encode(key, &row).unwrap();
    insta::assert_snapshot!(format!("row_{name}"), to_json(item.clone()));
    assert_eq!(decode::<R>(item).unwrap().into(), *entity, "{name} as written today");
    assert_eq!(decode::<R>(fixture(&format!("{name}.json"))).unwrap().into(), *entity, "{name} of v1");
}

#[test]
fn jobs_are_read_as_the_first_release_wrote_them_p12() {
    for (name, job) in [("job", samples::job()), ("job_completing", samples::completing_job())] {
        check(name, &keys::job(job.id), JobRow::from(job.clone()), &job);
    }
}

#[test]
fn stacks_and_nodes_are_read_as_the_first_release_wrote_them_p12() {
    let (stack, node) = (samples::stack(), samples::node());
    check("stack", &keys::stack(&stack.id), StackRow::from(stack.clone()), &stack);
    check("node", &keys::node(&node.stack, &node.instance), NodeRow::from(node.clone()), &node);
}

#[test]
fn what_jobs_produce_is_read_as_the_first_release_wrote_it_p12() {
    let (chunk, output) = (samples::elements(), samples::output());
    check("elements", &keys::elements(chunk.job, chunk.number), ElementsRow::from(chunk.clone()), &chunk);
    check("output", &keys::output(&output.id), OutputRow::from(output.clone()), &output);
}

#[test]
fn queues_and_requests_are_read_as_the_first_release_wrote_them_p12() {
    let (queue, request) = (samples::queue(), samples::request());
    check("queue", &keys::queue(&queue.name), QueueRow::from(queue.clone()), &queue);
    check(
        "request",
        &keys::request(&request.owner, &request.key),
        RequestRow::from(request.clone()),
        &request,
    );
}

#[test]
fn rows_of_updates_and_lists_are_read_as_the_first_release_wrote_them_p12() {
    let usage: Usage = decode::<UsageRow>(fixture("usage.json")).unwrap().into();
    assert_eq!(usage, Usage { jobs: 3, instances: 8, ..Usage::default() });
    assert_eq!(decode::<CounterRow>(fixture("counter.json")).unwrap().last, 1042);
    let lease: LeaseRow = decode(fixture("lease.json")).unwrap();
    assert_eq!(
        (lease.holder.as_deref(), lease.until, lease.wishes),
        (Some("a1b2"), Some(Timestamp(1_700_000_060_000)), 17)
    );
    let free: LeaseRow = decode(fixture("lease_free.json")).unwrap();
    assert_eq!((free.holder, free.until, free.wishes), (None, None, 17));
    assert_eq!(decode::<JobPointerRow>(fixture("job_pointer.json")).unwrap().job, samples::job().id);
    assert_eq!(decode::<StackPointerRow>(fixture("stack_pointer.json")).unwrap().stack, samples::stack().id);
}

#[test]
fn projects_and_accounts_are_read_as_the_first_release_wrote_them_p12() {
    let project = samples::project();
    check("project", &keys::project(&project.name), ProjectRow::from(project.clone()), &project);
    let account: Account = decode::<AccountRow>(fixture("account.json")).unwrap().into();
    assert_eq!(account, Account { held: MicroUsd(7), spent: MicroUsd(40), overdrawn: MicroUsd(2) });
}

#[test]
fn every_kind_of_row_has_a_fixture() {
    let kinds = [
        JobRow::KIND,
        StackRow::KIND,
        NodeRow::KIND,
        ElementsRow::KIND,
        OutputRow::KIND,
        QueueRow::KIND,
        ProjectRow::KIND,
        AccountRow::KIND,
        UsageRow::KIND,
        RequestRow::KIND,
        CounterRow::KIND,
        LeaseRow::KIND,
        JobPointerRow::KIND,
        StackPointerRow::KIND,
    ];
    let files = fs::read_dir(fixtures()).unwrap().map(|f| fs::read_to_string(f.unwrap().path()).unwrap());
    let found: BTreeSet<String> =
        files.map(|text| from_json(&text)["kind"].as_s().unwrap().clone()).collect();
    assert_eq!(found, kinds.map(String::from).into());
}

#[test]
fn attributes_of_a_newer_release_are_ignored_p12() {
    let mut item = fixture("job.json");
    item.insert("colour".into(), AttributeValue::S("green".into()));
    assert_eq!(soca_domain::Job::from(decode::<JobRow>(item).unwrap()), samples::job());
}

fn number(digits: &str) -> AttributeValue {
    AttributeValue::N(digits.into())
}

#[test]
fn a_row_that_cannot_be_read_is_named() {
    type Damage = fn(&mut Item);
    let cases: [(&str, Damage); 3] = [
        ("written by a newer release", |item| drop(item.insert("schema_version".into(), number("2")))),
        ("has no schema_version", |item| drop(item.remove("schema_version"))),
        ("as job", |item| drop(item.insert("owner".into(), number("1")))),
    ];
    for (expected, damage) in cases {
        let mut item = fixture("job.json");
        damage(&mut item);
        let Err(StoreError::Corrupt(text)) = decode::<JobRow>(item) else { panic!("{expected}: read") };
        assert!(text.contains("JOB#00000000000000001042/META") && text.contains(expected), "{text}");
    }
}
