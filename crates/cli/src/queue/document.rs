//! Our own file of queues: what `soca queue export` writes.

use super::{import::MAX_BYTES, settle::settled};
use serde::{Deserialize, Serialize};
use soca_domain::{Code, Fault};
use soca_wire::api::QueueSettings;

/// All queues of a cluster.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Document {
    /// By name.
    pub queues: Vec<QueueSettings>,
}

/// Reads the file.
///
/// # Errors
/// It is no JSON of this form, with its place; or everything that is wrong with its queues.
pub(super) fn read(text: &str) -> Result<Vec<QueueSettings>, Vec<Fault>> {
    let document: Document = serde_json::from_str(text).map_err(|error| vec![unreadable(&error)])?;
    let (mut queues, mut faults) = (Vec::<QueueSettings>::new(), Vec::new());
    for queue in &document.queues {
        if queues.iter().any(|known| known.name == queue.name) {
            faults.push(Fault::new(
                Code::BadValue,
                format!("Queue {} is there twice.", soca_domain::id::shorten(&queue.name)),
                "Leave one of them.",
            ));
        }
        match settled(queue) {
            Ok(queue) => queues.push(queue),
            Err(wrong) => faults.extend(wrong),
        }
    }
    if faults.is_empty() { Ok(queues) } else { Err(faults) }
}

fn unreadable(error: &serde_json::Error) -> Fault {
    let at = |n: usize| u32::try_from(n).unwrap_or(u32::MAX).max(1);
    let what = error.to_string();
    let what = what.split(" at line ").next().unwrap_or_default();
    Fault::new(
        Code::ConfigUnreadable,
        format!("The file cannot be read as queues: {what}."),
        format!("Write {{\"queues\": […]}} as soca queue export does, at most {MAX_BYTES} bytes."),
    )
    .at(at(error.line()), at(error.column()), "queues")
}
