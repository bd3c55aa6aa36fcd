//! Projects: how they stand, and what a job must meet to be accounted to one.

mod administer;

pub use administer::{put, remove};

use crate::{
    Caller,
    error::Error,
    ports::Store,
    settings::{ProjectRule, Settings},
};
use soca_domain::{Code, MicroUsd, ProjectName, ledger::Account, project::Project};

/// A project, and how its account stands.
#[derive(Clone, Debug)]
pub struct ProjectStanding {
    /// Its rules.
    pub project: Project,
    /// What is held and spent.
    pub account: Account,
}

/// Every project that takes jobs, by name.
pub async fn standing(store: &dyn Store) -> Result<Vec<ProjectStanding>, Error> {
    let mut all = Vec::new();
    for project in store.projects().await?.into_iter().filter(|project| !project.closed) {
        let account = store.account(&project.name).await?;
        all.push(ProjectStanding { project, account });
    }
    Ok(all)
}

/// One project.
///
/// # Errors
/// `UNKNOWN_PROJECT`, with the names of those there are.
pub async fn find(store: &dyn Store, name: &ProjectName) -> Result<ProjectStanding, Error> {
    match store.project(name).await?.filter(|project| !project.closed) {
        Some(project) => Ok(ProjectStanding { project, account: store.account(name).await? }),
        None => Err(unknown(store, name).await?),
    }
}

async fn unknown(store: &dyn Store, name: &ProjectName) -> Result<Error, Error> {
    let all = store.projects().await?;
    let names: Vec<&str> = all.iter().filter(|p| !p.closed).map(|p| p.name.as_str()).collect();
    let remedy = match names[..] {
        [] => "Ask your administrator to make it (soca project set NAME --create).".to_owned(),
        _ => format!("Choose one of: {}.", names.join(", ")),
    };
    Ok(Error::refused(Code::UnknownProject, format!("There is no project \"{name}\"."), remedy))
}

/// Whether somebody may account a job to a project, and whether its budget can ever pay for it. `hold` is what the job
/// may cost.
///
/// A name that is no project is a label without rules, as in SOCA, unless the cluster wants projects.
///
/// # Errors
/// `PROJECT_REQUIRED`, `UNKNOWN_PROJECT`, `PROJECT_WITHOUT_BUDGET`, `PROJECT_NOT_ALLOWED` or `BUDGET_SPENT`.
pub(crate) async fn admit(
    store: &dyn Store,
    settings: &Settings,
    caller: &Caller,
    name: Option<&ProjectName>,
    hold: MicroUsd,
) -> Result<(), Error> {
    let strict = settings.project_rule != ProjectRule::Any;
    let Some(name) = name else { return if strict { Err(required()) } else { Ok(()) } };
    let Some(project) = store.project(name).await? else {
        return if strict { Err(unknown(store, name).await?) } else { Ok(()) };
    };
    if project.closed {
        return Err(unknown(store, name).await?);
    }
    project.admit_user(&caller.user, &caller.groups)?;
    if settings.project_rule == ProjectRule::Budget && project.budget.is_none() {
        return Err(Error::refused(
            Code::ProjectWithoutBudget,
            format!("Project {name} has no budget, and this cluster runs jobs within a budget only."),
            format!("Ask your administrator for one (soca project set {name} budget=AMOUNT)."),
        ));
    }
    Ok(project.admit_cost(&store.account(name).await?, hold)?)
}

fn required() -> Error {
    Error::refused(
        Code::ProjectRequired,
        "The job names no project, and this cluster runs jobs of projects only.",
        "Add -P PROJECT; soca project list shows which there are.",
    )
}
