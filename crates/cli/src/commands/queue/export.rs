//! `soca queue export [FILE]`: all queues as one JSON document that `soca queue import` reads back.

use super::Outcome;
use crate::{
    context::Context,
    failure::Failure,
    net::client::Client,
    queue::document::Document,
    submission::write_file,
    view::{queue::Exported, text::count},
};
use soca_wire::api::QueueSettings;

pub(super) fn run(file: Option<&str>, ctx: &mut Context<'_, '_>) -> Outcome {
    let document = Document { queues: all(&ctx.client()?)? };
    let exported = Exported(document);
    match file.filter(|file| *file != "-") {
        None => ctx.answer(&exported)?,
        Some(file) => {
            write_file(file, &exported.pretty())?;
            let queues = u32::try_from(exported.0.queues.len()).unwrap_or(u32::MAX);
            ctx.note(&format!("{} written to {file}.", count(queues, "queue")));
        }
    }
    Ok(0)
}

/// The settings of every queue there is.
pub(super) fn all(client: &Client<'_>) -> Result<Vec<QueueSettings>, Failure> {
    let names = client.queues()?.value.queues;
    names.iter().map(|queue| client.queue(&queue.name).map(|found| found.value)).collect()
}
