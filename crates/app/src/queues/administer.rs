//! Making, changing and removing queues, which only administrators do.

use super::load;
use crate::{
    Caller,
    error::Error,
    ports::{Store, Write},
    settings::Settings,
    transition::Mover,
};
use soca_directives::{Preset, check_parameter, read_presets};
use soca_domain::{Code, Fault, QueueName, limit::CounterScope, queue::QueuePolicy};

/// Makes a queue, or gives one other rules; jobs that the new rules let start do so at once.
///
/// # Errors
/// `ADMIN_ONLY`, or everything that is wrong with the rules.
pub async fn put(
    mover: &Mover<'_>,
    settings: &Settings,
    caller: &Caller,
    policy: &QueuePolicy,
) -> Result<(), Error> {
    only_administrators(caller)?;
    let mut faults = policy.check();
    faults.extend(names(policy));
    if !faults.is_empty() {
        return Err(Error::Refused(faults));
    }
    // A new cluster's own queues are made first, or this one would be the only one.
    load(mover.store, settings).await?;
    mover.store.commit(vec![Write::PutQueue(policy.clone())]).await?;
    tracing::info!(queue.name = %policy.name, user.name = %caller.user, "queue set");
    mover.rules_changed("queue", policy.name.as_str()).await;
    Ok(())
}

/// Removes a queue without jobs; its rules as they were.
///
/// # Errors
/// `ADMIN_ONLY`, `UNKNOWN_QUEUE`, or `QUEUE_IN_USE`, also for the last queue.
pub async fn remove(
    store: &dyn Store,
    settings: &Settings,
    caller: &Caller,
    name: &QueueName,
) -> Result<QueuePolicy, Error> {
    only_administrators(caller)?;
    let policy = super::find(store, settings, name).await?;
    let usage = store.usage(&CounterScope::Queue(name.clone())).await?;
    let waits = !store.queue_heads(name, 1, 1).await?.is_empty();
    if waits || usage.jobs > 0 || !store.held_jobs(name, 1).await?.is_empty() {
        return Err(Error::refused(
            Code::QueueInUse,
            format!("Queue {name} has jobs."),
            "Let them end or cancel them (soca list --all --state active shows them), then remove the queue.",
        ));
    }
    if super::open(store, settings).await?.len() < 2 {
        return Err(Error::refused(
            Code::QueueInUse,
            format!("Queue {name} is the only one there is."),
            "Make another queue first.",
        ));
    }
    // A job may be taken in between the look and this write, so the rules stay for it.
    let closed = QueuePolicy { closed: true, ..policy.clone() };
    store.commit(vec![Write::PutQueue(closed)]).await?;
    tracing::info!(queue.name = %name, user.name = %caller.user, "queue removed");
    Ok(policy)
}

/// Refuses everybody else, before anything that was sent is looked at.
///
/// # Errors
/// `ADMIN_ONLY`.
pub fn only_administrators(caller: &Caller) -> Result<(), Error> {
    if caller.admin {
        return Ok(());
    }
    Err(Error::refused(
        Code::AdminOnly,
        format!("{} is no administrator, and only administrators change queues.", caller.user),
        "Ask an administrator; soca whoami shows who you are.",
    ))
}

/// Names of parameters, security groups and profiles that could never match a job's, which is what a slip does.
fn names(policy: &QueuePolicy) -> Vec<Fault> {
    let parameters =
        policy.restricted_parameters.iter().map(|name| ("restricted_parameters", check_parameter(name)));
    let groups = policy
        .allowed_security_groups
        .iter()
        .map(|id| ("allowed_security_group_ids", value("security_groups", id)));
    let profiles = policy
        .allowed_instance_profiles
        .iter()
        .map(|name| ("allowed_instance_profiles", value("instance_profile", name)));
    let all = parameters.chain(groups).chain(profiles);
    let wrong = all.filter_map(|(key, outcome)| Some((key, outcome.err()?)));
    wrong.map(|(key, fault)| Fault { message: format!("{key}: {}", fault.message), ..fault }).collect()
}

/// Whether a job could ask for exactly this.
fn value(name: &str, value: &str) -> Result<(), Fault> {
    let preset = Preset { name, value, line: 0, column: 1 };
    let first = |faults: Vec<Fault>| faults.into_iter().next();
    match read_presets(&[preset]).map_err(first) {
        Err(Some(fault)) => Err(fault),
        _ if value.contains('+') && name == "security_groups" => Err(Fault::new(
            Code::BadValue,
            "Two security groups are in one entry.",
            "Write each as an entry of its own.",
        )),
        _ => Ok(()),
    }
}
