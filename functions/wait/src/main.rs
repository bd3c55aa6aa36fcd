//! Lambda `wait`: the state machine's two waiting steps leave their task token here.

use lambda_runtime::{LambdaEvent, run, service_fn};
use serde::Deserialize;
use soca_app::await_nodes::begin_wait;
use soca_domain::stack::WaitStep;
use soca_runtime::{Outcome, StepFailure};
use soca_shell::{Shell, StepInput, failure, now};

/// What the state machine sends.
#[derive(Deserialize)]
struct Input {
    #[serde(flatten)]
    stack: StepInput,
    step: WaitStep,
    token: String,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Outcome {
    let shell = Shell::load().await;
    let (store, workflow) = (shell.store()?, shell.workflow()?);
    let (store, workflow) = (&store, &workflow);
    run(service_fn(move |event: LambdaEvent<Input>| async move {
        let input = event.payload;
        let stack = input.stack.stack()?;
        let waiting = begin_wait(store, workflow, &stack, input.step, input.token, now()).await;
        waiting.map_err(|error| -> StepFailure { failure(&error) })
    }))
    .await
}
