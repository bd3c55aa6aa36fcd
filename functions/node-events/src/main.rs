//! Lambda `node-events`: what EC2, Auto Scaling and CloudFormation tell us about our capacity.

use lambda_runtime::{LambdaEvent, run, service_fn};
use serde_json::Value;
use soca_app::infrastructure::HandleIncident;
use soca_cloud_aws::incident_of;
use soca_runtime::{Outcome, StepFailure, required};
use soca_shell::{Shell, failure, now};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Outcome {
    let shell = Shell::load().await;
    let cluster = required("CLUSTER_ID")?;
    let (store, workflow, instances) = (shell.store()?, shell.workflow()?, shell.instances()?);
    let handle = HandleIncident { store: &store, workflow: &workflow, instances: &instances };
    let (handle, cluster) = (&handle, cluster.as_str());
    run(service_fn(move |event: LambdaEvent<Value>| async move {
        match incident_of(cluster, &event.payload) {
            Some(incident) => {
                handle.run(&incident, now()).await.map_err(|error| -> StepFailure { failure(&error) })
            }
            None => Ok(()),
        }
    }))
    .await
}
