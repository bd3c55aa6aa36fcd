//! Projects: what jobs are accounted to, who may use them, and the budget that their jobs must stay within.

use crate::{
    MicroUsd,
    fault::{Code, Fault},
    id::{GroupName, ProjectName, UserName, shorten},
    ledger::Account,
    queue::Principal,
};
use serde::{Deserialize, Serialize};

/// The most characters a description may have.
const MAX_DESCRIPTION: usize = 500;
/// The most entries the list of those who may use a project may have.
const MAX_MEMBERS: usize = 200;

/// A project.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Project {
    /// Its name.
    pub name: ProjectName,
    /// What it is for.
    pub description: String,
    /// What its jobs may cost; `None` is without limit.
    pub budget: Option<Budget>,
    /// Its part of the cluster in fair-share queues, compared with the other projects' parts; at least 1.
    pub shares: u32,
    /// Who may account jobs to it; empty means everybody.
    pub members: Vec<Principal>,
    /// Removed: takes no more jobs, and remembers what was spent.
    pub closed: bool,
}

/// What a project's jobs may cost, all together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Budget {
    /// How much.
    pub amount: MicroUsd,
    /// Whether jobs that it cannot pay are kept from starting; otherwise it is only shown how it stands.
    pub hard: bool,
}

impl Project {
    /// One that everybody may use without limit.
    pub fn open(name: ProjectName) -> Self {
        Self { name, description: String::new(), budget: None, shares: 1, members: vec![], closed: false }
    }

    /// What all its jobs may cost, if that is a limit.
    pub fn hard_budget(&self) -> Option<MicroUsd> {
        self.budget.filter(|budget| budget.hard).map(|budget| budget.amount)
    }

    /// What its hard budget has left after spending and holds.
    pub fn left(&self, account: &Account) -> Option<MicroUsd> {
        let committed = account.spent.plus(account.held);
        self.hard_budget().map(|amount| MicroUsd(amount.0.saturating_sub(committed.0)))
    }

    /// Whether somebody may account jobs to it.
    ///
    /// # Errors
    /// `PROJECT_NOT_ALLOWED`.
    pub fn admit_user(&self, user: &UserName, groups: &[GroupName]) -> Result<(), Fault> {
        if self.members.is_empty() || self.members.iter().any(|member| member.is(user, groups)) {
            return Ok(());
        }
        Err(Fault::new(
            Code::ProjectNotAllowed,
            format!("{user} is no member of project {}.", self.name),
            "Choose another project, or ask your administrator to admit you or your group.",
        ))
    }

    /// Whether its budget can ever pay a job that may cost so much. What is held for other jobs may come back, so only
    /// what is spent counts: a job that others' holds keep from starting waits for them.
    ///
    /// # Errors
    /// `BUDGET_SPENT`, or `PRICE_UNKNOWN` when nobody knows what the job may cost.
    pub fn admit_cost(&self, account: &Account, hold: MicroUsd) -> Result<(), Fault> {
        let Some(amount) = self.hard_budget() else { return Ok(()) };
        if hold == MicroUsd(0) {
            return Err(Fault::new(
                Code::PriceUnknown,
                format!(
                    "No price of the job's instance type is known, and project {} has a hard budget.",
                    self.name
                ),
                "Try again in a moment; if it stays, choose a type that soca price TYPE has a price for.",
            ));
        }
        let left = MicroUsd(amount.0.saturating_sub(account.spent.0));
        if hold <= left {
            return Ok(());
        }
        Err(Fault::new(
            Code::BudgetSpent,
            format!(
                "The job may cost {hold}, and of project {}'s budget of {amount} only {left} is not spent.",
                self.name
            ),
            "Ask for fewer or smaller nodes or a shorter walltime, or ask your administrator for a larger budget.",
        ))
    }

    /// What is wrong with it.
    pub fn check(&self) -> Vec<Fault> {
        let bad = |what: &str, remedy: &str| Fault::new(Code::BadValue, what, remedy);
        let mut faults = vec![];
        if self.shares == 0 {
            faults.push(bad("A project has at least 1 share.", "Write shares=1 for the usual part."));
        }
        if self.budget.is_some_and(|budget| budget.amount.0 == 0) {
            faults.push(bad(
                "A budget of nothing lets no job start.",
                "Write an amount, or remove the project to take no more jobs.",
            ));
        }
        if self.description.len() > MAX_DESCRIPTION || self.description.chars().any(char::is_control) {
            faults.push(bad(
                &format!("The description \"{}\" cannot be used.", shorten(&self.description)),
                "Write one line of at most 500 characters.",
            ));
        }
        if self.members.len() > MAX_MEMBERS {
            faults.push(bad("A project lists at most 200 members.", "Make a group and list that."));
        }
        faults
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wing(amount: u64, hard: bool) -> Project {
        let budget = Some(Budget { amount: MicroUsd(amount), hard });
        Project { budget, ..Project::open("wing".parse().unwrap()) }
    }

    fn account(held: u64, spent: u64) -> Account {
        Account { held: MicroUsd(held), spent: MicroUsd(spent), overdrawn: MicroUsd(0) }
    }

    #[test]
    fn a_hard_budget_refuses_what_it_can_never_pay_p4() {
        let project = wing(100, true);
        assert_eq!(project.admit_cost(&account(90, 0), MicroUsd(100)), Ok(()), "holds may come back");
        let refused = project.admit_cost(&account(0, 1), MicroUsd(100)).unwrap_err();
        assert_eq!(refused.code, Code::BudgetSpent);
        let priceless = project.admit_cost(&account(0, 0), MicroUsd(0)).unwrap_err();
        assert_eq!(priceless.code, Code::PriceUnknown);
        assert_eq!(project.left(&account(90, 20)), Some(MicroUsd(0)));
        assert_eq!(wing(100, false).admit_cost(&account(0, 500), MicroUsd(100)), Ok(()), "it only warns");
        assert_eq!(wing(100, false).left(&account(0, 500)), None);
    }

    #[test]
    fn members_are_users_and_groups() {
        let project =
            Project { members: vec!["ada".parse().unwrap(), "group:cfd".parse().unwrap()], ..wing(1, true) };
        let user = |name: &str| -> UserName { name.parse().unwrap() };
        assert_eq!(project.admit_user(&user("ada"), &[]), Ok(()));
        assert_eq!(project.admit_user(&user("bob"), &["cfd".parse().unwrap()]), Ok(()));
        assert_eq!(project.admit_user(&user("bob"), &[]).unwrap_err().code, Code::ProjectNotAllowed);
    }

    #[test]
    fn absurd_projects_are_refused_p11() {
        let faults = |project: Project| project.check().len();
        assert_eq!(faults(wing(1, true)), 0);
        assert_eq!(faults(wing(0, true)), 1);
        assert_eq!(faults(Project { shares: 0, ..wing(1, true) }), 1);
        assert_eq!(faults(Project { description: "a\nb".into(), ..wing(1, true) }), 1);
    }
}
