//! The commands, one file each.

mod change;
mod completions;
mod doctor;
mod elements;
mod explain;
mod list;
mod login;
mod logout;
mod logs;
mod nodes;
mod price;
mod project;
mod queue;
mod queues;
mod script;
mod simulate;
mod status;
mod submit;
pub(crate) mod version;
mod whoami;

use crate::{args::Command, context::Context, failure::Failure};
use soca_domain::JobId;

/// What a command comes to: an exit status, or why not.
pub type Outcome = Result<u8, Failure>;

/// Runs a command.
///
/// # Errors
/// It was refused, or its output cannot be written.
pub fn run(command: &Command, ctx: &mut Context<'_, '_>) -> Outcome {
    if let Some((change, jobs)) = command.change() {
        return change::run(change, &jobs.jobs, ctx);
    }
    match command {
        Command::Login(options) => login::run(options, ctx),
        Command::Logout => logout::run(ctx),
        Command::Whoami => whoami::run(ctx),
        Command::Submit(options) => submit::run(options, ctx),
        Command::Status(options) => status::run(&options.job, ctx),
        Command::List(options) => list::run(options, ctx),
        Command::Logs(options) => logs::run(options, ctx),
        Command::Explain(options) => explain::run(&options.job, ctx),
        Command::Elements(options) => elements::run(&options.job, ctx),
        Command::Nodes => nodes::run(nodes::What::Nodes, ctx),
        Command::Stacks => nodes::run(nodes::What::Stacks, ctx),
        Command::Queues => queues::run(ctx),
        Command::Queue(options) => queue::run(&options.command, ctx),
        Command::Project(options) => project::run(&options.command, ctx),
        Command::Price(options) => price::run(options, ctx),
        Command::Doctor => doctor::run(ctx),
        Command::Script(options) => script::run(options, ctx),
        Command::Simulate(options) => simulate::run(options, ctx),
        Command::Completions { shell } => completions::run(*shell, ctx),
        _ => version::run(ctx),
    }
}

/// A job's number as people type it.
fn job_id(text: &str) -> Result<JobId, Failure> {
    text.parse::<JobId>().map_err(Failure::from)
}
