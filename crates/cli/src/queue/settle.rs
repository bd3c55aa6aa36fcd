//! Settings in the form in which the API answers them, with everything checked that can be without it.

use soca_directives::{Preset, Presets, read_presets, write_presets};
use soca_domain::{Fault, queue::QueuePolicy, request::Resources};
use soca_wire::{api::QueueSettings, convert};
use std::collections::BTreeMap;

/// The same settings, every value in its usual spelling.
///
/// # Errors
/// Everything that is wrong with them, each with the queue's name.
pub fn settled(settings: &QueueSettings) -> Result<QueueSettings, Vec<Fault>> {
    let policy = presets(&settings.defaults).and_then(|read| convert::queue_policy(settings, read));
    policy.and_then(|policy| checked(&policy)).map_err(|faults| of_queue(&settings.name, faults))
}

/// A queue's rules as settings.
///
/// # Errors
/// Everything that is wrong with them.
pub(super) fn checked(policy: &QueuePolicy) -> Result<QueueSettings, Vec<Fault>> {
    let faults = policy.check();
    if !faults.is_empty() {
        return Err(faults);
    }
    let defaults = write_presets(&policy.defaults).into_iter().map(|(name, value)| (name.to_owned(), value));
    Ok(convert::queue_settings(policy, defaults.collect()))
}

fn presets(defaults: &BTreeMap<String, String>) -> Result<Resources, Vec<Fault>> {
    let presets: Vec<Preset<'_>> =
        defaults.iter().map(|(name, value)| Preset { name, value, line: 0, column: 1 }).collect();
    read_presets(&presets).and_then(Presets::strict)
}

fn of_queue(name: &str, faults: Vec<Fault>) -> Vec<Fault> {
    let named = |fault: Fault| Fault { message: format!("Queue {name}: {}", fault.message), ..fault };
    faults.into_iter().map(named).collect()
}
