//! The compute plane's feed: what happened to instances, groups and stacks, in order.

use crate::{
    call::{CallError, Caller},
    ports::Ports,
    room::{RoomFile, lead::Message},
};
use serde::Deserialize;
use serde_json::Value;
use std::{collections::BTreeMap, sync::mpsc::Sender, thread, time::Duration};

/// An instance as the compute plane describes it.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[allow(missing_docs, reason = "the names are EC2's")]
pub struct Instance {
    pub instance_id: String,
    pub state: String,
    pub instance_type: String,
    pub zone: String,
    #[serde(default)]
    pub private_ip: Option<String>,
    pub cpus: u32,
    pub memory_mib: u64,
    pub market: String,
    #[serde(default)]
    pub stack: Option<String>,
    #[serde(default)]
    pub tags: BTreeMap<String, String>,
    #[serde(default)]
    pub user_data: String,
}

/// A refused launch of a group.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[allow(missing_docs, reason = "the names are Auto Scaling's")]
pub struct Refused {
    pub group: String,
    #[serde(default)]
    pub activity_id: String,
    pub status_message: String,
    #[serde(default)]
    pub description: String,
    #[serde(default)]
    pub cause: String,
    #[serde(default)]
    pub zone: String,
}

/// A compute stack's new status.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[allow(missing_docs, reason = "the names are CloudFormation's")]
pub struct StackChange {
    pub stack: String,
    pub stack_id: String,
    pub status: String,
    #[serde(default)]
    pub reason: String,
    #[serde(default)]
    pub token: Option<String>,
}

/// One entry of the feed.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Entry {
    /// An instance entered a state.
    Instance(Box<Instance>),
    /// A group launched an instance that now serves.
    LaunchSuccessful {
        /// The group.
        group: String,
        /// The instance.
        instance_id: String,
    },
    /// A group could not launch.
    LaunchUnsuccessful(Refused),
    /// A stack entered a status.
    Stack(StackChange),
}

#[derive(Deserialize)]
struct Page {
    epoch: String,
    cursor: u64,
    #[serde(default)]
    instances: Vec<Instance>,
    #[serde(default)]
    entries: Vec<Value>,
}

/// Follows the feed in a thread of its own, for as long as somebody listens.
pub fn follow(file: RoomFile, sender: Sender<Message>) {
    let plane = Caller::plane(Ports::url(file.ports.compute), &file.secret);
    thread::spawn(move || {
        let mut place: Option<(String, u64)> = None;
        loop {
            match read(&plane, place.as_ref()) {
                Ok(page) => {
                    place = Some((page.epoch, page.cursor));
                    let all = page.instances.into_iter().map(|one| Entry::Instance(Box::new(one)));
                    let new = page.entries.into_iter().filter_map(|entry| serde_json::from_value(entry).ok());
                    let entries: Vec<Entry> = all.chain(new).collect();
                    if !entries.is_empty() && sender.send(Message::Feed(entries)).is_err() {
                        return;
                    }
                }
                Err(CallError::Refused(409, _)) => place = None,
                Err(_) => thread::sleep(Duration::from_millis(500)),
            }
        }
    });
}

fn read(plane: &Caller, place: Option<&(String, u64)>) -> Result<Page, CallError> {
    let path = match place {
        Some((epoch, cursor)) => format!("/_soca/instances?since={cursor}&epoch={epoch}&wait=20"),
        None => "/_soca/instances".to_owned(),
    };
    serde_json::from_value(plane.get(&path)?).map_err(|error| CallError::Lost(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn entries_are_read_and_unknown_ones_are_none() {
        let read = |value: Value| serde_json::from_value::<Entry>(value).ok();
        let instance = json!({"kind": "instance", "seq": 1, "previous": "new", "instance_id": "i-1", "state": "pending",
            "instance_type": "c6i.large", "zone": "z", "private_ip": "10.0.0.1", "cpus": 1, "memory_mib": 4096,
            "market": "spot", "stack": null, "tags": {"soca:JobId": "7"}, "user_data": ""});
        assert!(matches!(read(instance), Some(Entry::Instance(found)) if found.tags["soca:JobId"] == "7"));
        let refused =
            json!({"kind": "launch-unsuccessful", "group": "g", "status_message": "no", "code": "c"});
        assert!(matches!(read(refused), Some(Entry::LaunchUnsuccessful(_))));
        let stack = json!({"kind": "stack", "stack": "s", "stack_id": "a", "status": "CREATE_COMPLETE", "token": null});
        assert!(matches!(read(stack), Some(Entry::Stack(_))));
        assert_eq!(read(json!({"kind": "other"})), None);
    }
}
