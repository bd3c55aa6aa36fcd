//! The port `Workflow` on one Step Functions state machine.

use crate::errors::{Failure, Meaning, Service};
use async_trait::async_trait;
use aws_sdk_sfn::{Client, types::ExecutionStatus};
use serde::Serialize;
use soca_app::ports::{
    CloudError, Workflow,
    workflow::{Entry, ExecutionInput},
};
use soca_domain::{Fault, StackId, id::shorten};

/// The longest cause Step Functions takes is 32,768 characters.
const MAX_CAUSE: usize = 32_000;

/// The compute-stack state machine.
#[derive(Debug)]
pub struct WorkflowAws {
    client: Client,
    state_machine: String,
}

impl WorkflowAws {
    /// On a Step Functions client, for the state machine with this ARN.
    pub fn new(client: Client, state_machine: impl Into<String>) -> Self {
        Self { client, state_machine: state_machine.into() }
    }

    async fn runs(&self, name: &str) -> Result<bool, CloudError> {
        let call =
            self.client.describe_execution().execution_arn(execution_arn(&self.state_machine, name)).send();
        match call.await.map_err(|error| Failure::of(Service::StepFunctions, error)) {
            Ok(reply) => {
                Ok(matches!(reply.status(), ExecutionStatus::Running | ExecutionStatus::PendingRedrive))
            }
            Err(failure) if failure.meaning() == Meaning::Absent => Ok(false),
            Err(failure) => Err(failure.into()),
        }
    }
}

#[async_trait]
impl Workflow for WorkflowAws {
    async fn start(&self, input: &ExecutionInput) -> Result<(), CloudError> {
        let call = self.client.start_execution().state_machine_arn(&self.state_machine);
        let call = call.name(name(&input.stack, input.entry)).input(document(input)).send();
        unless(call.await.map_err(|error| Failure::of(Service::StepFunctions, error)), Meaning::AlreadyThere)
    }

    async fn is_running(&self, stack: &StackId, repairs: u32) -> Result<bool, CloudError> {
        let names = (1..=repairs).rev().map(Entry::Teardown).chain([Entry::Start]);
        for entry in names {
            if self.runs(&name(stack, entry)).await? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    async fn succeed(&self, token: &str) -> Result<(), CloudError> {
        let call = self.client.send_task_success().task_token(token).output("{}").send();
        unless(call.await.map_err(|error| Failure::of(Service::StepFunctions, error)), Meaning::NotAwaited)
    }

    async fn fail(&self, token: &str, reason: &Fault) -> Result<(), CloudError> {
        let call = self.client.send_task_failure().task_token(token);
        let call = call.error(reason.code.as_str()).cause(cause(reason)).send();
        unless(call.await.map_err(|error| Failure::of(Service::StepFunctions, error)), Meaning::NotAwaited)
    }
}

/// Success, also when the call failed for the one reason that does not matter.
fn unless<T>(result: Result<T, Failure>, harmless: Meaning) -> Result<(), CloudError> {
    match result {
        Err(failure) if failure.meaning() != harmless => Err(failure.into()),
        _ => Ok(()),
    }
}

/// An execution's name. Repairs are numbered from 1.
fn name(stack: &StackId, entry: Entry) -> String {
    match entry {
        Entry::Start => stack.to_string(),
        Entry::Teardown(number) => format!("{stack}-repair-{number}"),
    }
}

/// `arn:…:stateMachine:NAME` with an execution's name.
fn execution_arn(state_machine: &str, name: &str) -> String {
    format!("{}:{name}", state_machine.replacen(":stateMachine:", ":execution:", 1))
}

/// The state machine's input, the same bytes for the same execution.
#[derive(Serialize)]
struct Document<'a> {
    stack: &'a str,
    entry: &'static str,
    failure: Option<()>,
    limits: Limits,
}

#[derive(Serialize)]
struct Limits {
    boot_seconds: u64,
    run_seconds: u64,
}

fn document(input: &ExecutionInput) -> String {
    let document = Document {
        stack: input.stack.as_str(),
        entry: match input.entry {
            Entry::Start => "start",
            Entry::Teardown(_) => "teardown",
        },
        failure: None,
        limits: Limits { boot_seconds: input.boot_seconds, run_seconds: input.run_seconds },
    };
    serde_json::to_string(&document).expect("a struct of strings and numbers")
}

/// A fault as a cause, its sentence shortened when nothing else makes it fit.
fn cause(fault: &Fault) -> String {
    let json = |fault: &Fault| serde_json::to_string(fault).expect("a struct of strings and numbers");
    let whole = json(fault);
    if whole.len() <= MAX_CAUSE {
        return whole;
    }
    json(&Fault::new(fault.code, shorten(&fault.message), shorten(&fault.remedy)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use soca_domain::Code;

    fn input(entry: Entry) -> ExecutionInput {
        ExecutionInput { stack: "job-7-1".parse().unwrap(), entry, boot_seconds: 900, run_seconds: 3600 }
    }

    #[test]
    fn executions_are_named_after_their_stack() {
        let stack = input(Entry::Start).stack;
        assert_eq!(name(&stack, Entry::Start), "job-7-1");
        assert_eq!(name(&stack, Entry::Teardown(2)), "job-7-1-repair-2");
        let machine = "arn:aws:states:us-east-1:123456789012:stateMachine:soca-compute";
        assert_eq!(
            execution_arn(machine, "job-7-1"),
            "arn:aws:states:us-east-1:123456789012:execution:soca-compute:job-7-1"
        );
    }

    #[test]
    fn the_input_is_what_the_state_machine_reads() {
        insta::assert_snapshot!(document(&input(Entry::Start)), @r#"{"stack":"job-7-1","entry":"start","failure":null,"limits":{"boot_seconds":900,"run_seconds":3600}}"#);
        assert!(document(&input(Entry::Teardown(1))).contains(r#""entry":"teardown""#));
    }

    #[test]
    fn causes_are_faults_that_fit() {
        let fault = Fault::new(Code::NodeLost, "é".repeat(40_000), "None.");
        let read: Fault = serde_json::from_str(&cause(&fault)).unwrap();
        assert_eq!(read.code, Code::NodeLost);
        let fault = Fault::new(Code::NodeLost, "A node was lost.", "None.");
        assert_eq!(serde_json::from_str::<Fault>(&cause(&fault)).unwrap(), fault);
    }
}
