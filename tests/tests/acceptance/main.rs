//! The whole product on the twin: the real template, functions, state machine, agents and command line.
//!
//! `cargo xtask test acceptance` brings the twin up and runs this suite; `SOCA_TWIN_DIR` says where it is. The tests
//! share the twin and run one after the other, since some of them break it on purpose.

#![allow(clippy::unwrap_used, reason = "a test that cannot set itself up should stop")]

mod breakage;
mod bursts;
mod cancels;
mod capacity;
mod dependencies;
mod desk;
mod examples;
mod money;
mod refusals;
mod scheduling;
mod triggers;
mod twin;
