//! The axum routers: DTO in, use case, DTO out; authentication.
//!
//! Two routers for two functions with different permissions: [`api_router`] for people and programs, [`agent_router`]
//! for nodes. Handlers parse, call one use case, and map the result; they hold no rule of their own.

pub mod auth;
mod error;
mod parse;
mod request_id;
mod routes;
mod state;

pub use request_id::REQUEST_ID_HEADER;
pub use routes::{ACCESS, Access, agent_router, api_router};
pub use state::{AgentState, ApiState, Clock, ClusterInfo};
