//! The command line of `soca-twin`.

use crate::{
    down,
    fault::{Fault, Outcome},
    init::{self, InitOptions},
    layout::{Layout, Places},
    logs::{self, LogOptions},
    room::{self, RoomOptions, orders::Order},
    status,
    up::{self, UpOptions},
};
use clap::{Parser, Subcommand};
use std::io::{self, Write};

/// The local twin: the whole of soca on this machine.
#[derive(Debug, Parser)]
#[command(name = "soca-twin", version)]
pub struct Cli {
    /// Where things are.
    #[command(flatten)]
    places: Places,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Bring the twin up, doing only what is missing.
    Up(Box<UpOptions>),
    /// End everything.
    Down {
        /// Show nothing but failures.
        #[arg(long)]
        quiet: bool,
    },
    /// Tell how it stands; the exit status is 7 when it is not up.
    Status {
        /// One JSON object.
        #[arg(long)]
        json: bool,
    },
    /// Show what parts of the twin wrote.
    Logs(LogOptions),
    /// Break something on purpose, or mend it.
    Order {
        /// What.
        #[command(subcommand)]
        order: Order,
    },
    /// Run the machine room (started by `up`).
    #[command(hide = true)]
    MachineRoom(Box<RoomOptions>),
    /// Keep a program and all that it starts (started by the machine room).
    #[command(hide = true)]
    Init(InitOptions),
}

/// Runs a command line; the exit status.
pub fn run(cli: &Cli) -> Outcome<u8> {
    if let Command::Init(options) = &cli.command {
        return init::run(options);
    }
    let layout = Layout::of(&cli.places)?;
    let mut out = io::stdout();
    match &cli.command {
        Command::Up(options) => up::run(&layout, options)?,
        Command::Down { quiet } => down::run(&layout, *quiet)?,
        Command::MachineRoom(options) => room::run(&layout, options)?,
        Command::Logs(options) => logs::run(&layout, options, &mut out)?,
        Command::Order { order } => print(&mut out, &status::order(&layout, order)?.to_string())?,
        Command::Status { json } => {
            let status = status::status(&layout)?;
            let text = if *json { status.to_string() } else { status::describe(&status) };
            print(&mut out, text.trim_end())?;
            if !status::is_up(&status) {
                return Ok(Fault::not_up().kind.exit());
            }
        }
        Command::Init(_) => {}
    }
    Ok(0)
}

fn print(out: &mut dyn Write, text: &str) -> Outcome<()> {
    writeln!(out, "{text}").map_err(|e| Fault::machine("Standard output", e))
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn orders_are_read() {
        for words in [
            "kill-node i-1",
            "kill-node --job 7 --index 1",
            "stop-agent --job 7",
            "spot-interrupt --job 7 --after 2",
            "dry-pool c6i.large --zone us-east-1a --launches 2",
            "dry-pool * --off",
            "slow-boot 9",
            "limit-files 2048",
            "drop-events on",
            "twice-events off",
            "kill-function dispatch --after-ms 5 --times 2",
            "sweep-now",
            "dispatch-now",
        ] {
            let line = ["soca-twin", "order"].into_iter().chain(words.split(' '));
            assert!(Cli::try_parse_from(line).is_ok(), "{words}");
        }
        assert!(Cli::try_parse_from(["soca-twin", "order", "kill-node"]).is_err());
    }
}
