//! `soca submit`: reads the script, sends it, and follows the job if asked to.

use super::Outcome;
use crate::{
    args::Submit,
    context::Context,
    failure::Failure,
    follow,
    net::client::{Answered, Client},
    submission::{Line, Submission},
    view::{
        failure::warning,
        submitted::{Submitted, quote},
        text::plain,
    },
};
use soca_domain::JobId;
use soca_wire::api::{Job, SubmitReply};

pub(super) fn run(options: &Submit, ctx: &mut Context<'_, '_>) -> Outcome {
    let line = Line::read(&options.rest)?;
    let Some(file) = &line.file else {
        return Err(Failure::usage(
            "Which script to submit is not said.",
            "Name a file, or - for standard input.",
        ));
    };
    let client = ctx.client()?;
    let submission = Submission::prepare(file, line.options.clone(), &client, ctx)?;
    let reply = submission.send(&client, options.dry_run)?;
    for it in &reply.value.warnings {
        let text = warning(it, &submission.file, ctx.err_style());
        ctx.note(text.trim_end());
    }
    match (&reply.value.job, options.follow) {
        (Some(job), true) => follow_it(&job.clone(), &reply.value, &client, ctx),
        _ => answer(reply, ctx),
    }
}

fn answer(reply: Answered<SubmitReply>, ctx: &mut Context<'_, '_>) -> Outcome {
    if let Some(job) = &reply.value.job {
        let job = job.clone();
        ctx.note(&accepted(&job, &reply.value));
        ctx.note(&format!("Follow it: soca logs -f {}", job.id));
    }
    ctx.answer(&Submitted(reply))?;
    Ok(0)
}

fn follow_it(job: &Job, reply: &SubmitReply, client: &Client<'_>, ctx: &mut Context<'_, '_>) -> Outcome {
    ctx.note(&accepted(job, reply));
    let sinks = follow::Sinks::both(ctx.json);
    follow::to_the_end(JobId(job.id), client, sinks, ctx)
}

fn accepted(job: &Job, reply: &SubmitReply) -> String {
    let again = if reply.repeated { " (it was there already)" } else { "" };
    format!(
        "Job {} ({}) is in queue {}{again}. {}",
        job.id,
        plain(&job.name),
        plain(&job.queue),
        quote(reply.quote_micro_usd)
    )
}
