//! The program `soca-twin`.

use clap::Parser;
use soca_twin::cli::{Cli, run};
use std::process::ExitCode;

fn main() -> ExitCode {
    match run(&Cli::parse()) {
        Ok(status) => ExitCode::from(status),
        Err(fault) => {
            eprintln!("{fault}");
            ExitCode::from(fault.kind.exit())
        }
    }
}
