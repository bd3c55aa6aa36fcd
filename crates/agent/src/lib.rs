//! The node agent: enrols, syncs, runs job scripts, reports.
//!
//! [`core`] decides, without any input or output of its own; [`agent`] is the loop that feeds it and does what it asks.
//! [`shim`] is a process of its own for each script, so that a script outlives the agent that started it. The two meet
//! only in the files of a unit's directory ([`units`]): what happened is read from there, never remembered, so an agent
//! that is killed at any moment goes on where it was.
//!
//! [`dsh`] runs commands of a job on its other nodes, over the shared file system.

pub mod agent;
pub mod clock;
pub mod core;
pub mod dsh;
pub mod enroll;
pub mod fault;
pub mod files;
pub mod http;
pub mod hydrate;
pub mod identity;
pub mod keys;
pub mod log;
pub mod options;
pub mod power;
pub mod processes;
mod runner;
pub mod session;
pub mod shim;
pub mod store;
pub mod syncer;
pub mod units;
pub mod wake;
