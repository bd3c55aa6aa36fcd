//! The supervisor of one script: a process of its own, so that the script outlives the agent.
//!
//! It takes the unit's lock (an attempt runs at most once), prepares, starts the script through [`stage`], pumps its
//! output, ends it at the walltime or when told to, and is the reaper of everything the script leaves behind. Its last
//! act is `exit.json`, in space that was set aside at the beginning.

mod account;
mod environment;
mod exit_file;
mod machine;
mod outputs;
mod paths;
mod place;
mod plan;
mod pump;
mod stage;
mod start;
mod supervise;

pub use place::mark;
pub use stage::stage;

pub(crate) use stage::StagePlan;
pub(crate) use start::{Started, start};

use crate::clock::Clock;
use crate::fault::{Fault, is_full};
use crate::keys::{RunKey, UnitKey};
use crate::units::{Lock, RunFile};
use crate::wake::Bell;
use crate::{dsh, files, log, wake};
use exit_file::ExitSlot;
use nix::sys::signal::{SigSet, Signal};
use nix::sys::stat::{Mode, umask};
use soca_wire::agent::End;
use std::fs::{self, File};
use std::io;
use std::path::Path;
use std::process::ExitCode;

/// How a supervisor ended, as its exit status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// `exit.json` has the result.
    Done,
    /// Another supervisor has, or had, the unit.
    BegunBefore,
    /// There was no room for the unit's files.
    DiskFull,
    /// Something else prevented it from beginning.
    Failed,
}

impl Verdict {
    /// Reads back the exit status.
    pub fn from_code(code: i32) -> Verdict {
        match code {
            0 => Verdict::Done,
            75 => Verdict::BegunBefore,
            28 => Verdict::DiskFull,
            _ => Verdict::Failed,
        }
    }

    fn code(self) -> u8 {
        match self {
            Verdict::Done => 0,
            Verdict::BegunBefore => 75,
            Verdict::DiskFull => 28,
            Verdict::Failed => 1,
        }
    }
}

impl From<Verdict> for ExitCode {
    fn from(verdict: Verdict) -> ExitCode {
        ExitCode::from(verdict.code())
    }
}

/// What the supervisor holds for the whole life of the script.
struct Unit<'a> {
    key: UnitKey,
    directory: &'a Path,
    run: RunFile,
    clock: Clock,
    /// The pipe on which the agent asks for the end.
    control: File,
}

/// Supervises the unit in this directory.
pub fn exec(directory: &Path) -> Verdict {
    match begin(directory) {
        Ok(verdict) => verdict,
        Err(error) => {
            let path = directory.display();
            log::error("supervisor.failed", &[("unit.path", &path), ("error.message", &error)]);
            if is_full(&error) { Verdict::DiskFull } else { Verdict::Failed }
        }
    }
}

fn begin(directory: &Path) -> io::Result<Verdict> {
    detach()?;
    let run_directory = directory.parent().unwrap_or(directory);
    let run: Option<RunFile> = files::read_json(&run_directory.join("run.json"))?;
    let run = run.ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, "run.json is not there"))?;
    let key = RunKey { job: run.directive.job, attempt: run.directive.attempt };
    let name = directory.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let key = UnitKey::parse(key, name).ok_or_else(|| io::Error::other("the directory names no unit"))?;

    let Some(_lock) = Lock::take(directory)? else { return Ok(Verdict::BegunBefore) };
    let slot = ExitSlot::reserve(directory)?;
    let control = wake::open_pipe(&directory.join("control"))?;
    let unit = Unit { key, directory, run, clock: Clock::start(), control };
    let end = if fs::exists(directory.join("cancel"))? { End::Cancelled } else { unit.run() };
    slot.fill(unit.clock.wall_ms(), end);
    Bell::new(&unit.run.context.bell).ring();
    Ok(Verdict::Done)
}

impl Unit<'_> {
    fn run(&self) -> End {
        let mut bell = Bell::new(&self.run.context.bell);
        let prepared = match plan::prepare(self) {
            Ok(prepared) => prepared,
            Err(fault) => return self.broken(fault),
        };
        let place = prepared.place.clone();
        let end = supervise::supervise(self, prepared, &mut bell).unwrap_or_else(|fault| self.broken(fault));
        if let Err(error) = fs::remove_dir_all(place.directory()) {
            log::warn("script.place_left", &[("job.id", &self.key), ("error.message", &error)]);
        }
        // A server that died may come back to its requests; one that was ended leaves after the job.
        if !self.run.serve || end == End::Cancelled {
            dsh::leave(&self.run, self.key);
        }
        end
    }

    fn broken(&self, fault: Fault) -> End {
        log::warn("script.broken", &[("job.id", &self.key), ("error.message", &fault)]);
        fault.into_end()
    }
}

/// Makes this process the leader of a session and the parent of every orphan below it, deaf to the usual signals.
fn detach() -> io::Result<()> {
    umask(Mode::S_IRWXG | Mode::S_IRWXO);
    // Fails only for a process that leads a group already, which is as good.
    let _ = nix::unistd::setsid();
    nix::sys::prctl::set_child_subreaper(true)?;
    let deaf: SigSet = [Signal::SIGTERM, Signal::SIGINT, Signal::SIGHUP, Signal::SIGQUIT, Signal::SIGXFSZ]
        .into_iter()
        .collect();
    Ok(deaf.thread_block()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verdicts_read_back() {
        for verdict in [Verdict::Done, Verdict::BegunBefore, Verdict::DiskFull, Verdict::Failed] {
            assert_eq!(Verdict::from_code(i32::from(verdict.code())), verdict);
        }
    }
}
