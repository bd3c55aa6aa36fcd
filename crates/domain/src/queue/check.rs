//! What an administrator may say of a queue: rules between settings, and what soca cannot do yet.

use super::{QueuePolicy, Reservation, ScalingMode};
use crate::{
    fault::{Code, Fault},
    launch::LaunchSpec,
    request::Resources,
    time::MAX_WALLTIME,
};
use std::time::Duration;

/// The longest description, in characters: it stands in a table.
const MAX_DESCRIPTION: usize = 200;
/// The most entries of any list, so that a queue fits into one row of the table.
const MAX_ENTRIES: usize = 400;
/// Priorities as PBS has them.
const MAX_PRIORITY: i32 = 1024;

impl QueuePolicy {
    /// Everything that is wrong with the settings; empty when the queue can be made.
    ///
    /// The faults are `BAD_VALUE`, `WALLTIME_TOO_LONG` and `TYPE_NOT_ALLOWED`.
    pub fn check(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        faults.extend(self.check_words());
        faults.extend(self.check_lists());
        faults.extend(self.check_scaling());
        faults.extend(self.check_walltime());
        faults.extend(self.check_reservations());
        faults.extend(self.check_defaults());
        faults
    }

    fn check_words(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        if self.description.chars().count() > MAX_DESCRIPTION
            || self.description.chars().any(char::is_control)
        {
            faults.push(bad(
                "The description is too long or not one line.",
                format!("Write one sentence of at most {MAX_DESCRIPTION} characters."),
            ));
        }
        if self.priority.abs() > MAX_PRIORITY {
            faults.push(bad(
                format!("priority cannot be {}.", self.priority),
                format!("Write a whole number from -{MAX_PRIORITY} to {MAX_PRIORITY}; 0 is usual."),
            ));
        }
        faults
    }

    fn check_lists(&self) -> Vec<Fault> {
        let lists = [
            ("allowed_users", self.allowed_users.len()),
            ("excluded_users", self.excluded_users.len()),
            ("allowed_instance_types", self.allowed_instance_types.len()),
            ("excluded_instance_types", self.excluded_instance_types.len()),
            ("restricted_parameters", self.restricted_parameters.len()),
            ("allowed_security_group_ids", self.allowed_security_groups.len()),
            ("allowed_instance_profiles", self.allowed_instance_profiles.len()),
            ("start_windows", self.windows.len()),
            ("reservations", self.reservations.len()),
        ];
        let long = lists.into_iter().filter(|(_, length)| *length > MAX_ENTRIES);
        long.map(|(name, length)| {
            bad(
                format!("{name} has {length} entries."),
                format!("Write {MAX_ENTRIES} at most; groups and families stand for many."),
            )
        })
        .collect()
    }

    /// Shared nodes are SOCA's and not soca's yet; what belongs to them means nothing without them.
    fn check_scaling(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        match (self.scaling, self.terminate_when_idle) {
            (ScalingMode::SingleJob, Some(_)) => faults.push(bad(
                "terminate_when_idle is for nodes that jobs share, and in this queue each job has its own.",
                "Remove it: a job's nodes go when the job ends.",
            )),
            (ScalingMode::SingleJob, None) => {}
            (ScalingMode::MultipleJobs, idle) => {
                faults.push(bad(
                    "soca does not share nodes between jobs yet, so scaling_mode cannot be multiple_jobs.",
                    "Write single_job; for many short tasks use a job array, whose elements share nodes.",
                ));
                if idle.is_none() {
                    faults.push(bad(
                        "scaling_mode multiple_jobs needs terminate_when_idle.",
                        "Say after how many minutes without work a shared node goes.",
                    ));
                }
            }
        }
        faults
    }

    fn check_walltime(&self) -> Option<Fault> {
        let longest = self.max_walltime?;
        if longest.is_zero() || longest > MAX_WALLTIME {
            return Some(bad(
                "max_walltime is zero or longer than a year.",
                "Write hours:minutes:seconds, for example 48:00:00.",
            ));
        }
        let default = self.defaults.walltime.filter(|default| *default > longest)?;
        Some(Fault::new(
            Code::WalltimeTooLong,
            format!(
                "The queue's default walltime of {} s is longer than its max_walltime of {} s.",
                default.as_secs(),
                longest.as_secs()
            ),
            "Make the default shorter, or the limit longer.",
        ))
    }

    fn check_reservations(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        for reservation in &self.reservations {
            let Reservation { group, instances, from, to } = reservation;
            if from >= to {
                faults.push(bad(
                    format!(
                        "The reservation for {group} ends at {to}, which is not after its begin at {from}."
                    ),
                    "Write a begin that is before the end.",
                ));
            }
            if *instances == 0 {
                faults.push(bad(
                    format!("The reservation for {group} keeps no instance."),
                    "Write how many, or remove the reservation.",
                ));
            }
        }
        faults.extend(self.over_reserved());
        faults
    }

    /// More is kept at one time than the queue may have at all; it is most when a reservation begins.
    fn over_reserved(&self) -> Option<Fault> {
        let limit = u64::from(self.limits.instances?);
        let kept = |r: &Reservation| -> u64 {
            let at_once = self.reservations.iter().filter(|o| o.from <= r.from && r.from < o.to);
            at_once.map(|o| u64::from(o.instances)).sum()
        };
        let (worst, kept) = self.reservations.iter().map(|r| (r, kept(r))).find(|(_, kept)| *kept > limit)?;
        Some(bad(
            format!(
                "{kept} instances are reserved from {} on, and max_provisioned_instances is {limit}.",
                worst.from
            ),
            "Reserve less, or raise the limit.",
        ))
    }

    /// What a job gets that says nothing must be something that the queue would let it ask for.
    fn check_defaults(&self) -> Option<Fault> {
        if self.defaults.instance_types.is_empty() {
            return None;
        }
        LaunchSpec::resolve(&Resources::default(), &self.defaults)
            .and_then(|launch| self.admit_types(&launch.instance_types))
            .map_err(|fault| Fault {
                message: format!("The queue's own defaults: {}", fault.message),
                ..fault
            })
            .err()
    }
}

/// Minutes as the settings have them.
pub fn minutes(count: u32) -> Duration {
    Duration::from_secs(u64::from(count) * 60)
}

fn bad(message: impl Into<String>, remedy: impl Into<String>) -> Fault {
    Fault::new(Code::BadValue, message, remedy)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limit::Limits;

    fn reservation(instances: u32, from: &str, to: &str) -> Reservation {
        let at = |text: &str| format!("2026-12-{text}T00:00:00Z").parse().unwrap();
        Reservation { group: "cfd".parse().unwrap(), instances, from: at(from), to: at(to) }
    }

    fn codes(change: impl FnOnce(&mut QueuePolicy)) -> Vec<&'static str> {
        let mut queue = QueuePolicy::open("q".parse().unwrap(), "Good.");
        change(&mut queue);
        queue.check().iter().map(|fault| fault.code.as_str()).collect()
    }

    #[test]
    fn what_makes_no_sense_or_cannot_be_done_is_refused_p11() {
        let bad = ["BAD_VALUE"];
        assert_eq!(codes(|q| q.description = "two\nlines".into()), bad);
        assert_eq!(codes(|q| q.description = "é".repeat(201)), bad);
        assert_eq!(codes(|q| q.priority = 1025), bad);
        assert_eq!(codes(|q| q.restricted_parameters = vec!["walltime".into(); 401]), bad);
        assert_eq!(codes(|q| q.terminate_when_idle = Some(minutes(3))), bad);
        assert_eq!(codes(|q| q.scaling = ScalingMode::MultipleJobs), ["BAD_VALUE", "BAD_VALUE"]);
        assert_eq!(
            codes(|q| {
                q.scaling = ScalingMode::MultipleJobs;
                q.terminate_when_idle = Some(minutes(3));
            }),
            bad
        );
        assert_eq!(codes(|q| q.max_walltime = Some(Duration::ZERO)), bad);
        assert_eq!(codes(|q| q.reservations = vec![reservation(1, "02", "02")]), bad);
        assert_eq!(codes(|q| q.reservations = vec![reservation(0, "02", "03")]), bad);
        assert_eq!(
            codes(|q| {
                q.max_walltime = Some(Duration::from_secs(60));
                q.defaults.walltime = Some(Duration::from_secs(61));
            }),
            ["WALLTIME_TOO_LONG"]
        );
        assert_eq!(
            codes(|q| {
                q.defaults.instance_types = vec!["c6i.large".parse().unwrap()];
                q.allowed_instance_types = vec!["m5".parse().unwrap()];
            }),
            ["TYPE_NOT_ALLOWED"]
        );
    }

    #[test]
    fn reservations_are_summed_where_they_overlap() {
        let kept = |reservations: Vec<Reservation>| {
            codes(|q| {
                q.limits = Limits { instances: Some(8), ..Limits::default() };
                q.reservations = reservations;
            })
        };
        assert!(kept(vec![reservation(8, "01", "05"), reservation(8, "05", "09")]).is_empty());
        assert_eq!(kept(vec![reservation(5, "01", "05"), reservation(4, "04", "09")]), ["BAD_VALUE"]);
        assert_eq!(kept(vec![reservation(9, "01", "05")]), ["BAD_VALUE"]);
        assert!(codes(|_| ()).is_empty());
    }
}
