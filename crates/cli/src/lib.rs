//! The `soca` command as a library: the command line in, text and an exit status out.
//!
//! Everything outside the program is a [`world::World`], so that a test can run any command in its own. `args` is the
//! command line, `commands` has a file for each command, `pbs` answers as qsub, qstat and qdel, `queue` knows queues'
//! settings and files, `follow` watches a job,
//! `net` speaks HTTP, `session` knows who is signed in where, and `view` is how answers look.

pub mod args;
pub mod clock;
pub mod commands;
pub mod context;
pub mod failure;
pub mod follow;
pub mod interrupt;
pub mod net;
pub mod pbs;
pub mod project;
pub mod queue;
pub mod secret;
pub mod session;
pub mod submission;
pub mod view;
pub mod world;

use args::{Cli, Command, Global};
use clap::Parser;
use context::Context;
use failure::{FAILED, Failure, USAGE};
use std::{ffi::OsString, io};
use world::World;

/// The status of a program whose reader went away, as a shell reports it.
const READER_GONE: u8 = 141;

/// Runs a command line; the exit status.
pub fn run(args: Vec<OsString>, world: &mut World<'_>) -> u8 {
    let args: Result<Vec<String>, OsString> = args.into_iter().map(OsString::into_string).collect();
    let Ok(args) = args else {
        let failure = Failure::usage("The command line is not text.", "Rename the file to a name in UTF-8.");
        return report(&failure, &mut Context::new(&Global::default(), world));
    };
    if let Some(personality) = args.first().and_then(|name| pbs::Personality::of(name)) {
        return personality.run(&args[1..], &mut Context::new(&Global::default(), world));
    }
    match Cli::try_parse_from(args::split::arrange(args)) {
        Ok(cli) => dispatch(&cli, &mut Context::new(&cli.global, world)),
        Err(error) => print_usage(&error, world),
    }
}

fn dispatch(cli: &Cli, ctx: &mut Context<'_, '_>) -> u8 {
    let outcome = match &cli.command {
        Command::Qsub(raw) => return pbs::Personality::Qsub.run(&raw.rest, ctx),
        Command::Qstat(raw) => return pbs::Personality::Qstat.run(&raw.rest, ctx),
        Command::Qdel(raw) => return pbs::Personality::Qdel.run(&raw.rest, ctx),
        command => commands::run(command, ctx),
    };
    outcome.unwrap_or_else(|failure| report(&failure, ctx))
}

/// Tells why a command failed; the exit status.
pub fn report(failure: &Failure, ctx: &mut Context<'_, '_>) -> u8 {
    let refusal = match failure {
        Failure::Output(error) if error.kind() == io::ErrorKind::BrokenPipe => return READER_GONE,
        Failure::Output(error) => {
            ctx.tell(&format!("error[OUTPUT]: The output cannot be written: {error}.\n"));
            return FAILED;
        }
        Failure::Refused(refusal) => refusal,
    };
    ctx.tell(&view::failure::refusal(refusal, ctx.err_style()));
    if ctx.json {
        let _ = writeln!(ctx.world.out, "{}", view::failure::json(refusal));
    }
    refusal.exit
}

/// Prints help where it belongs, and complaints about the command line to standard error.
fn print_usage(error: &clap::Error, world: &mut World<'_>) -> u8 {
    let text = error.render();
    if error.use_stderr() {
        let _ = write!(world.err, "{text}");
        return USAGE;
    }
    let _ = write!(world.out, "{text}");
    0
}
