//! `soca nodes` and `soca stacks`: two looks at the same reply.

use super::Outcome;
use crate::{
    context::Context,
    view::nodes::{Nodes, Stacks},
};

/// Which look.
pub(super) enum What {
    Nodes,
    Stacks,
}

pub(super) fn run(what: What, ctx: &mut Context<'_, '_>) -> Outcome {
    let stacks = ctx.client()?.stacks()?;
    match what {
        What::Nodes => ctx.answer(&Nodes(stacks))?,
        What::Stacks => ctx.answer(&Stacks(stacks))?,
    }
    Ok(0)
}
