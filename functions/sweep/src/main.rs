//! Lambda `sweep`: compares the table with what really exists, each minute, and reads what the region offers, each day.

use lambda_runtime::{LambdaEvent, run, service_fn};
use serde_json::Value;
use soca_app::{offers, sweep::Sweep};
use soca_cloud_aws::ComputeStacksAws;
use soca_runtime::{Outcome, StepFailure, required};
use soca_shell::{Shell, failure, now, settings};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Outcome {
    let shell = Shell::load().await;
    let (parts, instances, settings) = (shell.mover()?, shell.instances()?, settings()?);
    let stacks = ComputeStacksAws::new(shell.clients().cloud_formation(), required("CLUSTER_ID")?);
    let sweep = Sweep { mover: parts.mover(), stacks: &stacks, instances: &instances, settings: &settings };
    let (store, catalog, prices) = (shell.store()?, shell.catalog(), shell.prices());
    let (sweep, store, catalog, prices) = (&sweep, &store, &catalog, &prices);
    run(service_fn(move |_event: LambdaEvent<Value>| async move {
        let repairs = sweep.run(now()).await.map_err(|error| -> StepFailure { failure(&error) })?;
        offers::keep_fresh(store, catalog, prices, now()).await;
        Ok::<_, StepFailure>(repairs.iter().map(|repair| format!("{repair:?}")).collect::<Vec<_>>())
    }))
    .await
}
