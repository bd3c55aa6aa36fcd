//! Making, changing and removing projects, which only administrators do.

use super::{ProjectStanding, find};
use crate::{Caller, error::Error, ports::Write, queues::only_administrators, transition::Mover};
use soca_domain::{ProjectName, project::Project};

/// Makes a project, or gives one other rules; jobs that it now can pay for start at once. What was spent stays.
///
/// # Errors
/// `ADMIN_ONLY`, or everything that is wrong with the rules.
pub async fn put(mover: &Mover<'_>, caller: &Caller, project: &Project) -> Result<ProjectStanding, Error> {
    only_administrators(caller)?;
    let faults = project.check();
    if !faults.is_empty() {
        return Err(Error::Refused(faults));
    }
    mover.store.commit(vec![Write::PutProject(project.clone())]).await?;
    tracing::info!(project.name = %project.name, user.name = %caller.user, "project set");
    mover.rules_changed("project", project.name.as_str()).await;
    Ok(ProjectStanding { project: project.clone(), account: mover.store.account(&project.name).await? })
}

/// Removes a project: it takes no more jobs. Those that it has go on, and what was spent is remembered.
///
/// # Errors
/// `ADMIN_ONLY` or `UNKNOWN_PROJECT`.
pub async fn remove(
    mover: &Mover<'_>,
    caller: &Caller,
    name: &ProjectName,
) -> Result<ProjectStanding, Error> {
    only_administrators(caller)?;
    let found = find(mover.store, name).await?;
    let closed = Project { closed: true, ..found.project.clone() };
    mover.store.commit(vec![Write::PutProject(closed)]).await?;
    tracing::info!(project.name = %name, user.name = %caller.user, "project removed");
    Ok(found)
}
