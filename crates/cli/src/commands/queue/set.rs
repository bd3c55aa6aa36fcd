//! `soca queue set NAME KEY=VALUE…`: reads the settings, changes them, and sends all of them.

use super::Outcome;
use crate::{
    context::Context,
    failure::Failure,
    net::client::Client,
    queue::{changes::Changed, keys},
    view::queue::Set,
};
use soca_domain::{QueueName, queue::QueuePolicy};
use soca_wire::{api::QueueSettings, convert};
use std::collections::BTreeMap;

pub(super) fn run(name: &str, create: bool, settings: &[String], ctx: &mut Context<'_, '_>) -> Outcome {
    // What cannot be right is told before anything is asked for.
    apply(&mut open(&name.parse()?), settings)?;
    let client = ctx.client()?;
    let old = find(name, create, &client)?;
    let mut new = match &old {
        Some(old) => old.clone(),
        None => open(&name.parse()?),
    };
    apply(&mut new, settings)?;
    let reply = client.put_queue(&new)?;
    let changed = Changed::between(old.as_ref(), &reply.value);
    ctx.answer(&Set { changed, raw: reply.raw })?;
    Ok(0)
}

/// The queue as it is; none when it is to be made.
fn find(name: &str, create: bool, client: &Client<'_>) -> Result<Option<QueueSettings>, Failure> {
    match client.queue(name) {
        Ok(found) => Ok(Some(found.value)),
        Err(failure) if failure.code() == "UNKNOWN_QUEUE" && create => Ok(None),
        Err(failure) if failure.code() == "UNKNOWN_QUEUE" => Err(uncreated(name, &failure)),
        Err(failure) => Err(failure),
    }
}

fn uncreated(name: &str, failure: &Failure) -> Failure {
    let remedy = failure.refusal().map_or("", |refusal| &refusal.body.remedy);
    Failure::new(
        "UNKNOWN_QUEUE",
        format!("There is no queue \"{}\".", soca_domain::id::shorten(name)),
        format!("{remedy} Or make it with --create."),
    )
}

/// A queue without rules.
fn open(name: &QueueName) -> QueueSettings {
    convert::queue_settings(&QueuePolicy::open(name.clone(), ""), BTreeMap::new())
}

fn apply(to: &mut QueueSettings, settings: &[String]) -> Result<(), Failure> {
    for setting in settings {
        let Some((key, value)) = setting.split_once('=') else {
            return Err(Failure::usage(
                format!("\"{}\" is not of the form KEY=VALUE.", soca_domain::id::shorten(setting)),
                "Write for example max_running_jobs=50, or max_running_jobs= for no limit.",
            ));
        };
        keys::set(to, key, value)?;
    }
    Ok(())
}
