//! Lambda `agent-api`: the endpoints of the nodes' agents.

use lambda_http::run;
use soca_http::{AgentState, agent_router};
use soca_runtime::Outcome;
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
    run(agent_router(state)).await
}
