//! A project's rules and its account.

use super::Row;
use serde::{Deserialize, Serialize};
use soca_domain::{
    MicroUsd, ProjectName,
    ledger::Account,
    project::{Budget, Project},
    queue::Principal,
};

/// A project's rules.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ProjectRow {
    name: ProjectName,
    description: String,
    #[serde(default)]
    budget: Option<Budget>,
    shares: u32,
    #[serde(default)]
    members: Vec<Principal>,
    #[serde(default)]
    closed: bool,
}

impl Row for ProjectRow {
    const KIND: &'static str = "project";
}

impl From<Project> for ProjectRow {
    fn from(project: Project) -> Self {
        let Project { name, description, budget, shares, members, closed } = project;
        Self { name, description, budget, shares, members, closed }
    }
}

impl From<ProjectRow> for Project {
    fn from(row: ProjectRow) -> Self {
        let ProjectRow { name, description, budget, shares, members, closed } = row;
        Self { name, description, budget, shares, members, closed }
    }
}

/// A project's account. Written by update expressions, whose attribute names are the fields'.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct AccountRow {
    held: MicroUsd,
    #[serde(default)]
    spent: MicroUsd,
    #[serde(default)]
    overdrawn: MicroUsd,
    /// Held and spent: one attribute, so that one condition guards the budget.
    committed: MicroUsd,
}

impl Row for AccountRow {
    const KIND: &'static str = "account";
}

impl From<AccountRow> for Account {
    fn from(row: AccountRow) -> Self {
        let AccountRow { held, spent, overdrawn, .. } = row;
        Self { held, spent, overdrawn }
    }
}
