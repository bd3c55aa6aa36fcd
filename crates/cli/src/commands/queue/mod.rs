//! `soca queue …`: looking at queues, and changing them.

mod export;
mod import;
mod set;

use super::{Outcome, queues};
use crate::{args::QueueCommand, context::Context, view::queue::Card};

pub(super) fn run(command: &QueueCommand, ctx: &mut Context<'_, '_>) -> Outcome {
    match command {
        QueueCommand::List => queues::run(ctx),
        QueueCommand::Show { name } => show(name, ctx),
        QueueCommand::Set { name, create, settings } => set::run(name, *create, settings, ctx),
        QueueCommand::Remove { name } => remove(name, ctx),
        QueueCommand::Import { file, dry_run, skip_unsupported } => {
            import::run(file, import::How { dry_run: *dry_run, skip: *skip_unsupported }, ctx)
        }
        QueueCommand::Export { file } => export::run(file.as_deref(), ctx),
    }
}

fn show(name: &str, ctx: &mut Context<'_, '_>) -> Outcome {
    let settings = ctx.client()?.queue(name)?;
    ctx.answer(&Card(settings))?;
    Ok(0)
}

/// Shows what was removed, so that a slip can be mended.
fn remove(name: &str, ctx: &mut Context<'_, '_>) -> Outcome {
    let settings = ctx.client()?.remove_queue(name)?;
    ctx.note(&format!("Queue {} is removed. It was:", settings.value.name));
    ctx.answer(&Card(settings))?;
    Ok(0)
}
