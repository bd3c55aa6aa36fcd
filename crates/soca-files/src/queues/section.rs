//! One section of `queue_mapping.yml`: queues that share rules and presets.

use super::{Principal, TypeRule, parameters};
use crate::{
    fields::{self, list, number, word},
    report::{Report, Spot},
    yaml::Entry,
};
use soca_domain::{Code, Fault, QueueName, id::shorten};
use std::collections::BTreeMap;

/// One section. A key that the file does not have is an empty list or nothing: SOCA's own default holds then.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Section {
    /// Its name.
    pub name: String,
    /// The line of its name, from 1.
    pub line: u32,
    /// The column of its name, from 1.
    pub column: u32,
    /// Line and column of the value of each of its own keys, from 1.
    pub places: BTreeMap<String, (u32, u32)>,
    /// Its queues.
    pub queues: Vec<QueueName>,
    /// In which order jobs get capacity.
    pub queue_mode: Option<QueueMode>,
    /// Jobs with capacity at once, for each queue of the section.
    pub max_running_jobs: Option<u32>,
    /// Instances at once, for each queue of the section.
    pub max_provisioned_instances: Option<u32>,
    /// Who may use the queues; an empty list is everybody.
    pub allowed_users: Vec<Principal>,
    /// Who may not; in SOCA itself, `allowed_users` shuts nobody out unless this is `["*"]`.
    pub excluded_users: Vec<Principal>,
    /// Which instance types jobs may ask for; an empty list is every type.
    pub allowed_instance_types: Vec<TypeRule>,
    /// Which they may not; it goes before `allowed_instance_types`.
    pub excluded_instance_types: Vec<TypeRule>,
    /// Job parameters that users may not set.
    pub restricted_parameters: Vec<String>,
    /// Whether jobs share instances.
    pub scaling_mode: Option<ScalingMode>,
    /// Minutes after which an idle instance of shared capacity is given back.
    pub terminate_when_idle: Option<u32>,
    /// Security groups that jobs may add; an empty list is none.
    pub allowed_security_group_ids: Vec<String>,
    /// Instance profiles that jobs may choose; an empty list is none.
    pub allowed_instance_profiles: Vec<String>,
    /// Job parameters for jobs that do not set them, in the file's order.
    pub defaults: Vec<DefaultParameter>,
}

/// `queue_mode`: in which order jobs get capacity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QueueMode {
    /// In the order of submission.
    Fifo,
    /// By what each user has running and waiting.
    FairShare,
}

/// `scaling_mode`: whether jobs share instances.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScalingMode {
    /// Instances for one job, which go with it.
    SingleJob,
    /// Instances for all jobs that want the same kind.
    MultipleJobs,
}

/// A job parameter that a queue presets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DefaultParameter {
    /// Its name, as written: `instance_type`.
    pub name: String,
    /// Its value as text, as a job would write it after `-l name=`.
    pub value: String,
    /// The line of the value, from 1.
    pub line: u32,
    /// The column of the value, from 1.
    pub column: u32,
}

/// The section's own keys; others are job parameters.
const KEYS: &[&str] = &[
    "queues",
    "queue_mode",
    "max_running_jobs",
    "max_provisioned_instances",
    "allowed_users",
    "excluded_users",
    "allowed_instance_types",
    "excluded_instance_types",
    "restricted_parameters",
    "scaling_mode",
    "terminate_when_idle",
    "allowed_security_group_ids",
    "allowed_instance_profiles",
];

/// Reads a section.
pub(super) fn read(entry: &Entry, report: &mut Report) -> Option<Section> {
    let fields = fields::map(&entry.value, &entry.key, report)?;
    let mut section =
        Section { name: entry.key.clone(), line: entry.line, column: entry.column, ..Section::default() };
    for field in fields {
        if KEYS.contains(&field.key.as_str()) {
            section.places.insert(field.key.clone(), (field.value.line, field.value.column));
        }
        section.read_field(field, report);
    }
    if !fields.iter().any(|field| field.key == "queues") {
        let message = format!("The section {} has no queues.", shorten(&section.name));
        report.unreadable(section.spot(), message, "Add queues: with a list of names.");
    }
    section.warn(report);
    Some(section)
}

impl Section {
    /// The place of its name.
    pub(super) fn spot(&self) -> Spot<'_> {
        Spot { line: self.line, column: self.column, name: &self.name }
    }

    fn read_field(&mut self, field: &Entry, report: &mut Report) {
        match field.key.as_str() {
            "queues" => self.queues = list(field, report, str::parse),
            "queue_mode" => {
                let words = [("fifo", QueueMode::Fifo), ("fairshare", QueueMode::FairShare)];
                self.queue_mode = word(field, &words, report);
            }
            "max_running_jobs" => self.max_running_jobs = number(field, 0, u32::MAX, report),
            "max_provisioned_instances" => {
                self.max_provisioned_instances = number(field, 0, u32::MAX, report)
            }
            "allowed_users" => self.allowed_users = list(field, report, Principal::read),
            "excluded_users" => self.excluded_users = list(field, report, Principal::read),
            "allowed_instance_types" => self.allowed_instance_types = list(field, report, TypeRule::read),
            "excluded_instance_types" => self.excluded_instance_types = list(field, report, TypeRule::read),
            "restricted_parameters" => self.restricted_parameters = list(field, report, parameter),
            "scaling_mode" => {
                let words =
                    [("single_job", ScalingMode::SingleJob), ("multiple_jobs", ScalingMode::MultipleJobs)];
                self.scaling_mode = word(field, &words, report);
            }
            "terminate_when_idle" => self.terminate_when_idle = number(field, 0, u32::MAX, report),
            "allowed_security_group_ids" => {
                self.allowed_security_group_ids = list(field, report, security_group);
            }
            "allowed_instance_profiles" => self.allowed_instance_profiles = list(field, report, profile),
            name if parameters::is_known(name) => self.read_default(field, report),
            _ => fields::unknown(field.spot(), KEYS.iter().chain(parameters::KNOWN).copied(), report),
        }
    }

    fn read_default(&mut self, field: &Entry, report: &mut Report) {
        if let Some(value) = fields::text(field, report) {
            self.defaults.push(DefaultParameter {
                name: field.key.clone(),
                value: value.to_owned(),
                line: field.value.line,
                column: field.value.column,
            });
        }
    }

    /// What SOCA takes without a word and its writer may not mean.
    fn warn(&self, report: &mut Report) {
        let is_for_some =
            !self.allowed_users.is_empty() && !self.allowed_users.contains(&Principal::Everyone);
        if is_for_some && self.excluded_users.is_empty() {
            let message =
                "In SOCA itself allowed_users alone shuts nobody out; here it does, as SOCA's manual says.";
            report.warn(self.spot(), message);
        }
        if self.scaling_mode == Some(ScalingMode::MultipleJobs) && self.terminate_when_idle.is_none() {
            report.warn(
                self.spot(),
                "Shared instances need terminate_when_idle, or they are never given back.",
            );
        }
        for name in self.restricted_parameters.iter().filter(|name| !parameters::is_known(name)) {
            let message =
                format!("restricted_parameters names {}, which is no job parameter.", shorten(name));
            report.warn(self.spot(), message);
        }
    }
}

/// The name of a job parameter, known or not.
fn parameter(text: &str) -> Result<String, Fault> {
    let is_name = !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    checked(text, is_name, "a job parameter", "Write its name as after -l, for example instance_type.")
}

fn security_group(text: &str) -> Result<String, Fault> {
    let id = text.strip_prefix("sg-").unwrap_or_default();
    let is_id = !id.is_empty() && id.bytes().all(|b| b.is_ascii_hexdigit());
    checked(text, is_id, "a security group", "Write its id, for example sg-0abc1234.")
}

/// A name or an ARN of IAM's: letters, digits and `+=,.@_-`, in an ARN also `:` and `/` (IAM User Guide, "Names").
fn profile(text: &str) -> Result<String, Fault> {
    let is_name = !text.is_empty()
        && text.len() <= 2048
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"+=,.@_-:/".contains(&b));
    checked(text, is_name, "an instance profile", "Write its name or its ARN.")
}

fn checked(text: &str, is_good: bool, what: &str, remedy: &str) -> Result<String, Fault> {
    if is_good {
        return Ok(text.to_owned());
    }
    Err(Fault::new(Code::BadValue, format!("\"{}\" is not {what}.", shorten(text)), remedy))
}
