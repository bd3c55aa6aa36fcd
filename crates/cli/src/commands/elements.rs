//! `soca elements JOB`

use super::{Outcome, job_id};
use crate::{context::Context, view::elements::Elements};

pub(super) fn run(job: &str, ctx: &mut Context<'_, '_>) -> Outcome {
    let elements = ctx.client()?.elements(job_id(job)?)?;
    ctx.answer(&Elements(elements))?;
    Ok(0)
}
