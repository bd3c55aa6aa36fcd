//! Lambda `teardown`: deletes the compute stack; the state machine repeats it until the stack is gone.

use lambda_runtime::{LambdaEvent, run, service_fn};
use serde::Deserialize;
use soca_app::{
    failure::STACK_STILL_THERE,
    teardown_stack::{Failure, Progress, TeardownStack},
};
use soca_cloud_aws::ComputeStacksAws;
use soca_runtime::{Outcome, StepFailure};
use soca_shell::{Shell, StepInput, failure, now};

/// What the state machine sends: the stack, and what its Catch saw, if it came by one.
#[derive(Deserialize)]
struct Input {
    #[serde(flatten)]
    stack: StepInput,
    failure: Option<Caught>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Caught {
    error: String,
    #[serde(default)]
    cause: String,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Outcome {
    let shell = Shell::load().await;
    let (parts, instances) = (shell.mover()?, shell.instances()?);
    let stacks =
        ComputeStacksAws::new(shell.clients().cloud_formation(), soca_runtime::required("CLUSTER_ID")?);
    let step = TeardownStack { mover: parts.mover(), stacks: &stacks, instances: &instances };
    let step = &step;
    run(service_fn(move |event: LambdaEvent<Input>| async move {
        let stack = event.payload.stack.stack()?;
        let caught = event.payload.failure.map(|c| Failure::from_catch(&c.error, &c.cause));
        match step.run(&stack, caught, now()).await {
            Ok(Progress::Gone) => Ok(()),
            Ok(Progress::StillThere) => Err(StepFailure {
                name: STACK_STILL_THERE.into(),
                cause: format!("{stack} is being deleted"),
            }),
            Err(error) => Err(failure(&error)),
        }
    }))
    .await
}
