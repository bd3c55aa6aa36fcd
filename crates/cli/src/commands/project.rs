//! `soca project …`: looking at projects and their accounts, and changing them.

use super::Outcome;
use crate::{
    args::ProjectCommand,
    context::Context,
    failure::Failure,
    net::client::Client,
    project::{apply, open},
    view::project::{Card, Projects},
};
use soca_domain::ProjectName;
use soca_wire::api::{ProjectBudget, ProjectSettings};

pub(super) fn run(command: &ProjectCommand, ctx: &mut Context<'_, '_>) -> Outcome {
    match command {
        ProjectCommand::List => {
            let all = ctx.client()?.projects()?;
            ctx.answer(&Projects(all))?;
        }
        ProjectCommand::Show { name } => {
            let found = ctx.client()?.project(name)?;
            ctx.answer(&Card(found))?;
        }
        ProjectCommand::Set { name, create, settings } => set(name, *create, settings, ctx)?,
        ProjectCommand::Remove { name } => {
            let was = ctx.client()?.remove_project(name)?;
            ctx.note(&format!("Project {} is removed. It was:", was.value.settings.name));
            ctx.answer(&Card(was))?;
        }
    }
    Ok(0)
}

fn set(name: &str, create: bool, settings: &[String], ctx: &mut Context<'_, '_>) -> Result<(), Failure> {
    name.parse::<ProjectName>()?;
    // What cannot be right is told before anything is asked for.
    let budget = Some(ProjectBudget { amount_micro_usd: 1, hard: true });
    apply(&mut ProjectSettings { budget, ..open(name) }, settings)?;
    let client = ctx.client()?;
    let mut project = find(name, create, &client)?;
    apply(&mut project, settings)?;
    let reply = client.put_project(&project)?;
    ctx.answer(&Card(reply))
}

/// The project as it is, or an open one when it is to be made.
fn find(name: &str, create: bool, client: &Client<'_>) -> Result<ProjectSettings, Failure> {
    match client.project(name) {
        Ok(found) => Ok(found.value.settings),
        Err(failure) if failure.code() == "UNKNOWN_PROJECT" && create => Ok(open(name)),
        Err(failure) if failure.code() == "UNKNOWN_PROJECT" => Err(Failure::new(
            "UNKNOWN_PROJECT",
            format!("There is no project \"{}\".", soca_domain::id::shorten(name)),
            "Make it with --create; soca project list shows which there are.",
        )),
        Err(failure) => Err(failure),
    }
}
