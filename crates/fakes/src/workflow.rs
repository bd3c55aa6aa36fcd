//! Step Functions in memory: runs the deployed definition in the interpreter.
//!
//! It owns no clock and calls no functions: [`FakeWorkflow::commands`] says what executions want,
//! [`FakeWorkflow::happened`] tells them what came of it.

use crate::{
    asl::{Command, Execution, Failed, Happened, Machine, Status},
    locked,
};
use async_trait::async_trait;
use serde_json::{Value, json};
use soca_app::ports::{
    CloudError, Workflow,
    workflow::{Entry, ExecutionInput},
};
use soca_domain::{Fault, StackId};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

/// The state machine with its executions.
#[derive(Debug)]
pub struct FakeWorkflow {
    machine: Arc<Machine>,
    running: Mutex<Running>,
}

#[derive(Debug, Default)]
struct Running {
    executions: BTreeMap<String, Execution>,
    commands: Vec<(String, Command)>,
}

impl FakeWorkflow {
    /// The state machine of a definition.
    pub fn new(machine: Machine) -> Self {
        Self { machine: Arc::new(machine), running: Mutex::default() }
    }

    /// What executions want, in order; each is said once.
    pub fn commands(&self) -> Vec<(String, Command)> {
        std::mem::take(&mut locked(&self.running).commands)
    }

    /// Tells an execution what happened.
    pub fn happened(&self, name: &str, what: Happened) {
        let mut running = locked(&self.running);
        let command = running.executions.get_mut(name).and_then(|execution| execution.hear(what));
        running.commands.extend(command.map(|command| (name.to_owned(), command)));
    }

    /// Stops an execution, as a person with the console might.
    pub fn abort(&self, name: &str) {
        if let Some(execution) = locked(&self.running).executions.get_mut(name) {
            execution.abort();
        }
    }

    /// One execution.
    pub fn execution(&self, name: &str) -> Option<Execution> {
        locked(&self.running).executions.get(name).cloned()
    }

    /// The executions that are under way.
    pub fn under_way(&self) -> Vec<String> {
        let running = locked(&self.running);
        let open = running.executions.iter().filter(|(_, e)| *e.status() == Status::Running);
        open.map(|(name, _)| name.clone()).collect()
    }

    fn answered(&self, token: &str, result: Result<Value, Failed>) {
        let Some((name, visit)) = token.rsplit_once('#') else { return };
        let Ok(visit) = visit.parse() else { return };
        self.happened(name, Happened::Answered(visit, result));
    }
}

/// An execution's name.
pub fn execution_name(stack: &StackId, entry: Entry) -> String {
    match entry {
        Entry::Start => stack.to_string(),
        Entry::Teardown(number) => format!("{stack}-repair-{number}"),
    }
}

/// An execution's input.
pub fn input_document(input: &ExecutionInput) -> Value {
    let entry = if input.entry == Entry::Start { "start" } else { "teardown" };
    json!({
        "stack": input.stack.as_str(),
        "entry": entry,
        "failure": null,
        "limits": { "boot_seconds": input.boot_seconds, "run_seconds": input.run_seconds },
    })
}

#[async_trait]
impl Workflow for FakeWorkflow {
    async fn start(&self, input: &ExecutionInput) -> Result<(), CloudError> {
        let name = execution_name(&input.stack, input.entry);
        let mut running = locked(&self.running);
        if !running.executions.contains_key(&name) {
            let (execution, first) =
                Execution::start(Arc::clone(&self.machine), &name, input_document(input));
            running.executions.insert(name.clone(), execution);
            running.commands.push((name, first));
        }
        Ok(())
    }

    async fn is_running(&self, stack: &StackId, repairs: u32) -> Result<bool, CloudError> {
        let running = locked(&self.running);
        let mut entries = (1..=repairs).map(Entry::Teardown).chain([Entry::Start]);
        Ok(entries.any(|entry| {
            let execution = running.executions.get(&execution_name(stack, entry));
            execution.is_some_and(|e| *e.status() == Status::Running)
        }))
    }

    async fn succeed(&self, token: &str) -> Result<(), CloudError> {
        self.answered(token, Ok(json!({})));
        Ok(())
    }

    async fn fail(&self, token: &str, reason: &Fault) -> Result<(), CloudError> {
        let cause = serde_json::to_string(reason).expect("a struct of strings");
        self.answered(token, Err(Failed { error: reason.code.as_str().to_owned(), cause }));
        Ok(())
    }
}
