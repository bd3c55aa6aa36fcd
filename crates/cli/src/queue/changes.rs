//! What differs between two settings of a queue.

use super::keys::{flat, place};
use serde::Serialize;
use soca_wire::api::QueueSettings;
use std::collections::{BTreeMap, BTreeSet};

/// A key with another value than before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// Which.
    pub key: String,
    /// What it was.
    pub old: Option<String>,
    /// What it is.
    pub new: Option<String>,
}

/// A queue with what changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Changed {
    /// Its name.
    pub name: String,
    /// Whether it was not there before.
    pub is_new: bool,
    /// In the order in which keys are shown.
    pub changes: Vec<Change>,
}

impl Changed {
    /// What setting `new` does where `old` is.
    pub fn between(old: Option<&QueueSettings>, new: &QueueSettings) -> Changed {
        let before: BTreeMap<String, String> = old.map(flat).unwrap_or_default().into_iter().collect();
        let now: BTreeMap<String, String> = flat(new).into_iter().collect();
        let keys: BTreeSet<&String> = before.keys().chain(now.keys()).collect();
        let mut changes: Vec<Change> = keys
            .into_iter()
            .filter(|key| before.get(*key) != now.get(*key))
            .map(|key| Change { key: key.clone(), old: before.get(key).cloned(), new: now.get(key).cloned() })
            .collect();
        changes.sort_by_key(|change| place(&change.key));
        Changed { name: new.name.clone(), is_new: old.is_none(), changes }
    }

    /// Whether there is anything to do.
    pub fn is_nothing(&self) -> bool {
        !self.is_new && self.changes.is_empty()
    }
}
