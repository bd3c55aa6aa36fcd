//! Projects: what an administrator says of one, and how its account stands.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// `PUT /v1/projects/{name}`: everything about a project. What is left out has its default, and a field that is not one
/// of these is refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProjectSettings {
    /// Its name, as in the address.
    pub name: String,
    /// One sentence for people choosing a project.
    #[serde(default)]
    pub description: String,
    /// What its jobs may cost, all together; `null` is without limit.
    #[serde(default)]
    pub budget: Option<ProjectBudget>,
    /// Its part of the cluster in fair-share queues, compared with the other projects' parts.
    #[serde(default = "one")]
    pub shares: u32,
    /// Who may account jobs to it: users, `group:NAME`, or `*`; empty is everybody.
    #[serde(default)]
    pub members: Vec<String>,
}

/// A project's budget.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProjectBudget {
    /// How much, micro-USD.
    pub amount_micro_usd: u64,
    /// Whether jobs that it cannot pay are kept from starting; otherwise it is only shown how it stands.
    #[serde(default = "yes")]
    pub hard: bool,
}

/// `GET`, `PUT` and `DELETE /v1/projects/{name}`: a project and its account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Project {
    /// What an administrator said of it.
    pub settings: ProjectSettings,
    /// What is held for jobs that have capacity, micro-USD.
    pub held_micro_usd: u64,
    /// What its jobs have cost, micro-USD.
    pub spent_micro_usd: u64,
    /// What of that was more than had been held for them, micro-USD.
    pub overdrawn_micro_usd: u64,
    /// What its budget has left after both, micro-USD; `null` without a budget.
    pub left_micro_usd: Option<u64>,
}

/// `GET /v1/projects`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ProjectList {
    /// By name.
    pub projects: Vec<Project>,
}

fn one() -> u32 {
    1
}

fn yes() -> bool {
    true
}
