//! `qsub [options] [FILE|-]`: prints the id and nothing else; with `-W block=true` waits and takes over the status.

use super::id;
use crate::{
    commands::version,
    context::Context,
    failure::Failure,
    follow::{self, Sinks},
    net::client::Client,
    submission::{Line, Submission},
    view::failure::warning,
};
use soca_domain::JobId;
use soca_wire::api::{Job, SubmitReply};

/// Options that are carried out here, whatever the reader of scripts says about them.
const OURS: [&str; 3] = ["block", "-z", "-f"];

pub(super) fn run(args: &[String], ctx: &mut Context<'_, '_>) -> Result<u8, Failure> {
    if args.first().is_some_and(|arg| arg == "--version") {
        return version::run(ctx);
    }
    let line = Line::read(args)?;
    let client = ctx.client()?;
    let submission = Submission::prepare(line.file.as_deref().unwrap_or("-"), line.options, &client, ctx)?;
    let reply = submission.send(&client, false)?.value;
    warn(&reply, &submission, ctx);
    let Some(job) = &reply.job else {
        return Err(Failure::new(
            "BAD_REPLY",
            "The API did not name the new job.",
            "See whether it is there: qstat",
        ));
    };
    if !is_silent(&submission) {
        writeln!(ctx.world.out, "{}", id::of(job))?;
        ctx.world.out.flush()?;
    }
    if is_blocking(&submission) { wait(job, &client, ctx) } else { Ok(0) }
}

fn warn(reply: &SubmitReply, submission: &Submission, ctx: &mut Context<'_, '_>) {
    for it in reply.warnings.iter().filter(|it| !OURS.contains(&it.name.as_str())) {
        let text = warning(it, &submission.file, ctx.err_style());
        ctx.note(&format!("qsub: {}", text.trim_end()));
    }
}

fn wait(job: &Job, client: &Client<'_>, ctx: &mut Context<'_, '_>) -> Result<u8, Failure> {
    // PBS waits without a word.
    let quiet = std::mem::replace(&mut ctx.quiet, true);
    let status = follow::to_the_end(JobId(job.id), client, Sinks::none(), ctx);
    ctx.quiet = quiet;
    status
}

/// `-z`
fn is_silent(submission: &Submission) -> bool {
    submission.parsed.warnings.iter().any(|it| it.name == "-z")
}

/// `-W block=true`, on the command line or in the script.
fn is_blocking(submission: &Submission) -> bool {
    let lines: Vec<&str> = submission.parsed.text.lines().collect();
    let says_so = |text: &str| {
        text.replace([' ', '"', '\''], "").split(['=', ',', 'W']).collect::<Vec<_>>().windows(2).any(|pair| {
            pair[0] == "block"
                && matches!(pair[1].to_ascii_lowercase().as_str(), "true" | "t" | "y" | "yes" | "1")
        })
    };
    let in_script = submission.parsed.warnings.iter().filter(|it| it.name == "block" && it.line > 0);
    let mut written = in_script.filter_map(|it| lines.get(it.line as usize - 1).copied());
    let given = submission.parsed.warnings.iter().any(|it| it.name == "block" && it.line == 0);
    written.any(says_so) || (given && submission.request.options.iter().any(|option| says_so(option)))
}
