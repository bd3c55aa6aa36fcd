//! The command line.

use crate::dsh::{PbsdshOptions, ServerOptions};
use clap::{Args, Parser, Subcommand, ValueEnum};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// The node agent of soca.
#[derive(Debug, Parser)]
#[command(name = "soca-agent", version)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What the program can do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Enrol this node and run what the control plane sends.
    Run(RunOptions),
    /// Kill every script of a state directory and its supervisor at once, as a power cut would.
    PowerOff {
        /// The state directory of the agent.
        #[arg(long)]
        state: PathBuf,
    },
    /// Supervise the script of one unit (started by the agent itself).
    #[command(hide = true)]
    Exec {
        /// The unit's directory.
        directory: PathBuf,
    },
    /// Run a command on the nodes of a job, from within it.
    #[command(disable_help_flag = true)]
    Pbsdsh(PbsdshOptions),
    /// Run on this node what `pbsdsh` on another asks for (started by the supervisor).
    #[command(hide = true)]
    DshServer(ServerOptions),
    /// Become the job's user and turn into the script (started by the supervisor).
    #[command(hide = true)]
    Stage,
}

/// Options of `run`.
#[derive(Debug, Args)]
pub struct RunOptions {
    /// The node's configuration, JSON.
    #[arg(long)]
    pub config: PathBuf,
    /// Where the agent keeps what must survive its restart.
    #[arg(long)]
    pub state: PathBuf,
    /// Give up enrolling after so many seconds; without it the agent tries for ever.
    #[arg(long, value_name = "SECONDS")]
    pub enroll_deadline: Option<u64>,
    /// What to do with a job whose owner this node does not know, when the agent is root.
    /// Default: `agent` where the identity below is given, `refuse` on a real instance.
    #[arg(long, value_name = "POLICY")]
    pub unknown_user: Option<UnknownUser>,
    /// Who this node is, where there is no instance metadata.
    #[command(flatten)]
    pub given: GivenIdentity,
}

impl RunOptions {
    /// The policy for owners that the node does not know.
    pub fn unknown_user(&self) -> UnknownUser {
        self.unknown_user.unwrap_or(match self.given.instance_id {
            Some(_) => UnknownUser::Agent,
            None => UnknownUser::Refuse,
        })
    }
}

/// Parts of the node's identity that are given rather than asked for.
#[derive(Clone, Debug, Default, Args)]
pub struct GivenIdentity {
    /// The instance's id. With it the metadata service is not asked at all.
    #[arg(long)]
    pub instance_id: Option<String>,
    /// The name in the node file.
    #[arg(long)]
    pub hostname: Option<String>,
    /// The private address.
    #[arg(long)]
    pub address: Option<String>,
    /// The instance type.
    #[arg(long)]
    pub instance_type: Option<String>,
    /// CPUs.
    #[arg(long)]
    pub cpus: Option<u32>,
    /// Memory, MiB.
    #[arg(long)]
    pub memory_mib: Option<u64>,
}

/// What to do with a job whose owner the node does not know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UnknownUser {
    /// The job ends with `CANNOT_START`: nothing of a user's ever runs as root.
    Refuse,
    /// It runs as the agent's own user (machines without a user directory).
    Agent,
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
    fn an_instance_refuses_owners_it_does_not_know() {
        let parse = |extra: &[&str]| {
            let words = ["soca-agent", "run", "--config", "c", "--state", "s"].iter().chain(extra);
            match Cli::try_parse_from(words).unwrap().command {
                Command::Run(options) => options.unknown_user(),
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(parse(&[]), UnknownUser::Refuse);
        assert_eq!(parse(&["--instance-id", "i-1"]), UnknownUser::Agent);
        assert_eq!(parse(&["--instance-id", "i-1", "--unknown-user", "refuse"]), UnknownUser::Refuse);
    }
}
