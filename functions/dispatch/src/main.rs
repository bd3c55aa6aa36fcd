//! Lambda `dispatch`: a scheduling pass for every event of ours on the bus and every minute.
//!
//! What the event says does not matter: the pass reads the queues as they are.

use lambda_runtime::{LambdaEvent, run, service_fn};
use serde_json::Value;
use soca_app::dispatch::Dispatch;
use soca_runtime::{Outcome, StepFailure};
use soca_shell::{Shell, failure, now, settings};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Outcome {
    let shell = Shell::load().await;
    let (parts, entropy, settings) = (shell.mover()?, shell.entropy(), settings()?);
    let dispatch = Dispatch { mover: parts.mover(), entropy: &entropy, settings: &settings };
    let dispatch = &dispatch;
    run(service_fn(move |_event: LambdaEvent<Value>| async move {
        dispatch
            .run(&now)
            .await
            .map(|report| report.started)
            .map_err(|error| -> StepFailure { failure(&error) })
    }))
    .await
}
