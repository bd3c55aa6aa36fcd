//! One task on its node: claimed once, started, and its end written down.

use super::environment::{Variables, of_task};
use super::request::{Exit, Name, Part, Request};
use crate::files;
use crate::shim::{StagePlan, Started};
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// The status of a program that could not be started, as shells have it.
const NOT_STARTED: i32 = 127;

/// A task's place in the meeting's directory.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct TaskFiles {
    directory: PathBuf,
    name: Name,
    number: u32,
}

impl TaskFiles {
    pub(super) fn new(directory: &Path, name: &Name, number: u32) -> TaskFiles {
        TaskFiles { directory: directory.to_owned(), name: name.clone(), number }
    }

    pub(super) fn is_of(&self, name: &Name) -> bool {
        self.name == *name
    }

    /// The entry of the environment by which its processes are known.
    pub(super) fn mark(&self) -> String {
        format!("{}={}", super::MARK, self.name.mark(self.number))
    }

    fn path(&self, part: Part) -> PathBuf {
        self.directory.join(self.name.part(self.number, part))
    }

    /// Says whether the task is the caller's: it is whoever asks first.
    pub(super) fn claim(&self) -> io::Result<bool> {
        match OpenOptions::new().write(true).create_new(true).mode(0o600).open(self.path(Part::Claim)) {
            Ok(_) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Where it writes.
    pub(super) fn outputs(&self) -> io::Result<[File; 2]> {
        let flags = nix::libc::O_NOFOLLOW | nix::libc::O_NONBLOCK;
        let open = |part| {
            let mut options = OpenOptions::new();
            options.append(true).create(true).mode(0o600).custom_flags(flags).open(self.path(part))
        };
        Ok([open(Part::Out)?, open(Part::Err)?])
    }

    /// Starts it; `own` is this process's environment.
    pub(super) fn start(&self, request: &Request, own: &Variables, to: [File; 2]) -> io::Result<Started> {
        let fallback = std::env::current_dir()?;
        let plan = StagePlan {
            command: request.command.clone(),
            environment: of_task(own, &request.environment, self.number, self.name.mark(self.number)),
            workdir: if request.workdir.is_dir() { request.workdir.clone() } else { fallback },
            account: None,
        };
        let [out, err] = to;
        crate::shim::start(&plan, out, err)
    }

    /// Writes its end down, after everything it wrote; `refused` is why it could not be started.
    pub(super) fn end(&self, to: &mut [File; 2], status: i32, refused: Option<&str>) -> io::Result<()> {
        if let Some(sentence) = refused {
            let _ = writeln!(to[1], "{}: {sentence}", super::CLIENT);
        }
        for file in to {
            let _ = file.sync_all();
        }
        let status = if refused.is_some() { NOT_STARTED } else { status };
        files::write_json(&self.path(Part::Exit), &Exit { status })
    }

    /// Ends a task that cannot be run, or was lost with the server that ran it.
    pub(super) fn fail(&self, sentence: &str) {
        if let Ok(mut outputs) = self.outputs() {
            let _ = writeln!(outputs[1], "{}: {sentence}", super::CLIENT);
            let _ = outputs[1].sync_all();
        }
        let _ = files::write_json(&self.path(Part::Exit), &Exit { status: super::LOST });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_task_is_claimed_once_for_all_p2() {
        let dir = tempfile::tempdir().unwrap();
        let name = Name::fresh("job");
        let files = TaskFiles::new(dir.path(), &name, 1);
        assert!(files.claim().unwrap());
        assert!(!files.claim().unwrap());
        assert!(!TaskFiles::new(dir.path(), &name, 1).claim().unwrap());
        assert!(TaskFiles::new(dir.path(), &name, 2).claim().unwrap());
    }
}
