//! What travels: DTOs of the HTTP API, the bus events and the agent protocol.
//!
//! Wire structs are not domain types: each edge has its own, so that old clients and agents keep working (P12).
//! Unknown fields are ignored on reading everywhere but in a queue's settings, where they are refused.

pub mod agent;
pub mod api;
pub mod bootstrap;
pub mod convert;
pub mod event;
