//! `soca logs JOB`: what a job has said so far, or until its end.

use super::{Outcome, job_id};
use crate::{
    args::Logs,
    context::Context,
    failure::Failure,
    follow::{self, Ending, Sinks},
    net::{
        client::Client,
        logs::{Stream, Tail},
    },
};
use soca_domain::JobId;

pub(super) fn run(options: &Logs, ctx: &mut Context<'_, '_>) -> Outcome {
    let (job, element) = target(options)?;
    let client = ctx.client()?;
    let stream = if options.stderr { Stream::Stderr } else { Stream::Stdout };
    if options.follow {
        let ending = follow::run(job, &client, Sinks::one(stream, element), ctx)?;
        return Ok(if ending == Ending::Detached { follow::DETACHED } else { 0 });
    }
    print(Tail::new(job, stream, element), &client, ctx)
}

fn print(mut tail: Tail, client: &Client<'_>, ctx: &mut Context<'_, '_>) -> Outcome {
    let mut taken = Vec::new();
    let (json, out) = (ctx.json, &mut *ctx.world.out);
    let mut give = |bytes: &[u8]| {
        if json {
            taken.extend_from_slice(bytes);
            return Ok(());
        }
        out.write_all(bytes)
    };
    tail.read(client, &mut give)?;
    if json {
        let text = String::from_utf8_lossy(&taken);
        let object =
            serde_json::json!({"attempt": tail.attempt(), "complete": tail.is_complete(), "text": text});
        writeln!(ctx.world.out, "{object}")?;
    }
    ctx.world.out.flush()?;
    Ok(0)
}

/// The job and the element: `1042`, `1042[17]`, or `1042 --element 17`.
fn target(options: &Logs) -> Result<(JobId, Option<u32>), Failure> {
    let bracket = options.job.split_once('[').and_then(|(job, rest)| {
        let index = rest.split(']').next()?.parse::<u32>().ok()?;
        Some((job, index))
    });
    match bracket {
        Some((job, index)) => Ok((job_id(job)?, Some(options.element.unwrap_or(index)))),
        None => Ok((job_id(&options.job)?, options.element)),
    }
}
