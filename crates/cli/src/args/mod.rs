//! The command line of `soca`.

mod examples;
mod project;
mod queue;
mod simulate;
pub mod split;

pub use project::{Project, ProjectCommand};
pub use queue::{Queue, QueueCommand};
pub use simulate::{CapacityKind, Simulate};

use crate::net::api::Change;
use clap::{ArgAction, Args, Parser, Subcommand, builder::PossibleValuesParser};
use clap_complete::Shell;

/// The states of a job, and two words for several of them.
pub const STATES: [&str; 14] = [
    "held",
    "queued",
    "provisioning",
    "starting",
    "running",
    "completing",
    "completed",
    "failed",
    "cancelled",
    "timed_out",
    "node_failed",
    "waiting",
    "active",
    "ended",
];

/// Run batch jobs on capacity that is made for each of them and gone afterwards.
#[derive(Debug, Parser)]
#[command(name = "soca", version, disable_help_subcommand = true, after_help = examples::SOCA)]
pub struct Cli {
    /// What every command takes.
    #[command(flatten)]
    pub global: Global,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What every command takes.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Everywhere")]
pub struct Global {
    /// The cluster's address; default: $SOCA_ENDPOINT, then the one of the last sign-in.
    #[arg(long, global = true, value_name = "URL")]
    pub endpoint: Option<String>,
    /// Print the API's reply, one JSON object.
    #[arg(long, global = true)]
    pub json: bool,
    /// Print ids only, and no messages.
    #[arg(long, global = true)]
    pub quiet: bool,
    /// Print without colours; so does $NO_COLOR.
    #[arg(long, global = true)]
    pub no_color: bool,
}

/// What the program can do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Sign in to a cluster.
    #[command(after_help = examples::LOGIN)]
    Login(Login),
    /// Forget the sign-in.
    #[command(after_help = examples::LOGOUT)]
    Logout,
    /// Show who is signed in.
    #[command(after_help = examples::WHOAMI)]
    Whoami,
    /// Submit a job script.
    #[command(after_help = examples::SUBMIT, override_usage = "soca submit [OPTIONS] [QSUB OPTIONS] FILE|-", disable_help_flag = true)]
    Submit(Submit),
    /// Show everything about a job.
    #[command(after_help = examples::STATUS)]
    Status(OneJob),
    /// List jobs, newest first.
    #[command(after_help = examples::LIST)]
    List(List),
    /// Print a job's output.
    #[command(after_help = examples::LOGS)]
    Logs(Logs),
    /// Tell why a job waits, or why it ended as it did.
    #[command(after_help = examples::EXPLAIN)]
    Explain(OneJob),
    /// Show how the elements of an array stand.
    #[command(after_help = examples::ELEMENTS)]
    Elements(OneJob),
    /// Cancel jobs.
    #[command(after_help = examples::CANCEL)]
    Cancel(Jobs),
    /// Keep waiting jobs from starting.
    #[command(after_help = examples::HOLD)]
    Hold(Jobs),
    /// Let held jobs start.
    #[command(after_help = examples::RELEASE)]
    Release(Jobs),
    /// List the nodes that are up.
    #[command(after_help = examples::NODES)]
    Nodes,
    /// List the stacks of nodes.
    #[command(after_help = examples::STACKS)]
    Stacks,
    /// List the queues, their limits and their load.
    #[command(after_help = examples::QUEUES)]
    Queues,
    /// Show, change, import and export queues.
    #[command(after_help = examples::QUEUE)]
    Queue(Queue),
    /// Show and change projects and their budgets.
    #[command(after_help = examples::PROJECT)]
    Project(Project),
    /// Show what an instance type has and costs.
    #[command(after_help = examples::PRICE)]
    Price(Price),
    /// Check this machine's configuration, the connection and the sign-in.
    #[command(after_help = examples::DOCTOR)]
    Doctor,
    /// Work on job scripts without a cluster.
    #[command(after_help = examples::SCRIPT)]
    Script(Script),
    /// Replay a log of jobs under scheduling policies, without a cluster.
    #[command(after_help = examples::SIMULATE)]
    Simulate(Simulate),
    /// Print a completion script for a shell.
    #[command(after_help = examples::COMPLETIONS)]
    Completions {
        /// Which shell.
        shell: Shell,
    },
    /// Print this program's version.
    #[command(after_help = examples::VERSION)]
    Version,
    /// Submit as PBS's qsub does.
    #[command(after_help = examples::QSUB, disable_help_flag = true)]
    Qsub(Raw),
    /// Show jobs as PBS's qstat does.
    #[command(after_help = examples::QSTAT, disable_help_flag = true)]
    Qstat(Raw),
    /// Cancel jobs as PBS's qdel does.
    #[command(after_help = examples::QDEL, disable_help_flag = true)]
    Qdel(Raw),
}

impl Command {
    /// The change and the jobs, if the command changes jobs.
    pub fn change(&self) -> Option<(Change, &Jobs)> {
        match self {
            Command::Cancel(jobs) => Some((Change::Cancel, jobs)),
            Command::Hold(jobs) => Some((Change::Hold, jobs)),
            Command::Release(jobs) => Some((Change::Release, jobs)),
            _ => None,
        }
    }
}

/// Options of `login`.
#[derive(Debug, Args)]
pub struct Login {
    /// The user's name; asked for if it is not given.
    #[arg(long)]
    pub user: Option<String>,
    /// Read the password from standard input; if it must be changed, the new one is the second line.
    #[arg(long)]
    pub password_stdin: bool,
}

/// Options of `submit`.
#[derive(Debug, Args)]
pub struct Submit {
    /// Wait for the job's end, show its output, and end with its status.
    #[arg(short, long, visible_alias = "wait")]
    pub follow: bool,
    /// Check the job and tell what it would cost; submit nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// Print help.
    #[arg(long, action = ArgAction::Help)]
    pub help: Option<bool>,
    /// The script, and options as qsub takes them, before or after it; they win over the script's directives.
    #[arg(last = true, hide = true)]
    pub rest: Vec<String>,
}

/// A job.
#[derive(Debug, Args)]
pub struct OneJob {
    /// The job's number.
    pub job: String,
}

/// Jobs.
#[derive(Debug, Args)]
pub struct Jobs {
    /// The jobs' numbers.
    #[arg(required = true, value_name = "JOB")]
    pub jobs: Vec<String>,
}

/// Options of `list`.
#[derive(Debug, Args)]
pub struct List {
    /// Everybody's jobs; for administrators.
    #[arg(long)]
    pub all: bool,
    /// Only jobs in this state.
    #[arg(long, value_parser = PossibleValuesParser::new(STATES))]
    pub state: Option<String>,
    /// At most so many.
    #[arg(long, default_value_t = 20, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub limit: u32,
}

/// Options of `logs`.
#[derive(Debug, Args)]
pub struct Logs {
    /// Go on until the job has ended.
    #[arg(short, long)]
    pub follow: bool,
    /// Standard error instead of standard output.
    #[arg(long)]
    pub stderr: bool,
    /// Of this element of an array.
    #[arg(long, value_name = "N")]
    pub element: Option<u32>,
    /// The job's number; `1042[17]` is element 17 of job 1042.
    pub job: String,
}

/// Options of `price`.
#[derive(Debug, Args)]
pub struct Price {
    /// The instance type.
    #[arg(value_name = "TYPE")]
    pub instance_type: String,
    /// So many of them.
    #[arg(long, default_value_t = 1, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=2_000))]
    pub nodes: u32,
    /// For so long: HH:MM:SS.
    #[arg(long, value_name = "W")]
    pub walltime: Option<String>,
}

/// Commands about scripts.
#[derive(Debug, Args)]
pub struct Script {
    /// Which.
    #[command(subcommand)]
    pub command: ScriptCommand,
}

/// What can be done with a script.
#[derive(Debug, Subcommand)]
pub enum ScriptCommand {
    /// Tell whether soca understands a script, and what it reads from it.
    #[command(after_help = examples::SCRIPT)]
    Check {
        /// The script, or - for standard input.
        file: String,
    },
}

/// Arguments in another program's grammar.
#[derive(Debug, Args)]
pub struct Raw {
    /// As the other program takes them.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "ARGUMENTS")]
    pub rest: Vec<String>,
}
