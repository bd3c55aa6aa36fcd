//! The program `soca-agent`, which is `pbsdsh` when it is called so.

use clap::Parser;
use soca_agent::agent::{self, Stopped};
use soca_agent::enroll::NotEnrolled;
use soca_agent::options::{Cli, Command};
use soca_agent::{dsh, log, power, shim};
use std::path::PathBuf;
use std::process::ExitCode;

/// The node will never be enrolled: starting the agent again does not help.
const REFUSED: u8 = 2;

fn main() -> ExitCode {
    let name = std::env::args_os().next().map(PathBuf::from);
    if name.and_then(|name| Some(name.file_name()? == dsh::CLIENT)).unwrap_or(false) {
        return dsh::pbsdsh(&dsh::PbsdshCli::parse().options);
    }
    match Cli::parse().command {
        Command::Run(options) => match agent::run(&options) {
            Ok(()) => ExitCode::SUCCESS,
            Err(stopped) => {
                log::error("agent.stopped", &[("error.message", &stopped)]);
                match stopped {
                    Stopped::NotEnrolled(NotEnrolled::Refused(_)) => ExitCode::from(REFUSED),
                    Stopped::NotEnrolled(_) | Stopped::Setup(_) | Stopped::Io(_) => ExitCode::FAILURE,
                }
            }
        },
        Command::PowerOff { state } => match power::power_off(&state) {
            Ok(killed) => {
                log::info("node.powered_off", &[("processes.killed", &killed)]);
                ExitCode::SUCCESS
            }
            Err(error) => {
                log::error("node.not_powered_off", &[("error.message", &error)]);
                ExitCode::FAILURE
            }
        },
        Command::Exec { directory } => shim::exec(&directory).into(),
        Command::Pbsdsh(options) => dsh::pbsdsh(&options),
        Command::DshServer(options) => dsh::serve(&options),
        Command::Stage => shim::stage(),
    }
}
