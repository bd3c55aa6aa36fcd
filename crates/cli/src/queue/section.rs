//! A section of SOCA's `queue_mapping.yml` to settings of its queues.

use super::{import::Imported, settle::checked};
use soca_directives::{Preset, check_parameter, read_presets};
use soca_domain::{
    Code, Fault,
    id::shorten,
    limit::Limits,
    queue::{self, QueueOrder, QueuePolicy, TypePattern},
    request::Resources,
};
use soca_files::{DefaultParameter, Principal, QueueMode, ScalingMode, Section, TypeRule};
use soca_wire::api::{QueueSettings, Warning};

/// The section of SOCA whose nodes are not made for jobs.
const ALWAYS_ON: &str = "alwayson";
/// Switches of SOCA that soca does not have; off, they ask for nothing.
const SWITCHES: [&str; 4] = ["fsx_lustre", "force_ri", "keep_forever", "nested_virtualization"];

/// What has been read so far.
#[derive(Debug, Default)]
pub(super) struct Reading {
    /// What soca cannot do is left out instead of refused.
    skip: bool,
    warnings: Vec<Warning>,
    queues: Vec<QueueSettings>,
    faults: Vec<Fault>,
}

/// A place, and the key that it is about.
#[derive(Clone, Copy)]
struct Spot<'a> {
    line: u32,
    column: u32,
    name: &'a str,
}

impl<'a> Spot<'a> {
    fn of(section: &'a Section, key: &'a str) -> Spot<'a> {
        let own = (section.line, section.column);
        let (line, column) = section.places.get(key).copied().unwrap_or(own);
        Spot { line, column, name: key }
    }
}

impl Reading {
    /// Nothing yet but what the file's reader has warned of; `skip` leaves out what soca cannot do.
    pub(super) fn new(skip: bool, warnings: Vec<Warning>) -> Reading {
        Reading { skip, warnings, ..Reading::default() }
    }

    /// The queues, or what is wrong, in order of place.
    pub(super) fn into_result(mut self) -> Result<Imported, Vec<Fault>> {
        self.faults.sort_by_key(|fault| fault.place.as_ref().map(|place| (place.line, place.column)));
        self.warnings.sort_by_key(|warning| (warning.line, warning.column));
        if !self.faults.is_empty() {
            return Err(self.faults);
        }
        Ok(Imported { queues: self.queues, whole: false, warnings: self.warnings })
    }

    /// Reads a section's queues.
    pub(super) fn read(&mut self, section: &Section) {
        let spot = Spot::of(section, &section.name);
        if section.name == ALWAYS_ON || section.queues.iter().any(|queue| queue.as_str() == ALWAYS_ON) {
            let what = format!(
                "The section {} is for nodes that are always on, which soca does not keep.",
                shorten(&section.name)
            );
            return self.cannot(spot, &what, "Leave the section out.");
        }
        let shared = self.shared(section);
        for name in &section.queues {
            let description = format!("From SOCA's section {}.", shorten(&section.name));
            let policy = QueuePolicy { name: name.clone(), description, ..shared.clone() };
            match checked(&policy) {
                Ok(settings) => self.queues.push(settings),
                // What is wrong with a section is wrong with each of its queues, and told once.
                Err(faults) => return faults.into_iter().for_each(|fault| self.wrong(spot, fault)),
            }
        }
    }

    /// The rules that all queues of a section share. The name is none of theirs.
    fn shared(&mut self, section: &Section) -> QueuePolicy {
        self.scaling(section);
        let anybody = section.queues.first().cloned();
        let name = anybody.unwrap_or_else(|| "none".parse().expect("a valid name"));
        QueuePolicy {
            order: self.order(section),
            limits: Limits {
                jobs: section.max_running_jobs,
                instances: section.max_provisioned_instances,
                ..Limits::default()
            },
            allowed_users: self.principals(Spot::of(section, "allowed_users"), &section.allowed_users),
            excluded_users: self.principals(Spot::of(section, "excluded_users"), &section.excluded_users),
            allowed_instance_types: section.allowed_instance_types.iter().map(pattern).collect(),
            excluded_instance_types: section.excluded_instance_types.iter().map(pattern).collect(),
            // A parameter that there is not cannot be set; the file's reader has warned of it.
            restricted_parameters: section
                .restricted_parameters
                .iter()
                .filter(|name| check_parameter(name).is_ok())
                .cloned()
                .collect(),
            allowed_security_groups: section.allowed_security_group_ids.clone(),
            allowed_instance_profiles: section.allowed_instance_profiles.clone(),
            defaults: self.defaults(&section.defaults),
            ..QueuePolicy::open(name, "")
        }
    }

    fn scaling(&mut self, section: &Section) {
        let (mode, idle) = (Spot::of(section, "scaling_mode"), Spot::of(section, "terminate_when_idle"));
        match (section.scaling_mode, section.terminate_when_idle) {
            (Some(ScalingMode::MultipleJobs), _) => self.cannot(
                mode,
                "soca does not share nodes between jobs yet, so scaling_mode cannot be multiple_jobs.",
                "Write single_job; for many short tasks use a job array, whose elements share nodes.",
            ),
            (_, Some(_)) => self.cannot(
                idle,
                "terminate_when_idle is for nodes that jobs share, and here each job has its own.",
                "Remove it: a job's nodes go when the job ends.",
            ),
            (_, None) => {}
        }
    }

    /// SOCA's fair share keeps its formula; the other one counts what was used before as well.
    fn order(&mut self, section: &Section) -> QueueOrder {
        match section.queue_mode {
            Some(QueueMode::FairShare) => {
                let message = "fairshare becomes fairshare_soca, SOCA's own formula; \
                               soca's fairshare also counts what was used before.";
                self.warn(Spot::of(section, "queue_mode"), message);
                QueueOrder::FairshareSoca
            }
            Some(QueueMode::Fifo) | None => QueueOrder::Fifo,
        }
    }

    fn principals(&mut self, spot: Spot<'_>, list: &[Principal]) -> Vec<queue::Principal> {
        let mut read = Vec::new();
        for principal in list {
            match principal {
                Principal::Everyone => read.push(queue::Principal::Everybody),
                Principal::User(name) => read.push(queue::Principal::User(name.clone())),
                Principal::Group { name, .. } => match name.parse() {
                    Ok(name) => read.push(queue::Principal::Group(name)),
                    Err(fault) => self.wrong(spot, fault),
                },
            }
        }
        read
    }

    fn defaults(&mut self, defaults: &[DefaultParameter]) -> Resources {
        let presets: Vec<Preset<'_>> = defaults.iter().map(preset).filter(|one| self.can(one)).collect();
        match read_presets(&presets) {
            Ok(read) => {
                self.warnings.extend(read.warnings.into_iter().map(|w| Warning {
                    line: w.line,
                    column: w.column,
                    name: w.name,
                    message: w.message,
                }));
                read.resources
            }
            Err(faults) => {
                self.faults.extend(faults);
                Resources::default()
            }
        }
    }

    /// Whether soca does what a preset asks for; if not, it is refused or left out here.
    fn can(&mut self, preset: &Preset<'_>) -> bool {
        let Err(faults) = read_presets(&[*preset]) else { return true };
        let Some(fault) = faults.into_iter().find(|fault| fault.code == Code::UnsupportedDirective) else {
            return true;
        };
        let spot = Spot { line: preset.line, column: preset.column, name: preset.name };
        let off = ["false", "no", "off"].iter().any(|word| word.eq_ignore_ascii_case(preset.value));
        if off && SWITCHES.contains(&preset.name) {
            self.warn(spot, &format!("{} is off, as it always is here, and is left out.", preset.name));
        } else {
            self.cannot(spot, &fault.message, &fault.remedy);
        }
        false
    }

    /// Something that soca does not do: refused, or left out with a warning.
    fn cannot(&mut self, spot: Spot<'_>, what: &str, remedy: &str) {
        if self.skip {
            return self.warn(spot, &format!("{what} It is left out."));
        }
        let remedy = format!("{remedy} Or import the rest with --skip-unsupported.");
        self.wrong(spot, Fault::new(Code::UnsupportedDirective, what, remedy));
    }

    fn wrong(&mut self, spot: Spot<'_>, fault: Fault) {
        self.faults.push(fault.at(spot.line, spot.column, spot.name));
    }

    fn warn(&mut self, spot: Spot<'_>, message: &str) {
        let Spot { line, column, name } = spot;
        self.warnings.push(Warning { line, column, name: name.into(), message: message.into() });
    }
}

fn preset(default: &DefaultParameter) -> Preset<'_> {
    Preset { name: &default.name, value: &default.value, line: default.line, column: default.column }
}

fn pattern(rule: &TypeRule) -> TypePattern {
    match rule {
        TypeRule::All => TypePattern::Any,
        TypeRule::Family(family) => TypePattern::Family(family.clone()),
        TypeRule::Type(name) => TypePattern::Type(name.clone()),
    }
}
