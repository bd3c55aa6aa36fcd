//! What a client needs to sign in, and who it is then.

use crate::{auth::SignedIn, error::ApiError, state::ApiState};
use axum::{Json, extract::State};
use soca_wire::api;

/// `GET /v1/info`
pub(super) async fn info(State(state): State<ApiState>) -> Json<api::Info> {
    Json(api::Info {
        cluster: state.info.cluster.clone(),
        version: env!("CARGO_PKG_VERSION").into(),
        cognito_endpoint: state.info.cognito_endpoint.clone(),
        client_id: state.info.client_id.clone(),
        shared_root: state.settings.shared_root.clone(),
    })
}

/// `GET /v1/whoami`
pub(super) async fn whoami(SignedIn(caller): SignedIn) -> Result<Json<api::WhoAmI>, ApiError> {
    Ok(Json(api::WhoAmI { user: caller.user.to_string(), admin: caller.admin }))
}
