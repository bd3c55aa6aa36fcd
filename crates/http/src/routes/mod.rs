//! The table of addresses and who may call them; a test walks it.

mod agent;
mod capacity;
mod info;
mod jobs;
mod logs;
mod projects;
mod queues;

use crate::{
    error::no_route,
    parse::MAX_BODY_BYTES,
    request_id::with_id,
    state::{AgentState, ApiState},
};
use axum::{
    Router,
    extract::DefaultBodyLimit,
    middleware,
    routing::{get, post},
};

/// Who may call an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Anybody.
    Public,
    /// Anybody who has signed in; each sees what is his.
    User,
    /// Administrators who have signed in.
    Admin,
    /// Nodes, with their join or session token.
    Node,
}

/// Every address with its access.
pub const ACCESS: &[(&str, &str, Access)] = &[
    ("GET", "/v1/info", Access::Public),
    ("GET", "/v1/whoami", Access::User),
    ("POST", "/v1/jobs", Access::User),
    ("GET", "/v1/jobs", Access::User),
    ("GET", "/v1/jobs/{id}", Access::User),
    ("DELETE", "/v1/jobs/{id}", Access::User),
    ("POST", "/v1/jobs/{id}/hold", Access::User),
    ("POST", "/v1/jobs/{id}/release", Access::User),
    ("GET", "/v1/jobs/{id}/elements", Access::User),
    ("GET", "/v1/jobs/{id}/logs", Access::User),
    ("GET", "/v1/jobs/{id}/explanation", Access::User),
    ("GET", "/v1/queues", Access::User),
    ("GET", "/v1/queues/{name}", Access::User),
    ("PUT", "/v1/queues/{name}", Access::Admin),
    ("DELETE", "/v1/queues/{name}", Access::Admin),
    ("GET", "/v1/projects", Access::User),
    ("GET", "/v1/projects/{name}", Access::User),
    ("PUT", "/v1/projects/{name}", Access::Admin),
    ("DELETE", "/v1/projects/{name}", Access::Admin),
    ("GET", "/v1/stacks", Access::User),
    ("GET", "/v1/price", Access::User),
    ("POST", "/agent/v1/enroll", Access::Node),
    ("POST", "/agent/v1/sync", Access::Node),
];

/// The API for people and programs.
pub fn api_router(state: ApiState) -> Router {
    Router::new()
        .route("/v1/info", get(info::info))
        .route("/v1/whoami", get(info::whoami))
        .route("/v1/jobs", post(jobs::submit).get(jobs::list))
        .route("/v1/jobs/{id}", get(jobs::show).delete(jobs::cancel))
        .route("/v1/jobs/{id}/hold", post(jobs::hold))
        .route("/v1/jobs/{id}/release", post(jobs::release))
        .route("/v1/jobs/{id}/elements", get(jobs::elements))
        .route("/v1/jobs/{id}/logs", get(logs::read))
        .route("/v1/jobs/{id}/explanation", get(jobs::explain))
        .route("/v1/queues", get(queues::list))
        .route("/v1/queues/{name}", get(queues::show).put(queues::put).delete(queues::remove))
        .route("/v1/projects", get(projects::list))
        .route("/v1/projects/{name}", get(projects::show).put(projects::put).delete(projects::remove))
        .route("/v1/stacks", get(capacity::stacks))
        .route("/v1/price", get(capacity::price))
        .fallback(no_route)
        .method_not_allowed_fallback(no_route)
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
        .layer(middleware::from_fn(with_id))
        .with_state(state)
}

/// The endpoints of the nodes' agents.
pub fn agent_router(state: AgentState) -> Router {
    Router::new()
        .route("/agent/v1/enroll", post(agent::enroll))
        .route("/agent/v1/sync", post(agent::sync))
        .fallback(no_route)
        .method_not_allowed_fallback(no_route)
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
        .layer(middleware::from_fn(with_id))
        .with_state(state)
}
