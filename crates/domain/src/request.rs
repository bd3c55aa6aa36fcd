//! What a job asks for: the typed result of reading a job script, before queue defaults are applied.
//!
//! Names and meanings of the parameters are SOCA's; `None` always means "not said", so that the queue's default and
//! then the built-in default can take its place ([`crate::launch`]).

use crate::{
    array::ArraySpec,
    depend::Dependency,
    id::{JobName, ProjectName, QueueName},
    instance_type::{Architecture, InstanceTypeName},
    memory::MemoryMib,
    offer::Selection,
    policy::PolicyRequest,
};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// The largest number of nodes one job may ask for.
pub const MAX_NODES: u32 = 2_000;
/// The largest number of CPUs or processes one node may be asked for.
pub const MAX_CPUS_PER_NODE: u32 = 1_024;
/// The most GPUs one node may be asked for; no instance type has more.
pub const MAX_GPUS_PER_NODE: u32 = 16;
/// The most attempts on the spot market before a job goes on demand; there are no more attempts than that.
pub const MAX_SPOT_ATTEMPTS: u32 = 3;

/// Everything a job script's directives can say.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobRequest {
    /// `-N`
    pub name: Option<JobName>,
    /// `-q`
    pub queue: Option<QueueName>,
    /// `-P`
    pub project: Option<ProjectName>,
    /// `-l …`
    pub resources: Resources,
    /// `-o`, `-e`, `-j`
    pub output: Output,
    /// `-J`
    pub array: Option<ArraySpec>,
    /// `-a`: not before this time of day or date.
    pub begin: Option<Begin>,
    /// `-h`: held until released.
    pub hold: bool,
    /// `-r n`: not to be started again after a lost node.
    pub rerunnable: Option<bool>,
    /// `-p`: before others of the queue with a lower one.
    #[serde(default)]
    pub priority: Option<i32>,
    /// `-v`, `-V`
    pub environment: EnvironmentRequest,
    /// `-W depend=…`
    pub depend: Vec<Dependency>,
    /// `-W depend=singleton`: not beside, nor before, its owner's other jobs of its name.
    #[serde(default)]
    pub singleton: bool,
    /// `-S`, or the script's `#!` line.
    pub shell: Option<String>,
    /// `-m`, `-M`
    pub mail: Option<Mail>,
}

/// The `-l` parameters, by SOCA's names.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resources {
    /// Instances (`select=N`, `nodes=N`).
    pub nodes: Option<u32>,
    /// CPUs needed on each node (`ncpus`).
    pub ncpus: Option<u32>,
    /// Processes on each node (`mpiprocs`, `ppn`).
    pub mpiprocs: Option<u32>,
    /// Memory needed on each node (`mem`).
    pub memory: Option<MemoryMib>,
    /// GPUs needed on each node (`ngpus`).
    #[serde(default)]
    pub gpus: Option<u32>,
    /// `arch`
    #[serde(default)]
    pub architecture: Option<Architecture>,
    /// `instance_selection`: which of the types that fit is tried first.
    #[serde(default)]
    pub selection: Option<Selection>,
    /// The longest it may run (`walltime`).
    pub walltime: Option<Duration>,
    /// `place`
    pub place: Option<PlaceRequest>,
    /// `instance_type`, `instance_types`: first choice first; empty means not said.
    pub instance_types: Vec<InstanceTypeName>,
    /// `instance_ami`
    pub instance_ami: Option<String>,
    /// `base_os`
    pub base_os: Option<BaseOs>,
    /// `ht_support`
    pub ht_support: Option<bool>,
    /// `root_size`, GiB
    pub root_size_gib: Option<u32>,
    /// `scratch_size`, GiB
    pub scratch_size_gib: Option<u32>,
    /// `scratch_iops`
    pub scratch_iops: Option<u32>,
    /// `keep_ebs`
    pub keep_ebs: Option<bool>,
    /// `efa_support`
    pub efa_support: Option<bool>,
    /// `placement_group`
    pub placement_group: Option<bool>,
    /// `subnet_id`, `subnet_ids`
    pub subnets: Option<SubnetChoice>,
    /// `spot_price`
    pub spot_price: Option<SpotPrice>,
    /// `spot_allocation_count`
    pub spot_allocation_count: Option<u32>,
    /// `spot_allocation_strategy`
    pub spot_allocation_strategy: Option<SpotStrategy>,
    /// `spot_attempts`: so many attempts on the spot market come to nothing before the job goes on demand.
    #[serde(default)]
    pub spot_attempts: Option<u32>,
    /// `instance_profile`
    pub instance_profile: Option<String>,
    /// `security_groups`; empty means not said.
    pub security_groups: Vec<String>,
    /// `capacity_reservation_id`
    pub capacity_reservation_id: Option<String>,
    /// `attempts`, `signal`, `grace`, `deadline`, `max_cost`
    #[serde(default)]
    pub policy: PolicyRequest,
}

/// `-l place=arrangement[:sharing][:group=resource]`
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlaceRequest {
    /// How the chunks lie on the nodes.
    pub arrangement: Arrangement,
    /// Whether the nodes are the job's alone; they always are in a `single_job` queue.
    pub exclusive: bool,
}

/// How PBS chunks lie on nodes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Arrangement {
    /// Wherever there is room.
    Free,
    /// All on one node.
    Pack,
    /// Each on a node of its own: SOCA's default.
    #[default]
    Scatter,
    /// Each on a virtual node of its own; the same as scatter here.
    Vscatter,
}

/// Operating system families with a bootstrap of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs, reason = "the names are the documentation")]
pub enum BaseOs {
    AmazonLinux2,
    AmazonLinux2023,
    Centos7,
    Rhel7,
    Rhel8,
    Rhel9,
    Rocky8,
    Rocky9,
    Ubuntu2204,
    Ubuntu2404,
}

impl BaseOs {
    /// Every family with SOCA's spelling.
    pub const ALL: &'static [(&'static str, BaseOs)] = &[
        ("amazonlinux2", BaseOs::AmazonLinux2),
        ("amazonlinux2023", BaseOs::AmazonLinux2023),
        ("centos7", BaseOs::Centos7),
        ("rhel7", BaseOs::Rhel7),
        ("rhel8", BaseOs::Rhel8),
        ("rhel9", BaseOs::Rhel9),
        ("rocky8", BaseOs::Rocky8),
        ("rocky9", BaseOs::Rocky9),
        ("ubuntu2204", BaseOs::Ubuntu2204),
        ("ubuntu2404", BaseOs::Ubuntu2404),
    ];
}

/// Which of the cluster's subnets a job may use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SubnetChoice {
    /// So many of them, any.
    Any(u32),
    /// These.
    Named(Vec<String>),
}

/// The most a spot instance may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SpotPrice {
    /// Up to the on-demand price.
    Auto,
    /// Up to so many micro-USD per hour and instance.
    Max(u64),
}

/// How EC2 picks spot pools.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "EC2's own terms")]
pub enum SpotStrategy {
    LowestPrice,
    Diversified,
    CapacityOptimized,
}

/// Where a job's output goes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Output {
    /// `-o`: a file or a directory (ending in `/`), relative to the submit directory.
    pub stdout: Option<String>,
    /// `-e`
    pub stderr: Option<String>,
    /// `-j`
    pub join: Join,
}

/// Whether the two output streams are merged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Join {
    /// Two files.
    #[default]
    Separate,
    /// `-j oe`: both to standard output.
    IntoStdout,
    /// `-j eo`: both to standard error.
    IntoStderr,
}

/// When a job may start at the earliest, as PBS's `-a [[[[CC]YY]MM]DD]hhmm[.SS]` says it (UTC).
///
/// Parts left out mean the next such moment, so only a clock can resolve it ([`Begin::after`]).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Begin {
    /// Full year.
    pub year: Option<i16>,
    /// 1 to 12.
    pub month: Option<i8>,
    /// 1 to 31.
    pub day: Option<i8>,
    /// 0 to 23.
    pub hour: i8,
    /// 0 to 59.
    pub minute: i8,
    /// 0 to 59.
    pub second: i8,
}

/// Which variables the job's environment has besides soca's own.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnvironmentRequest {
    /// `-V`: all of the submitting shell's.
    pub all: bool,
    /// `-v NAME` (value from the submitting shell) and `-v NAME=value`, in order.
    pub variables: Vec<(String, Option<String>)>,
}

/// `-m` and `-M`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mail {
    /// `a` abort, `b` begin, `e` end.
    pub events: String,
    /// Addresses; empty means the owner's.
    pub to: Vec<String>,
}

impl Begin {
    /// The first moment at or after `now` that fits; `None` when there is no such date (31 February).
    pub fn after(&self, now: crate::Timestamp) -> Option<crate::Timestamp> {
        use jiff::{ToSpan, civil, tz::TimeZone};
        let now = jiff::Timestamp::from_millisecond(now.0).ok()?.to_zoned(TimeZone::UTC).datetime();
        let make = |year, month, day| {
            civil::DateTime::new(year, month, day, self.hour, self.minute, self.second, 0).ok()
        };
        let candidates: Vec<civil::DateTime> = match (self.year, self.month, self.day) {
            (Some(y), m, d) => make(y, m.unwrap_or(1), d.unwrap_or(1)).into_iter().collect(),
            (None, Some(m), d) => (0..=8).filter_map(|n| make(now.year() + n, m, d.unwrap_or(1))).collect(),
            (None, None, Some(d)) => (0..=12)
                .filter_map(|n| {
                    let month = now.date().first_of_month().checked_add(n.months()).ok()?;
                    make(month.year(), month.month(), d)
                })
                .collect(),
            (None, None, None) => (0..=1)
                .filter_map(|n| {
                    let day = now.date().checked_add(n.days()).ok()?;
                    make(day.year(), day.month(), day.day())
                })
                .collect(),
        };
        let exact = self.year.is_some();
        let found = candidates.into_iter().find(|c| exact || *c >= now)?;
        let zoned = found.to_zoned(TimeZone::UTC).ok()?;
        Some(crate::Timestamp(zoned.timestamp().as_millisecond()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Timestamp;

    fn at(year: Option<i16>, month: Option<i8>, day: Option<i8>, hour: i8, minute: i8) -> Begin {
        Begin { year, month, day, hour, minute, second: 0 }
    }

    #[test]
    fn a_time_of_day_means_its_next_occurrence() {
        let now: Timestamp = "2026-11-23T08:00:00Z".parse().unwrap();
        let cases = [
            (at(None, None, None, 9, 30), "2026-11-23T09:30:00.000Z"),
            (at(None, None, None, 7, 0), "2026-11-24T07:00:00.000Z"),
            (at(None, None, Some(1), 7, 0), "2026-12-01T07:00:00.000Z"),
            (at(None, Some(2), Some(29), 7, 0), "2028-02-29T07:00:00.000Z"),
            (at(Some(2020), Some(1), Some(2), 3, 4), "2020-01-02T03:04:00.000Z"),
        ];
        for (begin, expected) in cases {
            assert_eq!(begin.after(now).unwrap().to_string(), expected);
        }
        assert_eq!(at(Some(2026), Some(2), Some(31), 0, 0).after(now), None);
    }
}
