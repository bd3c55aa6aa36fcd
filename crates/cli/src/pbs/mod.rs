//! soca under the names of PBS's commands: their options, their output, their exit statuses.

mod complain;
mod getopt;
mod id;
mod qdel;
mod qstat;
mod qsub;

use crate::{context::Context, failure::Failure, report};
use std::path::Path;

/// The command that soca is called as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "PBS's own names")]
pub enum Personality {
    Qsub,
    Qstat,
    Qdel,
}

impl Personality {
    /// By the name under which the program was started.
    pub fn of(program: &str) -> Option<Personality> {
        match Path::new(program).file_name()?.to_str()? {
            "qsub" => Some(Personality::Qsub),
            "qstat" => Some(Personality::Qstat),
            "qdel" => Some(Personality::Qdel),
            _ => None,
        }
    }

    /// Runs the command; its exit status.
    pub fn run(self, args: &[String], ctx: &mut Context<'_, '_>) -> u8 {
        let (name, outcome): (_, Result<u8, Failure>) = match self {
            Personality::Qsub => ("qsub", qsub::run(args, ctx)),
            Personality::Qstat => ("qstat", qstat::run(args, ctx)),
            Personality::Qdel => ("qdel", qdel::run(args, ctx)),
        };
        match outcome {
            Ok(status) => status,
            Err(Failure::Refused(refusal)) => complain::about(name, &refusal, ctx),
            Err(failure) => report(&failure, ctx),
        }
    }
}
