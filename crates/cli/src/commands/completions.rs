//! `soca completions SHELL`: made from the command line's own definition.

use super::Outcome;
use crate::{args::Cli, context::Context};
use clap::CommandFactory;
use clap_complete::Shell;

pub(super) fn run(shell: Shell, ctx: &mut Context<'_, '_>) -> Outcome {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "soca", &mut script);
    ctx.world.out.write_all(&script)?;
    Ok(0)
}
