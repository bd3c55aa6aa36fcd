//! `qdel JOB…`

use super::{
    complain::{self, status},
    getopt,
    id::{self, Named},
};
use crate::{
    context::Context,
    failure::{FAILED, Failure},
    net::{api::Change, client::Client},
};

const USAGE: &str = "usage: qdel [-W force] [-x] JOB_ID...";

pub(super) fn run(args: &[String], ctx: &mut Context<'_, '_>) -> Result<u8, Failure> {
    let given = getopt::read(args, "W:x", USAGE)?;
    if given.operands.is_empty() {
        return Err(Failure::usage("No job is named.", USAGE));
    }
    let client = ctx.client()?;
    let mut last = 0;
    for text in &given.operands {
        match delete(text, &client, ctx)? {
            0 => {}
            failed => last = failed,
        }
    }
    Ok(last)
}

/// Cancels one job; what that failed with.
fn delete(text: &str, client: &Client<'_>, ctx: &mut Context<'_, '_>) -> Result<u8, Failure> {
    let Some(named) = Named::read(text) else {
        ctx.tell(&format!("qdel: illegally formed job identifier: {}\n", soca_domain::id::shorten(text)));
        return Ok(FAILED);
    };
    if named.element.is_some() {
        ctx.tell(&format!("qdel: soca cancels whole arrays only: qdel {}[]\n", named.job));
        return Ok(FAILED);
    }
    match client.change(named.job, Change::Cancel) {
        Ok(_) => Ok(0),
        Err(Failure::Refused(refusal)) => Ok(match refusal.body.code.as_str() {
            "JOB_NOT_FOUND" => {
                ctx.tell(&format!("qdel: Unknown Job Id {}\n", id::full(text)));
                status::UNKNOWN_JOB
            }
            "JOB_ENDED" => {
                ctx.tell(&format!("qdel: Job has finished {}\n", id::full(text)));
                status::FINISHED
            }
            _ => complain::about("qdel", &refusal, ctx),
        }),
        Err(failure) => Err(failure),
    }
}
