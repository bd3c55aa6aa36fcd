//! Being there when a supervisor ends, whether this agent started it or one before.

use super::{ExitFile, Holder, Lock, RunFile, Runs};
use crate::core::{Ended, View};
use crate::fault::Fault;
use crate::keys::UnitKey;
use crate::shim::Verdict;
use crate::{files, log, processes};
use nix::unistd::Pid;
use soca_wire::agent::End;
use std::fs;
use std::io;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Starts the supervisor of a unit unless there ever was one, waits until it is gone, and says how the script ended.
/// Nothing of the script is left afterwards.
pub fn attend(runs: &Runs, key: UnitKey, now: impl Fn() -> i64) -> (View, Ended) {
    let unit = runs.unit(key);
    let fault = if Lock::exists(&unit) { None } else { begin(&unit) };
    let ended = match (Lock::wait_until_free(&unit), fault) {
        (Ok(()), _) => outcome(key, &unit, now),
        (Err(_), Some(fault)) => Ended { at_ms: now(), end: fault.into_end() },
        (Err(error), None) => {
            let fault = Fault::from_io("The script's supervisor left no trace", &error);
            Ended { at_ms: now(), end: fault.into_end() }
        }
    };
    (runs.look(key), ended)
}

/// Starts the supervisor and waits for it; it may find that another was faster.
fn begin(unit: &Path) -> Option<Fault> {
    if let Err(error) = files::private_dir(unit) {
        return Some(Fault::from_io("The script's state directory cannot be made", &error));
    }
    let mut command = Command::new("/proc/self/exe");
    command.arg0("soca-agent").arg("exec").arg(unit).env_clear().stdin(Stdio::null()).stdout(Stdio::null());
    for name in ["PATH", "TMPDIR"] {
        command.envs(std::env::var_os(name).map(|value| (name, value)));
    }
    let status = match command.status() {
        Ok(status) => status,
        Err(error) => return Some(Fault::from_io("The script's supervisor cannot be started", &error)),
    };
    match status.code().map(Verdict::from_code) {
        Some(Verdict::Done | Verdict::BegunBefore) => None,
        Some(Verdict::DiskFull) => {
            let error = io::Error::from(io::ErrorKind::StorageFull);
            Some(Fault::from_io("The script's state cannot be stored on the node", &error))
        }
        Some(Verdict::Failed) | None => {
            Some(Fault::cannot_start(format!("The script's supervisor ended with {status}.")))
        }
    }
}

/// How it ended, from the files of a unit whose supervisor is gone.
fn outcome(key: UnitKey, unit: &Path, now: impl Fn() -> i64) -> Ended {
    match files::read_json::<ExitFile>(&unit.join("exit.json")) {
        Ok(Some(exit)) => Ended { at_ms: exit.at_ms, end: exit.end },
        Ok(None) => orphaned(key, unit, now()),
        Err(error) => {
            log::error("script.exit_unreadable", &[("job.id", &key), ("error.message", &error)]);
            orphaned(key, unit, now())
        }
    }
}

/// The supervisor died without a word (killed, or the node went down): so does what it left.
fn orphaned(key: UnitKey, unit: &Path, at_ms: i64) -> Ended {
    let place = fs::read_to_string(unit.join("place")).ok().map(PathBuf::from);
    let session = Holder::of(unit).map(|holder| Pid::from_raw(holder.pid));
    let entry = place.as_ref().map(|place| crate::shim::mark(place));
    let killed = processes::kill_all(|| processes::left_over(session, entry.as_deref()));
    log::warn(
        "script.orphaned",
        &[("job.id", &key), ("attempt", &key.run.attempt), ("processes.killed", &killed)],
    );
    if let Some(place) = place {
        let _ = fs::remove_dir_all(place);
    }
    let run = unit.parent().and_then(|run| files::read_json::<RunFile>(&run.join("run.json")).ok()?);
    if let Some(run) = run.filter(|run| !run.serve) {
        crate::dsh::leave(&run, key);
    }
    Ended { at_ms, end: End::Signalled { signal: nix::libc::SIGKILL } }
}
