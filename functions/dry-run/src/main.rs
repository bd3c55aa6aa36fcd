//! Lambda `dry-run`: the state machine's first step.

use lambda_runtime::{LambdaEvent, run, service_fn};
use soca_app::dry_run_stack::DryRunStack;
use soca_cloud_aws::LaunchChecksAws;
use soca_runtime::Outcome;
use soca_shell::{Shell, StepInput, cluster, failure};
use std::sync::Arc;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Outcome {
    let shell = Shell::load().await;
    let (store, catalog, cluster) = (shell.store()?, Arc::new(shell.catalog()), Arc::new(cluster()?));
    let clients = shell.clients();
    let checks = LaunchChecksAws::new(clients.ec2(), clients.service_quotas(), Arc::clone(&catalog), cluster);
    let step = DryRunStack { store: &store, catalog: &*catalog, checks: &checks };
    let step = &step;
    run(service_fn(move |event: LambdaEvent<StepInput>| async move {
        let stack = event.payload.stack()?;
        step.run(&stack).await.map_err(|error| failure(&error))
    }))
    .await
}
