//! Lambda `provision`: asks CloudFormation for the compute stack.

use lambda_runtime::{LambdaEvent, run, service_fn};
use soca_app::{ports::cloud::StackPlan, provision_stack::ProvisionStack};
use soca_cloud_aws::{ComputeStacksAws, UserData};
use soca_runtime::{EnvError, Outcome, required, text};
use soca_shell::{Shell, StepInput, cluster, failure, now};
use soca_wire::bootstrap::{AgentConfig, render_user_data};
use std::sync::Arc;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Outcome {
    let shell = Shell::load().await;
    let (store, catalog, entropy) = (shell.store()?, shell.catalog(), shell.entropy());
    let clients = shell.clients();
    let (cluster, role) = (Arc::new(cluster()?), required("STACK_ROLE_ARN")?);
    let stacks =
        ComputeStacksAws::making(clients.cloud_formation(), clients.ec2(), cluster, user_data()?, role);
    let step = ProvisionStack { store: &store, catalog: &catalog, stacks: &stacks, entropy: &entropy };
    let step = &step;
    run(service_fn(move |event: LambdaEvent<StepInput>| async move {
        let stack = event.payload.stack()?;
        step.run(&stack, now()).await.map_err(|error| failure(&error))
    }))
    .await
}

/// `API_ENDPOINT CLUSTER_ID SHARED_ROOT AGENT_URI FILE_SYSTEM_DNS`
fn user_data() -> Result<UserData, EnvError> {
    let (endpoint, cluster) = (required("API_ENDPOINT")?, required("CLUSTER_ID")?);
    let (shared_root, agent_uri) = (required("SHARED_ROOT")?, required("AGENT_URI")?);
    let file_system = text("FILE_SYSTEM_DNS");
    Ok(Arc::new(move |plan: &StackPlan| {
        let config = AgentConfig {
            endpoint: endpoint.clone(),
            cluster: cluster.clone(),
            stack: plan.stack.to_string(),
            join_token: plan.join_token.clone(),
            shared_root: shared_root.clone(),
        };
        render_user_data(&config, &agent_uri, file_system.as_deref())
    }))
}
