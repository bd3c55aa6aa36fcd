//! A queue's rules to its settings and back. What a queue presets is text here: reading it is a matter of the
//! directives, which this package does not know.

use crate::api::{QueueReservation, QueueSettings, QueueShare};
use soca_domain::{
    Code, Fault, MicroUsd,
    id::shorten,
    limit::Limits,
    queue::{QueueOrder, QueuePolicy, Reservation, ScalingMode, minutes},
    request::Resources,
    time::{format_walltime, parse_walltime},
};
use std::{collections::BTreeMap, str::FromStr, time::Duration};

const ORDERS: [(&str, QueueOrder); 3] = [
    ("fifo", QueueOrder::Fifo),
    ("fairshare", QueueOrder::Fairshare),
    ("fairshare_soca", QueueOrder::FairshareSoca),
];
const SCALINGS: [(&str, ScalingMode); 2] =
    [("single_job", ScalingMode::SingleJob), ("multiple_jobs", ScalingMode::MultipleJobs)];

/// A queue's rules as settings, with what it presets as text.
pub fn queue_settings(policy: &QueuePolicy, defaults: BTreeMap<String, String>) -> QueueSettings {
    QueueSettings {
        name: policy.name.to_string(),
        description: policy.description.clone(),
        priority: policy.priority,
        queue_mode: word(policy.order, &ORDERS),
        scaling_mode: word(policy.scaling, &SCALINGS),
        terminate_when_idle: policy.terminate_when_idle.map(whole_minutes),
        max_running_jobs: policy.limits.jobs,
        max_provisioned_instances: policy.limits.instances,
        max_vcpus: policy.limits.vcpus,
        max_hourly_cost_micro_usd: policy.limits.hourly_cost.map(|cost| cost.0),
        per_user: share(&policy.per_user),
        per_group: share(&policy.per_group),
        per_project: share(&policy.per_project),
        allowed_users: texts(&policy.allowed_users),
        excluded_users: texts(&policy.excluded_users),
        allowed_instance_types: texts(&policy.allowed_instance_types),
        excluded_instance_types: texts(&policy.excluded_instance_types),
        restricted_parameters: policy.restricted_parameters.clone(),
        allowed_security_group_ids: policy.allowed_security_groups.clone(),
        allowed_instance_profiles: policy.allowed_instance_profiles.clone(),
        max_walltime: policy.max_walltime.map(format_walltime),
        start_windows: texts(&policy.windows),
        reservations: policy.reservations.iter().map(reservation).collect(),
        defaults,
    }
}

/// Settings as a queue's rules, with what it presets already read.
///
/// # Errors
/// Every value that cannot be read, by its key: `BAD_NAME`, `BAD_VALUE`, `BAD_WALLTIME`.
pub fn queue_policy(settings: &QueueSettings, defaults: Resources) -> Result<QueuePolicy, Vec<Fault>> {
    let mut read = Read::default();
    let name = read.one("name", &settings.name);
    let policy = name.map(|name| QueuePolicy {
        order: read.word("queue_mode", &settings.queue_mode, &ORDERS),
        scaling: read.word("scaling_mode", &settings.scaling_mode, &SCALINGS),
        terminate_when_idle: settings.terminate_when_idle.map(minutes),
        limits: Limits {
            jobs: settings.max_running_jobs,
            instances: settings.max_provisioned_instances,
            vcpus: settings.max_vcpus,
            hourly_cost: settings.max_hourly_cost_micro_usd.map(MicroUsd),
        },
        per_user: limits(&settings.per_user),
        per_group: limits(&settings.per_group),
        per_project: limits(&settings.per_project),
        allowed_users: read.list("allowed_users", &settings.allowed_users),
        excluded_users: read.list("excluded_users", &settings.excluded_users),
        allowed_instance_types: read.list("allowed_instance_types", &settings.allowed_instance_types),
        excluded_instance_types: read.list("excluded_instance_types", &settings.excluded_instance_types),
        restricted_parameters: settings.restricted_parameters.clone(),
        allowed_security_groups: settings.allowed_security_group_ids.clone(),
        allowed_instance_profiles: settings.allowed_instance_profiles.clone(),
        max_walltime: read.walltime(settings.max_walltime.as_deref()),
        windows: read.list("start_windows", &settings.start_windows),
        reservations: settings.reservations.iter().filter_map(|r| read.reservation(r)).collect(),
        priority: settings.priority,
        defaults,
        ..QueuePolicy::open(name, &settings.description)
    });
    match policy {
        Some(policy) if read.faults.is_empty() => Ok(policy),
        _ => Err(read.faults),
    }
}

fn word<T: PartialEq>(value: T, words: &[(&str, T)]) -> String {
    words.iter().find(|(_, known)| *known == value).map_or_else(String::new, |(word, _)| (*word).to_owned())
}

fn texts<T: ToString>(items: &[T]) -> Vec<String> {
    items.iter().map(ToString::to_string).collect()
}

fn whole_minutes(span: Duration) -> u32 {
    u32::try_from(span.as_secs() / 60).unwrap_or(u32::MAX)
}

fn share(limits: &Limits) -> QueueShare {
    QueueShare {
        running_jobs: limits.jobs,
        provisioned_instances: limits.instances,
        vcpus: limits.vcpus,
        hourly_cost_micro_usd: limits.hourly_cost.map(|cost| cost.0),
    }
}

fn limits(share: &QueueShare) -> Limits {
    Limits {
        jobs: share.running_jobs,
        instances: share.provisioned_instances,
        vcpus: share.vcpus,
        hourly_cost: share.hourly_cost_micro_usd.map(MicroUsd),
    }
}

fn reservation(kept: &Reservation) -> QueueReservation {
    QueueReservation {
        group: kept.group.to_string(),
        instances: kept.instances,
        from: kept.from.to_string(),
        to: kept.to.to_string(),
    }
}

/// Reads values and keeps what is wrong with them.
#[derive(Default)]
struct Read {
    faults: Vec<Fault>,
}

impl Read {
    fn one<T: FromStr<Err = Fault>>(&mut self, key: &str, text: &str) -> Option<T> {
        let read = text.parse();
        read.map_err(|fault: Fault| self.faults.push(of_key(key, fault))).ok()
    }

    fn list<T: FromStr<Err = Fault>>(&mut self, key: &str, texts: &[String]) -> Vec<T> {
        texts.iter().filter_map(|text| self.one(key, text)).collect()
    }

    fn word<T: Copy + Default>(&mut self, key: &str, text: &str, words: &[(&str, T)]) -> T {
        let found = words.iter().find(|(word, _)| *word == text).map(|(_, value)| *value);
        if found.is_none() {
            let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            self.faults.push(Fault::new(
                Code::BadValue,
                format!("{key} cannot be \"{}\".", shorten(text)),
                format!("Write {}.", known.join(" or ")),
            ));
        }
        found.unwrap_or_default()
    }

    fn walltime(&mut self, text: Option<&str>) -> Option<Duration> {
        let read = parse_walltime(text?);
        read.map_err(|fault| self.faults.push(of_key("max_walltime", fault))).ok()
    }

    fn reservation(&mut self, kept: &QueueReservation) -> Option<Reservation> {
        let group = self.one("reservations", &kept.group);
        let from = self.one("reservations", &kept.from);
        let to = self.one("reservations", &kept.to);
        Some(Reservation { group: group?, instances: kept.instances, from: from?, to: to? })
    }
}

fn of_key(key: &str, fault: Fault) -> Fault {
    Fault { message: format!("{key}: {}", fault.message), ..fault }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(json: &str) -> QueueSettings {
        serde_json::from_str(json).unwrap()
    }

    fn full() -> QueuePolicy {
        let at = |text: &str| text.parse().unwrap();
        QueuePolicy {
            priority: -3,
            order: QueueOrder::FairshareSoca,
            scaling: ScalingMode::MultipleJobs,
            terminate_when_idle: Some(minutes(3)),
            limits: Limits {
                jobs: Some(0),
                instances: Some(u32::MAX),
                vcpus: Some(64),
                hourly_cost: Some(MicroUsd(u64::MAX)),
            },
            per_user: Limits { jobs: Some(4), ..Limits::default() },
            per_group: Limits { instances: Some(5), ..Limits::default() },
            per_project: Limits { hourly_cost: Some(MicroUsd(6)), ..Limits::default() },
            allowed_users: vec!["alice".parse().unwrap(), "group:cfd".parse().unwrap()],
            excluded_users: vec!["*".parse().unwrap()],
            allowed_instance_types: vec!["c6i".parse().unwrap(), "m5.large".parse().unwrap()],
            excluded_instance_types: vec!["c6i.32xlarge".parse().unwrap()],
            restricted_parameters: vec!["instance_ami".into()],
            allowed_security_groups: vec!["sg-0123abcd".into()],
            allowed_instance_profiles: vec!["cfd".into()],
            max_walltime: Some(Duration::from_secs(100 * 3600)),
            windows: vec!["mon-fri 19:00-07:00".parse().unwrap(), "daily 00:00-24:00".parse().unwrap()],
            reservations: vec![Reservation {
                group: "cfd".parse().unwrap(),
                instances: 8,
                from: at("2026-12-01T00:00:00Z"),
                to: at("2026-12-24T00:00:00.5Z"),
            }],
            ..QueuePolicy::open("nights".parse().unwrap(), "After hours, \"cheap\".")
        }
    }

    #[test]
    fn rules_survive_the_way_to_settings_and_back() {
        let presets = |_: &QueuePolicy| BTreeMap::from([("walltime".to_owned(), "01:00:00".to_owned())]);
        for order in [QueueOrder::Fifo, QueueOrder::Fairshare, QueueOrder::FairshareSoca] {
            for base in [QueuePolicy::open("q".parse().unwrap(), ""), full()] {
                let policy = QueuePolicy { order, ..base };
                let sent = serde_json::to_string(&queue_settings(&policy, presets(&policy))).unwrap();
                let received = settings(&sent);
                assert_eq!(received.defaults, presets(&policy));
                assert_eq!(queue_policy(&received, Resources::default()), Ok(policy));
            }
        }
    }

    #[test]
    fn what_is_left_out_has_its_default() {
        let policy = queue_policy(&settings(r#"{"name":"q"}"#), Resources::default()).unwrap();
        assert_eq!(policy, QueuePolicy::open("q".parse().unwrap(), ""));
    }

    #[test]
    fn every_value_that_cannot_be_read_is_told_by_its_key_p11() {
        let wrong = settings(r#"{"name":"Not a name","queue_mode":"lifo"}"#);
        assert_eq!(queue_policy(&wrong, Resources::default()).unwrap_err()[0].code, Code::BadName);
        let wrong = settings(
            r#"{"name":"q","queue_mode":"lifo","scaling_mode":"some","allowed_users":["Ann B"],
                "excluded_instance_types":["C6I"],"max_walltime":"1:99:0","start_windows":["mon 7-8"],
                "reservations":[{"group":"a b","instances":1,"from":"now","to":"2026-12-01T00:00:00Z"}]}"#,
        );
        let faults = queue_policy(&wrong, Resources::default()).unwrap_err();
        let told: Vec<String> = faults.iter().map(|f| format!("{} {}", f.code, f.message)).collect();
        insta::assert_snapshot!(told.join("\n"));
    }

    #[test]
    fn fields_that_nobody_knows_are_refused_by_name_p11() {
        for json in [
            r#"{"name":"q","max_runing_jobs":4}"#,
            r#"{"name":"q","per_user":{"max_runing_jobs":4}}"#,
            r#"{"name":"q","reservations":[{"group":"a","instances":1,"from":"","to":"","max_runing_jobs":1}]}"#,
        ] {
            let error = serde_json::from_str::<QueueSettings>(json).unwrap_err().to_string();
            assert!(error.contains("unknown field `max_runing_jobs`"), "{error}");
        }
    }
}
