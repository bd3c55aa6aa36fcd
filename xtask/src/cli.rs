//! The command line of `cargo xtask`.

use crate::{
    bench, doctor,
    fault::{Fault, Outcome},
    lint,
    repo::Repo,
    run::{self, RunOptions},
    simulate::{self, SimulateOptions},
    test,
    twin::Twin,
};
use clap::{Args, Parser, Subcommand};
use std::ffi::OsString;

/// The only door to automation.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
pub struct Cli {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Run a job script on the twin, bringing it up if it is not.
    Run(RunOptions),
    /// Build everything and bring the twin up.
    Up(Passed),
    /// End the twin: no process, no port.
    Down(Passed),
    /// Tell how the twin stands.
    Status(Passed),
    /// Show what parts of the twin wrote.
    Logs(Passed),
    /// Give the twin's machine room an order: kill-node, spot-interrupt, dry-pool, … (--help lists them).
    Twin(Passed),
    /// Run every kind of test, or those with a part of a name.
    Test {
        /// A part of a test's name.
        name: Option<String>,
    },
    /// Play the whole control plane with seeds, everything going wrong, and check the promises.
    Simulate(SimulateOptions),
    /// Lint the template and the state machines.
    Lint,
    /// Run the measurements in benches/.
    Bench {
        /// A part of a script's name.
        name: Option<String>,
    },
    /// Check that this machine has what is needed.
    Doctor,
}

/// Words for `soca-twin`, which has its own help.
#[derive(Clone, Debug, Args)]
#[command(disable_help_flag = true)]
struct Passed {
    /// As soca-twin takes them.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    words: Vec<OsString>,
}

/// Runs a command line; the exit status.
pub fn run(cli: &Cli) -> Outcome<u8> {
    let repo = Repo::find()?;
    let twin = Twin::of(&repo);
    let pass = |verb: &str, words: &Passed| twin.pass([OsString::from(verb)].iter().chain(&words.words));
    match &cli.verb {
        Verb::Run(options) => {
            let here = std::env::current_dir().map_err(|e| Fault::machine("The current directory", e))?;
            run::run(&repo, options, &here)
        }
        Verb::Up(words) => twin.up(&words.words).map(|()| 0),
        Verb::Down(words) => pass("down", words),
        Verb::Status(words) => pass("status", words),
        Verb::Logs(words) => pass("logs", words),
        Verb::Twin(words) => pass("order", words),
        Verb::Test { name } => test::run(&repo, name.as_deref()),
        Verb::Simulate(options) => simulate::run(&repo, options),
        Verb::Lint => lint(&repo),
        Verb::Bench { name } => bench::run(&repo, name.as_deref()),
        Verb::Doctor => doctor::run(&repo),
    }
}

fn lint(repo: &Repo) -> Outcome<u8> {
    std::fs::create_dir_all(repo.reports()).map_err(|e| Fault::machine(repo.reports().display(), e))?;
    let count = lint::run(repo)?;
    println!("{} passed, {} failed", count.passed, count.failed);
    Ok(u8::from(count.failed > 0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
        for words in [
            "run a.pbs --json --down -- -l walltime=1",
            "twin kill-node --job 7",
            "logs api -f",
            "test p4",
            "simulate --seeds 0..10",
            "simulate --seed 7",
        ] {
            assert!(Cli::try_parse_from(["xtask"].into_iter().chain(words.split(' '))).is_ok(), "{words}");
        }
    }
}
