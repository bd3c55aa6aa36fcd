//! Files of queues: SOCA's `queue_mapping.yml`, or our own export.

use super::{document, section};
use soca_domain::{Code, Fault};
use soca_files::{MAX_BYTES as MAX_YAML_BYTES, read_queue_mapping};
use soca_wire::api::{QueueSettings, Warning};

/// The largest file that is read, in bytes.
pub const MAX_BYTES: usize = MAX_YAML_BYTES;

/// The queues of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Imported {
    /// Their settings.
    pub queues: Vec<QueueSettings>,
    /// Whether the file says everything about a queue; SOCA's does not know all keys.
    pub whole: bool,
    /// What is read otherwise than its writer may think, in order of place.
    pub warnings: Vec<Warning>,
}

/// Reads a file of either kind; JSON begins with a brace.
///
/// # Errors
/// Everything that is wrong with it, and everything that soca cannot do unless `skip` says to import the rest.
pub fn read(bytes: &[u8], skip: bool) -> Result<Imported, Vec<Fault>> {
    let Ok(text) = std::str::from_utf8(bytes) else { return Err(vec![no_text("is not text in UTF-8")]) };
    if bytes.len() > MAX_BYTES {
        return Err(vec![no_text("is too large")]);
    }
    if text.trim_start_matches('\u{feff}').trim_start().starts_with('{') {
        let queues = document::read(text.trim_start_matches('\u{feff}'))?;
        return Ok(Imported { queues, whole: true, warnings: Vec::new() });
    }
    let mapping = read_queue_mapping(text)?;
    let warned = mapping.warnings.iter().map(|w| Warning {
        line: w.line,
        column: w.column,
        name: w.name.clone(),
        message: w.message.clone(),
    });
    let mut reading = section::Reading::new(skip, warned.collect());
    mapping.sections.iter().for_each(|section| reading.read(section));
    reading.into_result()
}

fn no_text(why: &str) -> Fault {
    Fault::new(
        Code::ConfigUnreadable,
        format!("The file {why}."),
        format!("Give SOCA's queue_mapping.yml or what soca queue export wrote, at most {MAX_BYTES} bytes."),
    )
}

/// What SOCA's file cannot say stays as the cluster has it.
pub fn keep_ours(new: &mut QueueSettings, old: &QueueSettings) {
    new.description.clone_from(&old.description);
    new.priority = old.priority;
    new.max_vcpus = old.max_vcpus;
    new.max_hourly_cost_micro_usd = old.max_hourly_cost_micro_usd;
    new.per_user = old.per_user.clone();
    new.per_group = old.per_group.clone();
    new.per_project = old.per_project.clone();
    new.max_walltime.clone_from(&old.max_walltime);
    new.start_windows.clone_from(&old.start_windows);
    new.reservations.clone_from(&old.reservations);
}
