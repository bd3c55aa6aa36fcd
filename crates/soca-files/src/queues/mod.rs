//! `queue_mapping.yml`: sections of queues that share rules and presets.
//!
//! ```yaml
//! queue_type:
//!   compute:
//!     queues: ["high", "normal", "low"]
//!     max_running_jobs: 50
//!     allowed_users: []
//!     instance_type: "c5.large"
//! ```

mod parameters;
mod principal;
mod section;
mod type_rule;

pub use principal::Principal;
pub use section::{DefaultParameter, QueueMode, ScalingMode, Section};
pub use type_rule::TypeRule;

use crate::{
    fields,
    report::{Report, Warning},
    yaml::Node,
};
use soca_domain::{Code, Fault, QueueName};
use std::collections::BTreeMap;

/// What `queue_mapping.yml` says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct QueueMapping {
    /// Its sections, in the file's order.
    pub sections: Vec<Section>,
    /// What is read otherwise than its writer may think, in order of place.
    pub warnings: Vec<Warning>,
}

/// The root's only key.
const ROOT: &str = "queue_type";

/// Reads the sections.
pub(crate) fn read(root: &Node, report: &mut Report) -> Vec<Section> {
    let Some(entries) = fields::map(root, ROOT, report) else { return Vec::new() };
    for entry in entries.iter().filter(|entry| entry.key != ROOT) {
        fields::unknown(entry.spot(), [ROOT], report);
    }
    let Some(types) = root.get(ROOT) else {
        report.unreadable(
            root.spot(ROOT),
            "The file has no queue_type.".into(),
            "Begin it with queue_type: and put the sections of queues below.",
        );
        return Vec::new();
    };
    let entries = fields::map(types, ROOT, report).unwrap_or_default();
    let sections: Vec<Section> = entries.iter().filter_map(|entry| section::read(entry, report)).collect();
    refuse_twins(&sections, report);
    sections
}

/// A queue of two sections would have two sets of rules.
fn refuse_twins(sections: &[Section], report: &mut Report) {
    let mut seen: BTreeMap<&QueueName, &str> = BTreeMap::new();
    for section in sections {
        for queue in &section.queues {
            let Some(first) = seen.insert(queue, &section.name) else { continue };
            let message = format!("The queue {queue} is in the sections {first} and {}.", section.name);
            let fault = Fault::new(Code::BadValue, message, "Leave it in one of them.");
            report.fault(section.spot(), fault);
        }
    }
}
