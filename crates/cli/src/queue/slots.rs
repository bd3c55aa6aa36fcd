//! Where each key's value is in a queue's settings, and what kind of value it is.

use soca_wire::api::{QueueReservation, QueueSettings, QueueShare};

/// A key's value.
#[derive(Debug)]
pub(super) enum Slot<'a> {
    /// One line of text.
    Text(&'a mut String),
    /// One of a few words; the first is the default.
    Word(&'a mut String, &'static str),
    /// A whole number, 0 by default.
    Priority(&'a mut i32),
    /// A limit, none by default.
    Count(&'a mut Option<u32>),
    /// A limit on money.
    Amount(&'a mut Option<u64>),
    /// A walltime.
    Walltime(&'a mut Option<String>),
    /// Names.
    List(&'a mut Vec<String>),
    /// Start windows, in which there are commas.
    Windows(&'a mut Vec<String>),
    /// Reservations.
    Reservations(&'a mut Vec<QueueReservation>),
}

/// Every key but those of defaults, in the order in which they are shown.
pub(super) const KEYS: [&str; 31] = [
    "description",
    "priority",
    "queue_mode",
    "scaling_mode",
    "terminate_when_idle",
    "max_running_jobs",
    "max_provisioned_instances",
    "max_vcpus",
    "max_hourly_cost_micro_usd",
    "max_walltime",
    "per_user.running_jobs",
    "per_user.provisioned_instances",
    "per_user.vcpus",
    "per_user.hourly_cost_micro_usd",
    "per_group.running_jobs",
    "per_group.provisioned_instances",
    "per_group.vcpus",
    "per_group.hourly_cost_micro_usd",
    "per_project.running_jobs",
    "per_project.provisioned_instances",
    "per_project.vcpus",
    "per_project.hourly_cost_micro_usd",
    "allowed_users",
    "excluded_users",
    "allowed_instance_types",
    "excluded_instance_types",
    "restricted_parameters",
    "allowed_security_group_ids",
    "allowed_instance_profiles",
    "start_windows",
    "reservations",
];

/// The value of a key; none when there is no such key.
pub(super) fn slot<'a>(s: &'a mut QueueSettings, key: &str) -> Option<Slot<'a>> {
    if let Some((whose, measure)) = key.split_once('.') {
        return match whose {
            "per_user" => share(&mut s.per_user, measure),
            "per_group" => share(&mut s.per_group, measure),
            "per_project" => share(&mut s.per_project, measure),
            _ => None,
        };
    }
    Some(match key {
        "description" => Slot::Text(&mut s.description),
        "priority" => Slot::Priority(&mut s.priority),
        "queue_mode" => Slot::Word(&mut s.queue_mode, "fifo"),
        "scaling_mode" => Slot::Word(&mut s.scaling_mode, "single_job"),
        "terminate_when_idle" => Slot::Count(&mut s.terminate_when_idle),
        "max_running_jobs" => Slot::Count(&mut s.max_running_jobs),
        "max_provisioned_instances" => Slot::Count(&mut s.max_provisioned_instances),
        "max_vcpus" => Slot::Count(&mut s.max_vcpus),
        "max_hourly_cost_micro_usd" => Slot::Amount(&mut s.max_hourly_cost_micro_usd),
        "max_walltime" => Slot::Walltime(&mut s.max_walltime),
        "allowed_users" => Slot::List(&mut s.allowed_users),
        "excluded_users" => Slot::List(&mut s.excluded_users),
        "allowed_instance_types" => Slot::List(&mut s.allowed_instance_types),
        "excluded_instance_types" => Slot::List(&mut s.excluded_instance_types),
        "restricted_parameters" => Slot::List(&mut s.restricted_parameters),
        "allowed_security_group_ids" => Slot::List(&mut s.allowed_security_group_ids),
        "allowed_instance_profiles" => Slot::List(&mut s.allowed_instance_profiles),
        "start_windows" => Slot::Windows(&mut s.start_windows),
        "reservations" => Slot::Reservations(&mut s.reservations),
        _ => return None,
    })
}

fn share<'a>(share: &'a mut QueueShare, measure: &str) -> Option<Slot<'a>> {
    Some(match measure {
        "running_jobs" => Slot::Count(&mut share.running_jobs),
        "provisioned_instances" => Slot::Count(&mut share.provisioned_instances),
        "vcpus" => Slot::Count(&mut share.vcpus),
        "hourly_cost_micro_usd" => Slot::Amount(&mut share.hourly_cost_micro_usd),
        _ => return None,
    })
}
