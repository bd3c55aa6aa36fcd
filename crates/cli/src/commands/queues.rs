//! `soca queues`

use super::Outcome;
use crate::{context::Context, view::queues::Queues};

pub(super) fn run(ctx: &mut Context<'_, '_>) -> Outcome {
    let queues = ctx.client()?.queues()?;
    ctx.answer(&Queues(queues))?;
    Ok(0)
}
