//! Lambda `settle`: what the attempt cost and what becomes of the job.

use lambda_runtime::{LambdaEvent, run, service_fn};
use soca_app::settle_stack::SettleStack;
use soca_runtime::Outcome;
use soca_shell::{Shell, StepInput, failure, now, settings};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Outcome {
    let shell = Shell::load().await;
    let (parts, prices, settings) = (shell.mover()?, shell.prices(), settings()?);
    let step = SettleStack { mover: parts.mover(), prices: &prices, settings: &settings };
    let step = &step;
    run(service_fn(move |event: LambdaEvent<StepInput>| async move {
        let stack = event.payload.stack()?;
        step.run(&stack, now()).await.map_err(|error| failure(&error))
    }))
    .await
}
