//! Queues as the table has them; a new cluster's first reader puts the initial ones there. Administrators change them.

mod administer;
pub mod defaults;

pub use administer::{only_administrators, put, remove};

use crate::{
    error::Error,
    ports::{Store, StoreError, Write},
    settings::Settings,
};
use soca_domain::{
    QueueName,
    limit::{CounterScope, Usage},
    queue::{QueuePolicy, initial_queues},
};

/// The queues that take jobs, by name.
pub async fn open(store: &dyn Store, settings: &Settings) -> Result<Vec<QueuePolicy>, Error> {
    let all = load(store, settings).await?;
    Ok(all.into_iter().filter(|queue| !queue.closed).collect())
}

/// All queues, by name, also those that were removed: they may still have jobs.
pub async fn load(store: &dyn Store, settings: &Settings) -> Result<Vec<QueuePolicy>, Error> {
    let queues = store.queues().await?;
    if !queues.is_empty() {
        return Ok(queues);
    }
    // Together: a crash in between would leave a cluster with some of them for good.
    let initial = initial_queues(settings.max_running_jobs, settings.max_provisioned_instances);
    match store.commit(initial.into_iter().map(Write::CreateQueue).collect()).await {
        Ok(()) | Err(StoreError::Conflict { .. }) => {}
        Err(error) => return Err(error.into()),
    }
    Ok(store.queues().await?)
}

/// A queue with what is taken of it and how many jobs wait, counted up to a page.
#[derive(Clone, Debug)]
pub struct QueueStanding {
    /// Its rules.
    pub policy: QueuePolicy,
    /// What is taken.
    pub usage: Usage,
    /// Jobs that wait, at most [`COUNTED`].
    pub waiting: u32,
    /// Whether there are more than that.
    pub more: bool,
}

/// How far waiting jobs are counted.
pub const COUNTED: u32 = crate::settings::HEAD;

/// How every queue stands.
pub async fn standing(store: &dyn Store, settings: &Settings) -> Result<Vec<QueueStanding>, Error> {
    let mut all = Vec::new();
    for policy in open(store, settings).await? {
        let usage = store.usage(&CounterScope::Queue(policy.name.clone())).await?;
        let waiting = store.queue_heads(&policy.name, COUNTED, COUNTED).await?.len()
            + store.held_jobs(&policy.name, COUNTED).await?.len();
        let waiting = u32::try_from(waiting).unwrap_or(u32::MAX);
        all.push(QueueStanding { policy, usage, waiting: waiting.min(COUNTED), more: waiting >= COUNTED });
    }
    Ok(all)
}

/// One queue, or a refusal that names those there are.
pub async fn find(store: &dyn Store, settings: &Settings, name: &QueueName) -> Result<QueuePolicy, Error> {
    let queues = open(store, settings).await?;
    if let Some(queue) = queues.iter().find(|q| q.name == *name) {
        return Ok(queue.clone());
    }
    let names: Vec<&str> = queues.iter().map(|q| q.name.as_str()).collect();
    Err(Error::refused(
        soca_domain::Code::UnknownQueue,
        format!("There is no queue \"{name}\"."),
        format!("Choose one of: {}.", names.join(", ")),
    ))
}
