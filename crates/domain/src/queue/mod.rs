//! Queues: what an administrator says of them.

mod access;
mod check;
mod window;

pub use access::{Principal, TypePattern};
pub use check::minutes;
pub use window::{Days, StartWindow};

use crate::{
    Timestamp,
    fault::{Code, Fault},
    id::{GroupName, ProjectName, QueueName},
    launch::LaunchSpec,
    limit::{LimitReached, LimitScope, Limits, Measure, Need},
    request::Resources,
};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// One queue's rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueuePolicy {
    /// Its name.
    pub name: QueueName,
    /// One sentence for people choosing a queue.
    pub description: String,
    /// It takes no more jobs and nobody sees it: it was removed. Its row stays, so that a job that was taken in at that
    /// very moment still runs by its rules.
    pub closed: bool,
    /// Its jobs go before those of queues with a lower one, where they want the same.
    pub priority: i32,
    /// In which order its jobs start.
    pub order: QueueOrder,
    /// Whether each job gets nodes of its own.
    pub scaling: ScalingMode,
    /// How long nodes that several jobs share stay without work.
    pub terminate_when_idle: Option<Duration>,
    /// What all its jobs together may have (`max_running_jobs`, `max_provisioned_instances`).
    pub limits: Limits,
    /// What each owner's jobs may have.
    pub per_user: Limits,
    /// What the jobs of each group's members may have.
    pub per_group: Limits,
    /// What each project's jobs may have.
    pub per_project: Limits,
    /// Who may use it; empty means everybody.
    pub allowed_users: Vec<Principal>,
    /// Who may not, unless they are allowed by name.
    pub excluded_users: Vec<Principal>,
    /// Instance types and families that jobs may ask for; empty means all.
    pub allowed_instance_types: Vec<TypePattern>,
    /// Instance types and families that they may not.
    pub excluded_instance_types: Vec<TypePattern>,
    /// Parameters that jobs may not set: the queue's default holds.
    pub restricted_parameters: Vec<String>,
    /// Security groups that jobs may add.
    pub allowed_security_groups: Vec<String>,
    /// Instance profiles that jobs may choose.
    pub allowed_instance_profiles: Vec<String>,
    /// The longest walltime a job may ask for.
    pub max_walltime: Option<Duration>,
    /// When jobs may start; empty means at any time.
    pub windows: Vec<StartWindow>,
    /// Capacity kept for groups.
    pub reservations: Vec<Reservation>,
    /// What a job gets that does not say.
    pub defaults: Resources,
}

/// In which order a queue's jobs start, within one priority.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum QueueOrder {
    /// First come, first served.
    #[default]
    Fifo,
    /// Who used least of their share goes first.
    Fairshare,
    /// SOCA's formula: who has fewest jobs running goes first, whatever they used before.
    FairshareSoca,
}

/// Whether jobs share nodes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ScalingMode {
    /// Each job gets nodes of its own.
    #[default]
    SingleJob,
    /// Jobs of one shape share nodes that stay warm.
    MultipleJobs,
}

/// Part of a queue's instances kept for a group over a time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reservation {
    /// For whom.
    pub group: GroupName,
    /// How many.
    pub instances: u32,
    /// From when.
    pub from: Timestamp,
    /// Until when.
    pub to: Timestamp,
}

impl QueuePolicy {
    /// A queue that allows everything, first come first served.
    pub fn open(name: QueueName, description: &str) -> Self {
        Self {
            name,
            description: description.into(),
            closed: false,
            priority: 0,
            order: QueueOrder::default(),
            scaling: ScalingMode::default(),
            terminate_when_idle: None,
            limits: Limits::default(),
            per_user: Limits::default(),
            per_group: Limits::default(),
            per_project: Limits::default(),
            allowed_users: vec![],
            excluded_users: vec![],
            allowed_instance_types: vec![],
            excluded_instance_types: vec![],
            restricted_parameters: vec![],
            allowed_security_groups: vec![],
            allowed_instance_profiles: vec![],
            max_walltime: None,
            windows: vec![],
            reservations: vec![],
            defaults: Resources::default(),
        }
    }

    /// Refuses a job that can never start here, however long it waits.
    ///
    /// # Errors
    /// `OVER_QUEUE_LIMIT` or `WALLTIME_TOO_LONG`.
    pub fn admit(
        &self,
        launch: &LaunchSpec,
        need: &Need,
        project: Option<&ProjectName>,
        groups: &[GroupName],
    ) -> Result<(), Fault> {
        let mut scoped = vec![(LimitScope::Queue, &self.limits), (LimitScope::User, &self.per_user)];
        scoped.extend(project.map(|name| (LimitScope::Project(name.clone()), &self.per_project)));
        scoped.extend(groups.iter().map(|name| (LimitScope::Group(name.clone()), &self.per_group)));
        for (scope, limits) in scoped {
            for measure in Measure::ALL {
                let asked = need.of(measure);
                if let Some(limit) = limits.of(measure).filter(|limit| asked > *limit) {
                    return Err(self.over(LimitReached { scope, measure, used: 0, asked, limit }));
                }
            }
        }
        match (self.max_walltime, launch.walltime) {
            (Some(longest), Some(asked)) if asked > longest => Err(Fault::new(
                Code::WalltimeTooLong,
                format!(
                    "The job asks for {} s; queue {} allows {} s at most.",
                    asked.as_secs(),
                    self.name,
                    longest.as_secs()
                ),
                "Ask for a shorter walltime, or choose another queue (soca queues shows their limits).",
            )),
            _ => Ok(()),
        }
    }

    fn over(&self, reached: LimitReached) -> Fault {
        let LimitReached { scope, measure, asked, limit, .. } = reached;
        let whose = match scope {
            LimitScope::Cluster | LimitScope::Queue => String::new(),
            LimitScope::User => " to each user".to_owned(),
            LimitScope::Project(name) => format!(" to project {name}"),
            LimitScope::Group(name) => format!(" to group {name}"),
        };
        let what = match measure {
            Measure::Jobs => "job",
            Measure::Instances => "nodes",
            Measure::Vcpus => "vCPUs",
            Measure::HourlyCost => "micro-USD an hour",
        };
        Fault::new(
            Code::OverQueueLimit,
            format!("The job asks for {asked} {what}; queue {} allows {limit}{whose} at once.", self.name),
            "Ask for less, or choose another queue (soca queues shows their limits).",
        )
    }
}

/// The queues of a new cluster, until an administrator says otherwise.
pub fn initial_queues(max_running_jobs: u32, max_provisioned_instances: u32) -> Vec<QueuePolicy> {
    let queue = |name: &str, description: &str, jobs: u32, instances: u32| QueuePolicy {
        limits: Limits { jobs: Some(jobs), instances: Some(instances), ..Limits::default() },
        defaults: Resources {
            instance_types: vec!["c6i.large".parse().expect("a valid type")],
            ..Resources::default()
        },
        ..QueuePolicy::open(name.parse().expect("a valid name"), description)
    };
    vec![
        queue(
            "normal",
            "Everyday work, first come first served.",
            max_running_jobs,
            max_provisioned_instances,
        ),
        queue(
            "test",
            "Short trials: a few small jobs at a time.",
            max_running_jobs.min(4),
            max_provisioned_instances.min(8),
        ),
    ]
}
