//! `licenses_mapping.yml`: which license server knows how many of a resource are free.
//!
//! Releases up to 24 have a command that prints a number; later ones name the server. The two may be mixed:
//!
//! ```yaml
//! comsol:
//!   comsol_lic_acdc: "/apps/license_check.py -s lic1 -p 27718 -f ACDC -m 2"
//!   comsol_lic_cad: {server: "lic1", port: 27718, feature: "CADIMPORT", minus: 2, provider: "flexlm"}
//! ```
//!
//! Releases of 2026 have no vendors above the resources, but `settings:` with `flexlm_lmutil_path`, and `daemons:`.

mod command;
mod server;

pub use server::LicenseServer;

use crate::{
    fields,
    report::{Report, Warning},
    yaml::{Entry, Node, Value},
};
use soca_domain::{Code, Fault, id::shorten};

/// What `licenses_mapping.yml` says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LicensesMapping {
    /// The resources, in the file's order.
    pub licenses: Vec<LicenseMapping>,
    /// `settings.flexlm_lmutil_path`: where the scheduler's host has `lmutil`.
    pub lmutil_path: Option<String>,
    /// What is read otherwise than its writer may think, in order of place.
    pub warnings: Vec<Warning>,
}

/// One resource that jobs may ask for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LicenseMapping {
    /// The resource, as after `-l`: `comsol_lic_acdc`.
    pub resource: String,
    /// The key above it, which groups resources by vendor.
    pub vendor: Option<String>,
    /// The server and the feature; `None` if the command is none that soca can take over, with a warning.
    pub server: Option<LicenseServer>,
    /// The command, where there is one. Nothing ever runs it.
    pub command: Option<String>,
    /// The line of the resource, from 1.
    pub line: u32,
    /// The column of the resource, from 1.
    pub column: u32,
}

/// Reads the resources.
pub(crate) fn read(root: &Node, report: &mut Report) -> LicensesMapping {
    let mut mapping = LicensesMapping::default();
    if matches!(root.value, Value::Null) {
        return mapping;
    }
    let Some(entries) = fields::map(root, "licenses_mapping.yml", report) else { return mapping };
    let is_new = entries.iter().any(|entry| entry.key == "daemons" && entry.value.entries().is_some());
    for entry in entries {
        match (entry.key.as_str(), is_new) {
            ("daemons", true) => mapping.resources(&entry.value, None, report),
            ("settings", true) => mapping.settings(entry, report),
            (_, true) => fields::unknown(entry.spot(), ["daemons", "settings"], report),
            _ => mapping.old_entry(entry, report),
        }
    }
    mapping.refuse_twins(report);
    mapping
}

impl LicensesMapping {
    /// A resource, or a vendor with resources.
    fn old_entry(&mut self, entry: &Entry, report: &mut Report) {
        let is_resource = match &entry.value.value {
            Value::Map(_) => server::is_one(&entry.value),
            _ => true,
        };
        if is_resource {
            self.resource(entry, None, report);
        } else {
            self.resources(&entry.value, Some(&entry.key), report);
        }
    }

    fn resources(&mut self, node: &Node, vendor: Option<&str>, report: &mut Report) {
        for entry in node.entries().unwrap_or_default() {
            self.resource(entry, vendor, report);
        }
    }

    fn resource(&mut self, entry: &Entry, vendor: Option<&str>, report: &mut Report) {
        let (server, command) = match &entry.value.value {
            Value::Map(fields) => (server::read(entry, fields, report), None),
            _ => {
                let Some(command) = fields::text(entry, report) else { return };
                (command::take_over(command, entry, report), Some(command.to_owned()))
            }
        };
        check_name(entry, report);
        self.licenses.push(LicenseMapping {
            resource: entry.key.clone(),
            vendor: vendor.map(str::to_owned),
            server,
            command,
            line: entry.line,
            column: entry.column,
        });
    }

    fn settings(&mut self, entry: &Entry, report: &mut Report) {
        for setting in fields::map(&entry.value, &entry.key, report).unwrap_or_default() {
            if setting.key == "flexlm_lmutil_path" {
                self.lmutil_path = fields::text(setting, report).map(str::to_owned);
            } else {
                fields::unknown(setting.spot(), ["flexlm_lmutil_path"], report);
            }
        }
    }

    /// A resource of two vendors would have two servers.
    fn refuse_twins(&self, report: &mut Report) {
        let mut seen = std::collections::BTreeSet::new();
        for license in self.licenses.iter().filter(|license| !seen.insert(license.resource.as_str())) {
            let spot =
                crate::report::Spot { line: license.line, column: license.column, name: &license.resource };
            let message = format!("The resource {} is there twice.", shorten(&license.resource));
            report.bad_value(spot, message, "Leave one of them.");
        }
    }
}

/// Refuses what cannot be a resource, and warns of what jobs cannot ask for.
fn check_name(entry: &Entry, report: &mut Report) {
    let mut bytes = entry.key.bytes();
    let is_name = entry.key.len() <= 64
        && bytes.next().is_some_and(|b| b.is_ascii_alphabetic())
        && bytes.all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
    if !is_name {
        let message = format!("\"{}\" cannot be a resource.", shorten(&entry.key));
        let remedy = "Use a letter, then letters, digits, '_' or '-', at most 64 characters.";
        report.fault(entry.spot(), Fault::new(Code::BadName, message, remedy));
    } else if !entry.key.contains("_lic") {
        report.warn(entry.spot(), "SOCA takes only resources with _lic in their name for licenses.");
    }
}
