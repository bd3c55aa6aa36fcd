//! `soca queue import FILE`: reads a file of queues, and sends them only when all of it can be read.

use super::{Outcome, export};
use crate::{
    context::Context,
    failure::Failure,
    net::client::Client,
    queue::{
        changes::Changed,
        import::{self, Imported, keep_ours},
        settle::settled,
    },
    submission::{STDIN, read_file},
    view::{failure::warning, queue::Changes, text::count},
};
use soca_wire::api::QueueSettings;

/// How to import.
#[derive(Clone, Copy)]
pub(super) struct How {
    /// Change nothing.
    pub(super) dry_run: bool,
    /// Leave out what soca cannot do.
    pub(super) skip: bool,
}

pub(super) fn run(file: &str, how: How, ctx: &mut Context<'_, '_>) -> Outcome {
    let (bytes, _) = read_file(file, ctx.world)?;
    let file = if file == "-" { STDIN } else { file };
    let imported = import::read(&bytes, how.skip).map_err(|faults| Failure::of_faults(faults).about(file))?;
    for it in &imported.warnings {
        let text = warning(it, file, ctx.err_style());
        ctx.note(text.trim_end());
    }
    let client = ctx.client()?;
    let steps = steps(imported, &export::all(&client)?).map_err(|failure| failure.about(file))?;
    if !how.dry_run {
        send(&steps, &client, ctx)?;
    }
    let queues = steps.into_iter().map(|(_, changed)| changed).collect();
    ctx.answer(&Changes { dry_run: how.dry_run, queues })?;
    Ok(0)
}

/// What each queue becomes, and what that changes.
fn steps(imported: Imported, current: &[QueueSettings]) -> Result<Vec<(QueueSettings, Changed)>, Failure> {
    let (mut steps, mut faults) = (Vec::new(), Vec::new());
    for mut new in imported.queues {
        let old = current.iter().find(|queue| queue.name == new.name);
        if let (false, Some(old)) = (imported.whole, old) {
            keep_ours(&mut new, old);
        }
        match settled(&new) {
            Ok(new) => {
                let changed = Changed::between(old, &new);
                steps.push((new, changed));
            }
            Err(wrong) => faults.extend(wrong),
        }
    }
    if faults.is_empty() { Ok(steps) } else { Err(Failure::of_faults(faults)) }
}

/// Sends what changes anything.
fn send(
    steps: &[(QueueSettings, Changed)],
    client: &Client<'_>,
    ctx: &mut Context<'_, '_>,
) -> Result<(), Failure> {
    let pending = steps.iter().filter(|(_, changed)| !changed.is_nothing());
    for (sent, (settings, _)) in (0u32..).zip(pending) {
        if let Err(failure) = client.put_queue(settings) {
            if sent > 0 {
                let done = count(sent, "queue");
                ctx.note(&format!("Changed before: {done}. Import the file again to go on."));
            }
            return Err(failure);
        }
    }
    Ok(())
}
