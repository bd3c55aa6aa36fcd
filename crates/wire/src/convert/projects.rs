//! A project's rules and account to what the API says of them, and back.

use crate::api;
use soca_domain::{
    Code, Fault, MicroUsd,
    ledger::Account,
    project::{Budget, Project},
};

/// A project as the API shows it.
pub fn project(project: &Project, account: &Account) -> api::Project {
    let budget = project.budget;
    let left = budget.map(|budget| budget.amount.0.saturating_sub(account.committed().0));
    api::Project {
        settings: api::ProjectSettings {
            name: project.name.to_string(),
            description: project.description.clone(),
            budget: budget.map(|b| api::ProjectBudget { amount_micro_usd: b.amount.0, hard: b.hard }),
            shares: project.shares,
            members: project.members.iter().map(ToString::to_string).collect(),
        },
        held_micro_usd: account.held.0,
        spent_micro_usd: account.spent.0,
        overdrawn_micro_usd: account.overdrawn.0,
        left_micro_usd: left,
    }
}

/// Settings as a project's rules.
///
/// # Errors
/// Every value that cannot be read, by its key.
pub fn project_rules(settings: &api::ProjectSettings) -> Result<Project, Vec<Fault>> {
    let mut faults = vec![];
    let mut members = vec![];
    for member in &settings.members {
        match member.parse() {
            Ok(member) => members.push(member),
            Err(fault) => faults.push(about("members", fault)),
        }
    }
    let name = settings.name.parse().map_err(|fault| about("name", fault));
    match name {
        Ok(name) if faults.is_empty() => Ok(Project {
            name,
            description: settings.description.clone(),
            budget: settings.budget.map(|b| Budget { amount: MicroUsd(b.amount_micro_usd), hard: b.hard }),
            shares: settings.shares,
            members,
            closed: false,
        }),
        Ok(_) => Err(faults),
        Err(fault) => {
            faults.insert(0, fault);
            Err(faults)
        }
    }
}

fn about(key: &str, fault: Fault) -> Fault {
    Fault { message: format!("{key}: {}", fault.message), code: Code::BadName, ..fault }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_read_back_and_slips_are_all_told_p11() {
        let text = r#"{"name":"wing","budget":{"amount_micro_usd":5},"members":["ada","group:cfd"]}"#;
        let settings: api::ProjectSettings = serde_json::from_str(text).unwrap();
        let read = project_rules(&settings).unwrap();
        assert_eq!(read.hard_budget(), Some(MicroUsd(5)), "a budget is hard unless said otherwise");
        let account = Account { held: MicroUsd(1), spent: MicroUsd(3), overdrawn: MicroUsd(0) };
        let shown = project(&read, &account);
        assert_eq!((shown.settings, shown.left_micro_usd), (settings.clone(), Some(1)));
        let wrong = api::ProjectSettings { name: "a b".into(), members: vec!["x y".into()], ..settings };
        assert_eq!(project_rules(&wrong).unwrap_err().len(), 2);
        assert!(serde_json::from_str::<api::ProjectSettings>(r#"{"name":"wing","buget":null}"#).is_err());
    }
}
