//! Follows a job to its end: polls its state, passes its output on, and says what goes on meanwhile.

mod pace;
mod progress;
mod round;
mod sinks;
mod verdict;

pub use sinks::Sinks;
pub use verdict::exit_status;

use crate::{context::Context, failure::Failure, net::client::Client};
use pace::{Pace, Trouble};
use progress::Progress;
use round::Round;
use soca_domain::JobId;
use soca_wire::api::Job;

/// The status after Ctrl-C, as a shell reports it.
pub const DETACHED: u8 = 130;

/// How following ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending {
    /// The job has ended.
    Over(Box<Job>),
    /// The output that was asked for is complete.
    Complete,
    /// Somebody pressed Ctrl-C; the job goes on.
    Detached,
}

/// Follows a job, says how it ended, and returns its exit status.
///
/// # Errors
/// The API refuses, or cannot be reached for minutes.
pub fn to_the_end(
    job: JobId,
    client: &Client<'_>,
    sinks: Sinks,
    ctx: &mut Context<'_, '_>,
) -> Result<u8, Failure> {
    match run(job, client, sinks, ctx)? {
        Ending::Over(job) => {
            ctx.note(&verdict::summary(&job, ctx.err_style()));
            if ctx.json {
                writeln!(ctx.world.out, "{}", verdict::json(&job))?;
            }
            Ok(exit_status(&job))
        }
        Ending::Complete => Ok(0),
        Ending::Detached => Ok(DETACHED),
    }
}

/// Follows a job.
///
/// # Errors
/// The API refuses, or cannot be reached for minutes.
pub fn run(
    job: JobId,
    client: &Client<'_>,
    sinks: Sinks,
    ctx: &mut Context<'_, '_>,
) -> Result<Ending, Failure> {
    ctx.world.interrupts.watch()?;
    let mut progress = Progress::new(job, ctx);
    let mut round = Round::new(job, sinks);
    let (mut pace, mut trouble) = (Pace::default(), Trouble::default());
    loop {
        let outcome = round.go(client, &mut progress, ctx);
        match outcome {
            Ok(Some(ending)) => {
                progress.clear(ctx);
                return Ok(ending);
            }
            Ok(None) => trouble.is_over(),
            Err(failure) => {
                let first = trouble.bear(failure, ctx.world.clock.now(), job)?;
                if first {
                    progress.say("the connection is gone; trying again", ctx);
                }
            }
        }
        if progress.changed() {
            pace.reset();
        }
        if pace.pause(&mut progress, ctx) {
            progress.clear(ctx);
            ctx.tell(&format!(
                "Detached: job {job} goes on. Follow it again with soca logs -f {job}, cancel it with soca cancel {job}\n"
            ));
            return Ok(Ending::Detached);
        }
    }
}
