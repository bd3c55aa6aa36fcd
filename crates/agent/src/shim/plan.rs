//! Everything that is decided and made before the script starts, while the supervisor has one thread.

use super::account::{self, Account, as_user};
use super::environment::{Surroundings, environment, node_file};
use super::outputs::{self, UserFiles};
use super::place::Place;
use super::stage::StagePlan;
use super::{Unit, paths};
use crate::fault::Fault;
use crate::{dsh, log};
use std::path::{Path, PathBuf};

/// The interpreter of a script that names none.
const DEFAULT_SHELL: &str = "/bin/bash";

/// A script ready to start.
pub(super) struct Prepared {
    pub(super) plan: StagePlan,
    pub(super) files: UserFiles,
    pub(super) place: Place,
    /// The server for `pbsdsh` of other nodes, beside the script.
    pub(super) server: Option<StagePlan>,
}

/// Prepares a unit.
pub(super) fn prepare(unit: &Unit<'_>) -> Result<Prepared, Fault> {
    let (directive, context) = (&unit.run.directive, &unit.run.context);
    let account = account::account_for(&directive.owner, context.unknown_user)?;
    let home = account::home(account.as_ref(), &directive.owner, &context.shared_root);
    let (workdir, files) = as_user(account.as_ref(), || {
        let workdir = paths::working_directory(&context.shared_root, Path::new(&directive.workdir), &home)?;
        let files = outputs::open_user_files(&unit.run, unit.key.element)?;
        Ok::<_, Fault>((workdir, files))
    })??;
    let home = if paths::is_directory(&home) { home } else { workdir.clone() };

    let nodes = node_file(&directive.nodes, directive.mpiprocs);
    let place = Place::make(unit.key, unit.directory, account.as_ref(), &directive.script, &nodes)?;
    let meeting = meeting(unit, account.as_ref(), &place);
    let shell =
        account.as_ref().map_or_else(|| PathBuf::from(DEFAULT_SHELL), |account| account.shell.clone());
    let environment = environment(&Surroundings {
        unit: unit.key,
        run: &unit.run,
        place: &place,
        home: &home,
        shell: &shell,
        workdir: &workdir,
        meeting: meeting.as_deref(),
    });
    let plan = |command| StagePlan {
        command,
        environment: environment.clone(),
        workdir: workdir.clone(),
        account: account.clone(),
    };
    let server = meeting.filter(|_| directive.nodes.len() > 1).map(|meeting| plan(server(unit, &meeting)));
    if unit.run.serve {
        let plan = server.ok_or_else(|| Fault::cannot_start("The job's nodes cannot meet."))?;
        return Ok(Prepared { plan, files, place, server: None });
    }
    let mut command = interpreter(directive.shell.as_deref());
    command.push(place.script().to_string_lossy().into_owned());
    Ok(Prepared { plan: plan(command), files, place, server })
}

/// Where `pbsdsh` of this unit writes its requests. A job whose nodes cannot meet runs all the same.
fn meeting(unit: &Unit<'_>, account: Option<&Account>, place: &Place) -> Option<PathBuf> {
    let (context, own) = (&unit.run.context, unit.key.directory());
    if unit.run.directive.nodes.len() < 2 {
        return Some(place.meeting().join(own));
    }
    if unit.run.serve {
        return Some(dsh::directory(&context.shared_root, &context.stack).join(own));
    }
    let owner = account.map(|account| (account.uid, account.gid));
    let made = dsh::make(&context.shared_root, &context.stack, owner).inspect_err(|error| {
        log::warn("dsh.no_meeting", &[("job.id", &unit.key), ("error.message", error)]);
    });
    made.ok().map(|directory| directory.join(own))
}

/// The server's command: on node 0 for this unit, on the others for all.
fn server(unit: &Unit<'_>, meeting: &Path) -> Vec<String> {
    let directory = meeting.parent().unwrap_or(meeting).to_string_lossy().into_owned();
    let mut command = vec!["/proc/self/exe".to_owned(), "dsh-server".to_owned(), directory];
    if !unit.run.serve {
        command.extend(["--unit".to_owned(), unit.key.directory()]);
    }
    command
}

/// The interpreter and its arguments; words are divided by blanks, nothing else has a meaning.
fn interpreter(shell: Option<&str>) -> Vec<String> {
    let words: Vec<_> = shell.unwrap_or_default().split_whitespace().map(str::to_owned).collect();
    if words.is_empty() { vec![DEFAULT_SHELL.to_owned()] } else { words }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interpreter_is_words_not_shell_text_p10() {
        assert_eq!(interpreter(None), ["/bin/bash"]);
        assert_eq!(interpreter(Some("  ")), ["/bin/bash"]);
        assert_eq!(interpreter(Some("/usr/bin/env python3 -u")), ["/usr/bin/env", "python3", "-u"]);
        assert_eq!(interpreter(Some("/bin/sh;id")), ["/bin/sh;id"]);
    }
}
