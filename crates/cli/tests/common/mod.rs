//! What the tests share: a fake cluster on a real socket, and ways to run the command against it.
#![allow(dead_code, reason = "each test uses a part of it")]
#![allow(clippy::unwrap_used, reason = "nothing but tests uses it")]

pub(crate) mod cognito;
pub(crate) mod http;
pub(crate) mod job;
pub(crate) mod process;
pub(crate) mod queues;
pub(crate) mod routes;
pub(crate) mod server;
pub(crate) mod world;
