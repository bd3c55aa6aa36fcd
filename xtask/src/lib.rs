//! `cargo xtask`: the only door to automation. It builds, and calls the programs that do the work.

pub mod bench;
pub mod build;
pub mod cli;
pub mod doctor;
pub mod fault;
pub mod lint;
pub mod repo;
pub mod run;
pub mod simulate;
pub mod solver;
pub mod test;
pub mod twin;
pub mod venv;
