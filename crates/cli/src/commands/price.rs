//! `soca price TYPE [--nodes N] [--walltime W]`

use super::Outcome;
use crate::{args::Price, context::Context, view::price::Priced};
use soca_domain::time::parse_walltime;

pub(super) fn run(options: &Price, ctx: &mut Context<'_, '_>) -> Outcome {
    let walltime = options.walltime.as_deref().map(parse_walltime).transpose()?;
    let client = ctx.client()?;
    let price = client.price(&options.instance_type, options.nodes, walltime.map(|w| w.as_secs()))?;
    ctx.answer(&Priced { price, walltime })?;
    Ok(0)
}
