//! Our use cases as the Lambda functions that the state machine calls.

use crate::asl::Failed;
use serde_json::{Value, json};
use soca_app::{
    Error, Settings,
    await_nodes::begin_wait,
    dry_run_stack::DryRunStack,
    failure::{STACK_STILL_THERE, Thrown},
    ports::{
        Artifacts, Bus, Catalog, ComputeStacks, Entropy, Instances, LaunchChecks, Prices, Store, Workflow,
    },
    provision_stack::ProvisionStack,
    settle_stack::SettleStack,
    teardown_stack::{Failure, Progress, TeardownStack},
    transition::Mover,
};
use soca_domain::{StackId, Timestamp, stack::WaitStep};
use std::sync::Arc;

/// Everything that functions reach.
#[derive(Clone)]
#[allow(missing_docs, reason = "each field is the port of its type")]
pub struct Ports {
    pub store: Arc<dyn Store>,
    pub workflow: Arc<dyn Workflow>,
    pub bus: Arc<dyn Bus>,
    pub catalog: Arc<dyn Catalog>,
    pub checks: Arc<dyn LaunchChecks>,
    pub stacks: Arc<dyn ComputeStacks>,
    pub instances: Arc<dyn Instances>,
    pub prices: Arc<dyn Prices>,
    pub artifacts: Arc<dyn Artifacts>,
    pub entropy: Arc<dyn Entropy>,
    pub settings: Settings,
}

impl Ports {
    /// What moving a job needs.
    pub fn mover(&self) -> Mover<'_> {
        Mover { store: &*self.store, workflow: &*self.workflow, bus: &*self.bus }
    }

    /// Calls the function that the state machine's definition names, with Lambda's way of telling errors.
    pub async fn invoke(&self, function: &str, payload: &Value, now: Timestamp) -> Result<Value, Failed> {
        match self.run(function, payload, now).await {
            Ok(Progress::Gone) => Ok(json!({})),
            Ok(Progress::StillThere) => Err(thrown(STACK_STILL_THERE, "the stack is still there")),
            Err(error) => {
                let thrown_by_us = Thrown::of(&error);
                Err(thrown(&thrown_by_us.name, &thrown_by_us.cause))
            }
        }
    }

    async fn run(&self, function: &str, payload: &Value, now: Timestamp) -> Result<Progress, Error> {
        let stack: StackId = text(payload, "stack")?.parse()?;
        let (store, catalog) = (&*self.store, &*self.catalog);
        match function {
            "${DryRunFunctionArn}" => {
                DryRunStack { store, catalog, checks: &*self.checks }.run(&stack).await?
            }
            "${ProvisionFunctionArn}" => {
                let (stacks, entropy) = (&*self.stacks, &*self.entropy);
                ProvisionStack { store, catalog, stacks, entropy }.run(&stack, now).await?;
            }
            "${WaitFunctionArn}" => {
                let step = wait_step(text(payload, "step")?)?;
                let token = text(payload, "token")?.to_owned();
                begin_wait(store, &*self.workflow, &stack, step, token, now).await?;
            }
            "${TeardownFunctionArn}" => {
                let (stacks, instances) = (&*self.stacks, &*self.instances);
                let teardown = TeardownStack { mover: self.mover(), stacks, instances };
                return teardown.run(&stack, failure(payload), now).await;
            }
            "${SettleFunctionArn}" => {
                let settle =
                    SettleStack { mover: self.mover(), prices: &*self.prices, settings: &self.settings };
                settle.run(&stack, now).await?;
            }
            unknown => return Err(Error::Internal(format!("there is no function {unknown}"))),
        }
        Ok(Progress::Gone)
    }
}

fn text<'a>(payload: &'a Value, field: &str) -> Result<&'a str, Error> {
    payload[field].as_str().ok_or_else(|| Error::Internal(format!("{field} is missing")))
}

fn wait_step(text: &str) -> Result<WaitStep, Error> {
    serde_json::from_value(Value::from(text)).map_err(|e| Error::Internal(e.to_string()))
}

/// What the Catch left in the document.
fn failure(payload: &Value) -> Option<Failure> {
    let caught = &payload["failure"];
    let part = |name: &str| caught[name].as_str().unwrap_or_default();
    caught.is_object().then(|| Failure::from_catch(part("Error"), part("Cause")))
}

/// Lambda wraps an error's text in JSON of its own.
fn thrown(name: &str, message: &str) -> Failed {
    let cause = json!({ "errorType": name, "errorMessage": message }).to_string();
    Failed { error: name.to_owned(), cause }
}
