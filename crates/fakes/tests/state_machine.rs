//! The deployed state machine, walked in the interpreter: every state, every Retry and every Catch of it is reached by
//! a named case, and every error it names exists.
#![allow(clippy::unwrap_used, reason = "a test")]

use serde_json::{Value, json};
use soca_app::{
    failure::STACK_STILL_THERE,
    ports::workflow::{Entry, ExecutionInput},
};
use soca_domain::Code;
use soca_fakes::{
    asl::{Command, Execution, Failed, Happened, Machine, Passed, State, Status},
    workflow::input_document,
};
use std::{collections::BTreeSet, sync::Arc};

const DEFINITION: &str = include_str!("../../../statemachines/compute-stack.asl.json");
const CLOUD_AWS: &str = include_str!("../../cloud-aws/src/workflow.rs");

/// What becomes of one call of a state's function.
#[derive(Clone, Copy)]
enum Ends {
    /// The function fails with this name.
    Throws(&'static str),
    /// Somebody calls back with a failure.
    CalledBack(&'static str),
    /// Its time is over.
    Late,
}
use Ends::{CalledBack, Late, Throws};

struct Case {
    name: &'static str,
    entry: Entry,
    /// What goes wrong, in order; every other call goes well.
    wrong: Vec<(&'static str, Ends)>,
    path: &'static str,
    ends_well: bool,
}

fn case(name: &'static str, wrong: Vec<(&'static str, Ends)>, path: &'static str) -> Case {
    Case { name, entry: Entry::Start, wrong, path, ends_well: true }
}

const WHOLE: &str = "Entry DryRun Provision AwaitNodes Monitor Teardown Settle";

fn cases() -> Vec<Case> {
    let again = |state, error, times| vec![(state, Throws(error)); times];
    vec![
        case("everything goes well", vec![], WHOLE),
        case("the dry run is throttled", again("DryRun", "UNAVAILABLE", 4), WHOLE),
        case("the dry run refuses", again("DryRun", "IMAGE_UNUSABLE", 1), "Entry DryRun Teardown Settle"),
        case(
            "the dry run stays throttled",
            again("DryRun", "UNAVAILABLE", 5),
            "Entry DryRun Teardown Settle",
        ),
        case("provisioning crashes once", again("Provision", "Runtime.ExitError", 1), WHOLE),
        case(
            "a cancel comes before provisioning",
            again("Provision", "CANCELLED_BY_USER", 1),
            "Entry DryRun Provision Teardown Settle",
        ),
        case("leaving the token fails once", again("AwaitNodes", "Lambda.Unknown", 1), WHOLE),
        case(
            "capacity is missing",
            vec![("AwaitNodes", CalledBack("CAPACITY_UNAVAILABLE"))],
            "Entry DryRun Provision AwaitNodes Teardown Settle",
        ),
        case(
            "the nodes do not come",
            vec![("AwaitNodes", Late)],
            "Entry DryRun Provision AwaitNodes Teardown Settle",
        ),
        case("leaving the second token fails once", again("Monitor", "Sandbox.Timedout", 1), WHOLE),
        case("a node is lost", vec![("Monitor", CalledBack("NODE_LOST"))], WHOLE),
        case("walltime and every grace are over", vec![("Monitor", Late)], WHOLE),
        case("the stack takes its time", again("Teardown", STACK_STILL_THERE, 90), WHOLE),
        case("the teardown crashes", again("Teardown", "Runtime.ExitError", 12), WHOLE),
        case("settling loses races", again("Settle", "UNAVAILABLE", 12), WHOLE),
        Case {
            ends_well: false,
            ..case("the stack never goes", again("Teardown", STACK_STILL_THERE, 91), WHOLE_BUT_SETTLE)
        },
        Case { ends_well: false, ..case("settling never works", again("Settle", "INTERNAL", 13), WHOLE) },
        Case { entry: Entry::Teardown(1), ..case("the sweep repairs", vec![], "Entry Teardown Settle") },
    ]
}

const WHOLE_BUT_SETTLE: &str = "Entry DryRun Provision AwaitNodes Monitor Teardown";

fn machine() -> Arc<Machine> {
    Arc::new(Machine::parse(DEFINITION).unwrap())
}

fn input(entry: Entry) -> Value {
    let stack = "job-7-1".parse().unwrap();
    input_document(&ExecutionInput { stack, entry, boot_seconds: 900, run_seconds: 3600 })
}

fn walk(case: &Case) -> Execution {
    let (mut execution, first) = Execution::start(machine(), "job-7-1", input(case.entry));
    let (mut next, mut wrong) = (Some(first), case.wrong.clone());
    while let Some(command) = next {
        next = match command {
            Command::End(_) => None,
            Command::Sleep { visit, .. } => execution.hear(Happened::Woke(visit)),
            Command::Invoke { visit, payload, .. } => {
                let place = wrong.iter().position(|(state, _)| *state == execution.state());
                let ends = place.map(|place| wrong.remove(place).1);
                call(&mut execution, visit, &payload, ends)
            }
        };
    }
    assert!(wrong.is_empty(), "{}: not everything went wrong", case.name);
    execution
}

fn call(execution: &mut Execution, visit: u64, payload: &Value, ends: Option<Ends>) -> Option<Command> {
    assert_eq!(payload["stack"], "job-7-1");
    let failed = |error: &str| Err(Failed { error: error.into(), cause: "because".into() });
    match ends {
        Some(Throws(error)) => execution.hear(Happened::Returned(visit, failed(error))),
        Some(CalledBack(error)) => execution.hear(Happened::Answered(visit, failed(error))),
        Some(Late) => execution.hear(Happened::TimedOut(visit)),
        None => {
            let returned = execution.hear(Happened::Returned(visit, Ok(json!({}))));
            let waits = payload["token"].is_string();
            assert_eq!(returned.is_none(), waits, "only waiting steps wait");
            returned.or_else(|| execution.hear(Happened::Answered(visit, Ok(json!({})))))
        }
    }
}

#[test]
fn every_case_takes_its_path_to_its_end() {
    for case in cases() {
        let execution = walk(&case);
        let states: Vec<_> = execution.passed.iter().filter_map(entered).collect();
        assert_eq!(states.join(" "), case.path, "{}", case.name);
        let ended_well = matches!(execution.status(), Status::Ended(Ok(_)));
        assert_eq!(ended_well, case.ends_well, "{}: {:?}", case.name, execution.status());
    }
}

fn entered(passed: &Passed) -> Option<&str> {
    match passed {
        Passed::Entered(state) => Some(state),
        Passed::Retried(..) | Passed::Caught(..) => None,
    }
}

#[test]
fn every_state_retry_and_catch_is_reached_by_a_case() {
    let mut there = BTreeSet::new();
    for (name, state) in &machine().states {
        there.insert(Passed::Entered(name.clone()));
        if let State::Task(task) = state {
            there.extend((0..task.retry.len()).map(|n| Passed::Retried(name.clone(), n)));
            there.extend((0..task.catch.len()).map(|n| Passed::Caught(name.clone(), n)));
        }
    }
    let reached: BTreeSet<_> = cases().iter().flat_map(|case| walk(case).passed).collect();
    assert_eq!(reached, there);
}

#[test]
fn a_failure_reaches_the_teardown_with_name_and_cause() {
    let execution = walk(&case("", vec![("AwaitNodes", CalledBack("NODE_LOST"))], ""));
    assert_eq!(execution.document()["failure"], json!({ "Error": "NODE_LOST", "Cause": "because" }));
    assert_eq!(execution.document()["stack"], "job-7-1", "results do not replace the document");
}

/// Names that Lambda and Step Functions themselves give
/// (<https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html>).
const NAMES_OF_AWS: [&str; 9] = [
    "States.ALL",
    "States.Timeout",
    "Lambda.ServiceException",
    "Lambda.AWSLambdaException",
    "Lambda.SdkClientException",
    "Lambda.TooManyRequestsException",
    "Lambda.Unknown",
    "Runtime.ExitError",
    "Sandbox.Timedout",
];

#[test]
fn every_error_that_is_named_exists() {
    for (name, state) in &machine().states {
        let State::Task(task) = state else { continue };
        let retried = task.retry.iter().flat_map(|r| &r.error_equals);
        for error in retried.chain(task.catch.iter().flat_map(|c| &c.error_equals)) {
            let ours = error.parse::<Code>().is_ok() || error == STACK_STILL_THERE;
            assert!(ours || NAMES_OF_AWS.contains(&error.as_str()), "{name} names {error}");
        }
    }
}

#[test]
fn every_task_has_a_deadline_and_every_function_is_called_p5() {
    let mut functions = BTreeSet::new();
    for (name, state) in &machine().states {
        let State::Task(task) = state else { continue };
        assert!(task.timeout().is_some(), "{name} may wait for ever");
        functions.insert(task.parameters.function_name.clone());
    }
    let arns = ["DryRun", "Provision", "Settle", "Teardown", "Wait"].map(|f| format!("${{{f}FunctionArn}}"));
    assert_eq!(functions, BTreeSet::from(arns));
}

#[test]
fn a_stack_has_half_an_hour_to_go() {
    let machine = machine();
    let Some(State::Task(teardown)) = machine.states.get("Teardown") else { panic!("no teardown") };
    let patience = &teardown.retry[0];
    assert_eq!(patience.error_equals, [STACK_STILL_THERE]);
    let seconds: f64 = (0..patience.max_attempts).map(|n| patience.pause(n)).sum();
    assert!((1600.0..2400.0).contains(&seconds), "{seconds}");
}

#[test]
fn the_input_is_what_the_adapter_sends() {
    let sent = r#"{"stack":"job-7-1","entry":"start","failure":null,"limits":{"boot_seconds":900,"run_seconds":3600}}"#;
    assert!(CLOUD_AWS.contains(sent), "the adapter's own snapshot has changed");
    assert_eq!(input(Entry::Start), serde_json::from_str::<Value>(sent).unwrap());
    assert_eq!(input(Entry::Teardown(3))["entry"], "teardown");
}
