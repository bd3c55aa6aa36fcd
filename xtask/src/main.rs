//! `cargo xtask`: the only door to automation.

use clap::Parser;
use std::process::ExitCode;
use xtask::cli::{Cli, run};

fn main() -> ExitCode {
    match run(&Cli::parse()) {
        Ok(status) => ExitCode::from(status),
        Err(fault) => {
            let text = fault.to_string();
            if !text.is_empty() {
                eprintln!("{text}");
            }
            ExitCode::from(fault.exit())
        }
    }
}
