//! SOCA's own configuration files, read unchanged: `queue_mapping.yml` and `licenses_mapping.yml`. Pure.
//!
//! [`read_queue_mapping`] and [`read_license_mapping`] turn a file's text into values, with every fault and every
//! warning at its line and column. What the values mean for a cluster is the caller's matter: job parameters that a
//! queue presets come out as text, to be read as a job's own would be. `yaml` reads the text into nodes with places;
//! `fields` reads typed values from nodes; `queues` and `licenses` know the two files.
//!
//! The files' forms are those of SOCA's releases 2.6.1 to 26.4: its installer writes the first, its documentation
//! describes the second. In its own terms SOCA reads them with PyYAML, so anchors, aliases and `<<` work here too.

mod fields;
mod licenses;
mod queues;
mod report;
mod yaml;

pub use licenses::{LicenseMapping, LicenseServer, LicensesMapping};
pub use queues::{DefaultParameter, Principal, QueueMapping, QueueMode, ScalingMode, Section, TypeRule};
pub use report::Warning;
pub use yaml::{MAX_BYTES, MAX_DEPTH, MAX_NODES};

use report::Report;
use soca_domain::Fault;

/// Reads `queue_mapping.yml`.
///
/// # Errors
/// Everything that is wrong with it, in order of place; at most a hundred faults. `CONFIG_UNREADABLE` if it is not
/// YAML, over a limit, or not of the form; `BAD_VALUE` and `BAD_NAME` for values of a key.
pub fn read_queue_mapping(text: &str) -> Result<QueueMapping, Vec<Fault>> {
    let mut report = Report::default();
    let sections = match yaml::parse(text, "queue_mapping.yml", &mut report) {
        Some(root) => queues::read(&root, &mut report),
        None => Vec::new(),
    };
    report.into_result().map(|warnings| QueueMapping { sections, warnings })
}

/// Reads `licenses_mapping.yml` in any of its forms; an empty file is one without licenses.
///
/// # Errors
/// As [`read_queue_mapping`]. A command that soca cannot take over is no fault but a warning, since nothing is wrong
/// with the file.
pub fn read_license_mapping(text: &str) -> Result<LicensesMapping, Vec<Fault>> {
    let mut report = Report::default();
    let mut mapping = match yaml::parse(text, "licenses_mapping.yml", &mut report) {
        Some(root) => licenses::read(&root, &mut report),
        None => LicensesMapping::default(),
    };
    mapping.warnings = report.into_result()?;
    Ok(mapping)
}
