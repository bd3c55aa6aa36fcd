//! The sample payloads in `events/`: each is read with the type its function uses, and would reach that function.

mod repository;
mod sam;

use aws_lambda_events::{apigw::ApiGatewayV2httpRequest, eventbridge::EventBridgeEvent};
use repository::{files, folders, read};
use sam::Template;
use serde::Deserialize;
use serde_json::Value;
use soca_app::teardown_stack::Failure;
use soca_domain::{Code, StackId, stack::WaitStep};
use soca_http::ACCESS;
use soca_wire::{
    agent::{EnrollRequest, SyncRequest},
    api::SubmitRequest,
    event::{JOB_ENDED, JOB_QUEUED, JobEnded, JobQueued, RULES_CHANGED, RulesChanged, SOURCE},
};
use std::collections::BTreeSet;

#[test]
fn every_function_has_a_sample_and_every_folder_a_function() {
    assert_eq!(folders("events"), folders("functions"));
    for function in folders("functions") {
        assert!(!samples(&function).is_empty(), "{function} has no sample");
    }
}

/// A function's samples, by file name without its ending.
fn samples(function: &str) -> Vec<(String, Value)> {
    let folder = format!("events/{function}");
    let named = files(&folder, &[".json"]).into_iter().map(|path| {
        let name = path.trim_start_matches(&format!("{folder}/")).trim_end_matches(".json").to_owned();
        let value = serde_json::from_str(&read(&path)).unwrap_or_else(|error| panic!("{path}: {error}"));
        (name, value)
    });
    named.collect()
}

fn sample(function: &str, name: &str) -> Value {
    let found = samples(function).into_iter().find(|(n, _)| n == name);
    found.unwrap_or_else(|| panic!("there is no events/{function}/{name}.json")).1
}

/// The samples of a function behind API Gateway.
fn requests(function: &str) -> Vec<(String, ApiGatewayV2httpRequest)> {
    let read = |(name, value): (String, Value)| {
        let request =
            serde_json::from_value(value).unwrap_or_else(|error| panic!("{function}/{name}: {error}"));
        (name, request)
    };
    samples(function).into_iter().map(read).collect()
}

#[test]
fn requests_are_for_addresses_that_exist() {
    for function in ["api", "agent-api"] {
        for (name, request) in requests(function) {
            let method = request.request_context.http.method.as_str().to_owned();
            let path = request.raw_path.clone().unwrap_or_default();
            let known = ACCESS.iter().any(|(m, pattern, _)| *m == method && fits(pattern, &path));
            assert!(known, "{function}/{name}: {method} {path}");
            assert_eq!(request.version.as_deref(), Some("2.0"), "{function}/{name}");
        }
    }
}

/// Whether a path is one of a pattern such as `/v1/jobs/{id}`.
fn fits(pattern: &str, path: &str) -> bool {
    let (pattern, path): (Vec<_>, Vec<_>) = (pattern.split('/').collect(), path.split('/').collect());
    pattern.len() == path.len() && pattern.iter().zip(&path).all(|(p, s)| p.starts_with('{') || p == s)
}

#[test]
fn bodies_are_what_the_handlers_read() {
    for (name, request) in requests("api") {
        let body = request.body.unwrap_or_default();
        let read = serde_json::from_str::<SubmitRequest>(&body);
        match name.as_str() {
            "submit-job" | "dry-run" => assert!(read.expect("a submit").script.contains("#PBS")),
            "not-json" => assert!(read.is_err()),
            _ => assert_eq!(body, "", "{name}"),
        }
    }
    for (name, request) in requests("agent-api") {
        let body = request.body.unwrap_or_default();
        if name == "enroll" {
            serde_json::from_str::<EnrollRequest>(&body).expect("an enrolment");
        } else {
            let sync: SyncRequest = serde_json::from_str(&body).expect("a sync");
            assert!(!sync.reports.is_empty(), "{name}");
        }
    }
}

#[test]
fn tokens_are_where_they_are_looked_for() {
    for (name, request) in requests("api").into_iter().chain(requests("agent-api")) {
        let without = ["info", "no-token", "enroll"].contains(&name.as_str());
        let header = request.headers.get("authorization").and_then(|h| h.to_str().ok());
        assert_eq!(header.is_some_and(|h| h.starts_with("Bearer ")), !without, "{name}");
    }
}

/// The samples of a function behind EventBridge.
fn events(function: &str) -> Vec<(String, EventBridgeEvent<Value>, Value)> {
    let read = |(name, value): (String, Value)| {
        let event = serde_json::from_value(value.clone());
        (name.clone(), event.unwrap_or_else(|error| panic!("{function}/{name}: {error}")), value)
    };
    samples(function).into_iter().map(read).collect()
}

#[test]
fn our_own_events_are_what_we_put_on_the_bus() {
    for (name, event, _) in events("dispatch").into_iter().filter(|(name, ..)| name != "schedule") {
        assert_eq!(event.source, SOURCE, "{name}");
        match event.detail_type.as_str() {
            JOB_QUEUED => drop(serde_json::from_value::<JobQueued>(event.detail).expect("a queued job")),
            JOB_ENDED => drop(serde_json::from_value::<JobEnded>(event.detail).expect("an ended job")),
            RULES_CHANGED => drop(serde_json::from_value::<RulesChanged>(event.detail).expect("new rules")),
            other => panic!("{name}: {other} is no event of ours"),
        }
    }
}

/// Samples that no rule lets through: the function would ignore them.
const NOT_SENT: &[&str] = &["instance-running"];

#[test]
fn events_reach_their_functions() {
    let template = Template::load();
    for function in ["dispatch", "node-events", "sweep"] {
        let rules = template.functions()[function].1["Events"].as_object().cloned().unwrap_or_default();
        let mut used = BTreeSet::new();
        for (name, event, value) in events(function) {
            let taken =
                rules.iter().filter(|(_, rule)| takes(rule, &event, &value)).map(|(id, _)| id.clone());
            let taken: Vec<String> = taken.collect();
            assert_eq!(
                taken.is_empty(),
                NOT_SENT.contains(&name.as_str()),
                "{function}/{name} is taken by {taken:?}"
            );
            used.extend(taken);
        }
        let all: BTreeSet<String> = rules.keys().cloned().collect();
        assert_eq!(used, all, "every rule of {function} has a sample");
    }
}

/// Whether a rule of the template takes an event.
fn takes(rule: &Value, event: &EventBridgeEvent<Value>, value: &Value) -> bool {
    match rule["Type"].as_str() {
        Some("Schedule") => event.source == "aws.events" && event.detail_type == "Scheduled Event",
        _ => matches(&rule["Properties"]["Pattern"], value),
    }
}

/// EventBridge's matching, as far as our patterns use it: each field is one of a list.
fn matches(pattern: &Value, value: &Value) -> bool {
    match pattern {
        Value::Object(fields) => fields.iter().all(|(name, field)| matches(field, &value[name])),
        Value::Array(choices) => choices.contains(value),
        other => other == value,
    }
}

/// What steps of the state machine get, as their functions read it.
#[derive(Deserialize)]
struct Step {
    stack: String,
    step: Option<WaitStep>,
    token: Option<String>,
    failure: Option<Caught>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Caught {
    error: String,
    cause: String,
}

/// The functions of the state machine, with the states that call them.
const STEPS: &[(&str, &[&str])] = &[
    ("dry-run", &["DryRun"]),
    ("provision", &["Provision"]),
    ("settle", &["Settle"]),
    ("teardown", &["Teardown"]),
    ("wait", &["AwaitNodes", "Monitor"]),
];

#[test]
fn steps_get_what_the_state_machine_sends() {
    let machine: Value = serde_json::from_str(&read("statemachines/compute-stack.asl.json")).expect("JSON");
    for (function, states) in STEPS {
        for (name, value) in samples(function) {
            let step: Step =
                serde_json::from_value(value.clone()).unwrap_or_else(|e| panic!("{function}/{name}: {e}"));
            step.stack.parse::<StackId>().unwrap_or_else(|fault| panic!("{function}/{name}: {fault}"));
            assert_eq!(
                (step.step.is_some(), step.token.is_some()),
                (*function == "wait", *function == "wait")
            );
            let given: BTreeSet<&str> =
                value.as_object().expect("an object").keys().map(String::as_str).collect();
            for state in *states {
                let payload =
                    machine["States"][state]["Parameters"]["Payload"].as_object().expect("a payload");
                let sent: BTreeSet<&str> = payload.keys().map(|key| key.trim_end_matches(".$")).collect();
                assert_eq!(given, sent, "{function}/{name} and {state}");
            }
        }
    }
}

#[test]
fn both_waiting_steps_have_a_sample() {
    let steps: Vec<WaitStep> = samples("wait")
        .into_iter()
        .filter_map(|(_, value)| serde_json::from_value(value["step"].clone()).ok())
        .collect();
    assert_eq!(steps, [WaitStep::AwaitNodes, WaitStep::Monitor]);
}

#[test]
fn failures_are_read_as_the_catch_hands_them_on() {
    let failure = |name: &str| {
        let step: Step = serde_json::from_value(sample("teardown", name)).expect("a step");
        step.failure.map(|caught| Failure::from_catch(&caught.error, &caught.cause))
    };
    assert_eq!(failure("job-is-over"), None);
    assert_eq!(failure("timeout"), Some(Failure::Timeout));
    for (name, code) in [("no-capacity", Code::CapacityUnavailable), ("image-unusable", Code::ImageUnusable)]
    {
        assert!(matches!(failure(name), Some(Failure::Fault(fault)) if fault.code == code), "{name}");
    }
    assert!(matches!(failure("crash"), Some(Failure::Other(error, _)) if error == "Runtime.ExitError"));
}
