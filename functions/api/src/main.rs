//! Lambda `api`: the HTTP API for people and programs.

use lambda_http::{run, tower::ServiceBuilder};
use soca_http::{
    ApiState, ClusterInfo, REQUEST_ID_HEADER, api_router,
    auth::{HttpKeys, Pool, Verifier},
};
use soca_runtime::{EnvError, Outcome, required, text, with_request_id};
use soca_shell::{Shell, now, settings};
use std::sync::Arc;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Outcome {
    let shell = Shell::load().await;
    let (pool, cognito) = (required("USER_POOL_ID")?, cognito_endpoint(&shell.region()));
    let issuer = format!("https://cognito-idp.{}.amazonaws.com/{pool}", shell.region());
    let client_id = required("CLIENT_ID")?;
    let keys = HttpKeys { url: format!("{cognito}/{pool}/.well-known/jwks.json") };
    let state = ApiState {
        store: Arc::new(shell.store()?),
        workflow: Arc::new(shell.workflow()?),
        bus: Arc::new(shell.bus()?),
        catalog: Arc::new(shell.catalog()),
        artifacts: Arc::new(shell.artifacts()?),
        prices: Arc::new(shell.prices()),
        verifier: Arc::new(Verifier::new(Pool { issuer, client_id: client_id.clone() }, keys)),
        settings: Arc::new(settings()?),
        info: Arc::new(cluster_info(cognito, client_id)?),
        clock: Arc::new(now),
    };
    let service = ServiceBuilder::new().map_request(|request| with_request_id(REQUEST_ID_HEADER, request));
    run(service.service(api_router(state))).await
}

fn cluster_info(cognito_endpoint: String, client_id: String) -> Result<ClusterInfo, EnvError> {
    Ok(ClusterInfo { cluster: required("CLUSTER_ID")?, cognito_endpoint, client_id })
}

/// Where Cognito answers: the SDKs' own variables say so when it is not the usual address.
fn cognito_endpoint(region: &str) -> String {
    let set = text("AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER").or_else(|| text("AWS_ENDPOINT_URL"));
    set.map_or_else(
        || format!("https://cognito-idp.{region}.amazonaws.com"),
        |url| url.trim_end_matches('/').to_owned(),
    )
}
