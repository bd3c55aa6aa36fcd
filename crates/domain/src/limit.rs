//! Limits: how much of what may be in use at once, for whom, and how much a job would add.

use crate::{
    MicroUsd,
    id::{GroupName, ProjectName, QueueName, UserName},
};
use serde::{Deserialize, Serialize};
use std::fmt;

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// Jobs with capacity, from the decision to start until the stack is gone.
    Jobs,
    /// Their instances.
    Instances,
    /// Their virtual CPUs.
    Vcpus,
    /// What they cost an hour, micro-USD.
    HourlyCost,
}

impl Measure {
    /// Every measure, in the order of their declaration.
    pub const ALL: [Measure; 4] = [Measure::Jobs, Measure::Instances, Measure::Vcpus, Measure::HourlyCost];
}

/// The most of each measure that may be in use at once; `None` is without limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Limits {
    /// Jobs with capacity.
    pub jobs: Option<u32>,
    /// Instances.
    pub instances: Option<u32>,
    /// Virtual CPUs.
    pub vcpus: Option<u32>,
    /// Cost per hour.
    pub hourly_cost: Option<MicroUsd>,
}

impl Limits {
    /// Whether nothing is limited.
    pub fn is_unlimited(&self) -> bool {
        *self == Limits::default()
    }

    /// The limit on a measure.
    pub fn of(&self, measure: Measure) -> Option<u64> {
        match measure {
            Measure::Jobs => self.jobs.map(u64::from),
            Measure::Instances => self.instances.map(u64::from),
            Measure::Vcpus => self.vcpus.map(u64::from),
            Measure::HourlyCost => self.hourly_cost.map(|MicroUsd(cost)| cost),
        }
    }

    /// The first measure of which `used` is more than it may be.
    pub fn passed_by(&self, used: &Usage) -> Option<Measure> {
        Measure::ALL.into_iter().find(|m| self.of(*m).is_some_and(|limit| used.of(*m) > limit))
    }
}

/// What one job takes of every limit it is under, besides being one job.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Need {
    /// Instances.
    pub instances: u32,
    /// Virtual CPUs of all its instances.
    pub vcpus: u32,
    /// What they cost an hour.
    pub hourly_cost: MicroUsd,
}

impl Need {
    /// How much of a measure it takes.
    pub fn of(&self, measure: Measure) -> u64 {
        match measure {
            Measure::Jobs => 1,
            Measure::Instances => u64::from(self.instances),
            Measure::Vcpus => u64::from(self.vcpus),
            Measure::HourlyCost => self.hourly_cost.0,
        }
    }
}

/// How much is in use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// Jobs with capacity.
    pub jobs: u64,
    /// Their instances.
    pub instances: u64,
    /// Their virtual CPUs.
    pub vcpus: u64,
    /// What they cost an hour, micro-USD.
    pub hourly_cost: u64,
}

impl Usage {
    /// How much of a measure is in use.
    pub fn of(&self, measure: Measure) -> u64 {
        match measure {
            Measure::Jobs => self.jobs,
            Measure::Instances => self.instances,
            Measure::Vcpus => self.vcpus,
            Measure::HourlyCost => self.hourly_cost,
        }
    }

    /// The usage with one more job.
    #[must_use]
    pub fn plus(self, need: &Need) -> Usage {
        Usage {
            jobs: self.jobs + 1,
            instances: self.instances + u64::from(need.instances),
            vcpus: self.vcpus + u64::from(need.vcpus),
            hourly_cost: self.hourly_cost + need.hourly_cost.0,
        }
    }

    /// The usage with one job less.
    #[must_use]
    pub fn minus(self, need: &Need) -> Usage {
        Usage {
            jobs: self.jobs.saturating_sub(1),
            instances: self.instances.saturating_sub(u64::from(need.instances)),
            vcpus: self.vcpus.saturating_sub(u64::from(need.vcpus)),
            hourly_cost: self.hourly_cost.saturating_sub(need.hourly_cost.0),
        }
    }
}

/// A counter of what is in use. Starts take from it and settled stacks give back, in the same transaction as the job
/// moves, so that no race passes a limit (P4).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CounterScope {
    /// Of a queue.
    Queue(QueueName),
    /// Of an owner in a queue.
    User(QueueName, UserName),
    /// Of a group's members in a queue.
    Group(QueueName, GroupName),
    /// Of a project in a queue.
    Project(QueueName, ProjectName),
}

/// Whose jobs a limit counts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LimitScope {
    /// Everybody's, in every queue.
    Cluster,
    /// Everybody's in the queue.
    Queue,
    /// The project's in the queue.
    Project(ProjectName),
    /// The group's members' in the queue.
    Group(GroupName),
    /// The owner's in the queue.
    User,
}

impl LimitScope {
    /// The beginning of the stable words for limits of this scope.
    fn word(&self) -> usize {
        match self {
            LimitScope::Cluster => 0,
            LimitScope::Queue => 1,
            LimitScope::Project(_) => 2,
            LimitScope::Group(_) => 3,
            LimitScope::User => 4,
        }
    }
}

impl fmt::Display for LimitScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LimitScope::Cluster => write!(f, "the cluster"),
            LimitScope::Queue => write!(f, "the queue"),
            LimitScope::Project(name) => write!(f, "project {name} in this queue"),
            LimitScope::Group(name) => write!(f, "group {name} in this queue"),
            LimitScope::User => write!(f, "the job's owner in this queue"),
        }
    }
}

/// A limit that keeps a job from starting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LimitReached {
    /// Whose jobs it counts.
    pub scope: LimitScope,
    /// What it counts.
    pub measure: Measure,
    /// How much is in use.
    pub used: u64,
    /// How much the job asks for.
    pub asked: u64,
    /// The limit.
    pub limit: u64,
}

impl LimitReached {
    /// The stable word in replies: `QUEUE_JOB_LIMIT`, `USER_VCPU_LIMIT`.
    pub fn code(&self) -> &'static str {
        const CODES: [[&str; 4]; 5] = [
            ["CLUSTER_JOB_LIMIT", "CLUSTER_INSTANCE_LIMIT", "CLUSTER_VCPU_LIMIT", "CLUSTER_COST_LIMIT"],
            ["QUEUE_JOB_LIMIT", "QUEUE_INSTANCE_LIMIT", "QUEUE_VCPU_LIMIT", "QUEUE_COST_LIMIT"],
            ["PROJECT_JOB_LIMIT", "PROJECT_INSTANCE_LIMIT", "PROJECT_VCPU_LIMIT", "PROJECT_COST_LIMIT"],
            ["GROUP_JOB_LIMIT", "GROUP_INSTANCE_LIMIT", "GROUP_VCPU_LIMIT", "GROUP_COST_LIMIT"],
            ["USER_JOB_LIMIT", "USER_INSTANCE_LIMIT", "USER_VCPU_LIMIT", "USER_COST_LIMIT"],
        ];
        CODES[self.scope.word()][self.measure as usize]
    }

    /// What would let the job start.
    pub fn unblocked_by(&self) -> String {
        if self.asked > self.limit {
            return "A higher limit: the job asks for more than the whole of it.".into();
        }
        format!("Jobs of {} ending.", self.scope)
    }
}

impl fmt::Display for LimitReached {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let LimitReached { scope, measure, used, asked, limit } = self;
        let scope = scope.to_string();
        let scope = capitalised(&scope);
        match measure {
            Measure::Jobs => write!(f, "{scope} may run {limit} job(s) at once and runs {used}."),
            Measure::Instances => {
                write!(f, "{scope} has {used} of {limit} instances in use and the job asks for {asked}.")
            }
            Measure::Vcpus => {
                write!(f, "{scope} has {used} of {limit} vCPUs in use and the job asks for {asked}.")
            }
            Measure::HourlyCost => write!(
                f,
                "{scope} spends {} of {} an hour and the job costs {}.",
                MicroUsd(*used),
                MicroUsd(*limit),
                MicroUsd(*asked)
            ),
        }
    }
}

fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or(String::new(), |first| first.to_uppercase().chain(chars).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_limit_has_a_code_and_a_sentence() {
        let scopes = [
            LimitScope::Cluster,
            LimitScope::Queue,
            LimitScope::Project("wing".parse().unwrap()),
            LimitScope::Group("cfd".parse().unwrap()),
            LimitScope::User,
        ];
        let mut text = String::new();
        for scope in scopes {
            for measure in Measure::ALL {
                let reached = LimitReached { scope: scope.clone(), measure, used: 3, asked: 2, limit: 4 };
                text += &format!("{} {reached} {}\n", reached.code(), reached.unblocked_by());
            }
        }
        insta::assert_snapshot!(text);
    }

    #[test]
    fn usage_is_compared_measure_by_measure() {
        let limits = Limits { vcpus: Some(8), hourly_cost: Some(MicroUsd(10)), ..Limits::default() };
        let need = Need { instances: 2, vcpus: 4, hourly_cost: MicroUsd(4) };
        let one = Usage::default().plus(&need);
        assert_eq!(limits.passed_by(&one.plus(&need)), None);
        assert_eq!(limits.passed_by(&one.plus(&need).plus(&need)), Some(Measure::Vcpus));
        assert_eq!(one.minus(&need), Usage::default());
        assert!(Limits::default().is_unlimited() && !limits.is_unlimited());
    }
}
