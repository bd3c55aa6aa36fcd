//! `soca explain JOB`

use super::{Outcome, job_id};
use crate::{context::Context, view::explanation::Explained};

pub(super) fn run(job: &str, ctx: &mut Context<'_, '_>) -> Outcome {
    let explanation = ctx.client()?.explanation(job_id(job)?)?;
    ctx.answer(&Explained(explanation))?;
    Ok(0)
}
