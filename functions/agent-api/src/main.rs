//! Lambda `agent-api`: the endpoints of the nodes' agents.

use lambda_http::{run, tower::ServiceBuilder};
use soca_http::{AgentState, REQUEST_ID_HEADER, agent_router};
use soca_runtime::{Outcome, with_request_id};
use soca_shell::{Shell, now};
use std::sync::Arc;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Outcome {
    let shell = Shell::load().await;
    let state = AgentState {
        store: Arc::new(shell.store()?),
        workflow: Arc::new(shell.workflow()?),
        bus: Arc::new(shell.bus()?),
        artifacts: Arc::new(shell.artifacts()?),
        clock: Arc::new(now),
    };
    let service = ServiceBuilder::new().map_request(|request| with_request_id(REQUEST_ID_HEADER, request));
    run(service.service(agent_router(state))).await
}
