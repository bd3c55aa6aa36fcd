//! `soca status JOB`

use super::{Outcome, job_id};
use crate::{context::Context, view::card::Card};

pub(super) fn run(job: &str, ctx: &mut Context<'_, '_>) -> Outcome {
    let job = ctx.client()?.job(job_id(job)?)?;
    ctx.answer(&Card(job))?;
    Ok(0)
}
