//! The last step before the script: a process that becomes the user and turns into the interpreter.
//!
//! Its plan comes over the socket that is its standard input; what goes wrong goes back over it as one sentence. The
//! socket closes by itself when the interpreter takes over, which tells the supervisor that the script has started.

use super::account::Account;
use nix::sys::signal::SigSet;
use nix::sys::stat::{Mode, umask};
use nix::unistd::{Gid, Uid, setgid, setgroups, setuid};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::os::fd::{AsFd, AsRawFd, RawFd};
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Command, ExitCode, Stdio};

/// What to become.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StagePlan {
    pub(crate) command: Vec<String>,
    pub(crate) environment: BTreeMap<String, String>,
    pub(crate) workdir: PathBuf,
    pub(crate) account: Option<Account>,
}

/// Becomes the script; comes back only if that fails.
pub fn stage() -> ExitCode {
    let Ok(socket) = std::io::stdin().as_fd().try_clone_to_owned() else { return ExitCode::FAILURE };
    let mut socket = UnixStream::from(socket);
    let sentence = become_script(&mut socket);
    let _ = socket.write_all(sentence.as_bytes());
    ExitCode::FAILURE
}

fn become_script(socket: &mut UnixStream) -> String {
    let mut bytes = Vec::new();
    if let Err(error) = socket.read_to_end(&mut bytes) {
        return format!("The script's plan cannot be read: {error}.");
    }
    let plan: StagePlan = match serde_json::from_slice(&bytes) {
        Ok(plan) => plan,
        Err(error) => return format!("The script's plan is not understood: {error}."),
    };
    close_inherited(socket.as_raw_fd());
    // The supervisor is deaf to signals, and that is inherited.
    if let Err(error) = SigSet::empty().thread_set_mask() {
        return format!("The script cannot be made to hear signals: {error}.");
    }
    umask(Mode::S_IWGRP | Mode::S_IWOTH);
    if let Some(account) = &plan.account
        && let Err(error) = become_user(account)
    {
        return format!("The node cannot become the job's user: {error}.");
    }
    if let Err(error) = std::env::set_current_dir(&plan.workdir) {
        return format!("The directory {} cannot be entered: {error}.", plan.workdir.display());
    }
    let Some((program, words)) = plan.command.split_first() else { return "There is no interpreter.".into() };
    let error =
        Command::new(program).args(words).env_clear().envs(&plan.environment).stdin(Stdio::null()).exec();
    format!("The interpreter {program} cannot be started: {error}.")
}

/// Closes what whoever started the agent left open: nothing but the standard streams may reach the script.
fn close_inherited(socket: RawFd) {
    let names = std::fs::read_dir("/proc/self/fd").into_iter().flatten().flatten();
    let open: Vec<RawFd> = names.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect();
    for descriptor in open.into_iter().filter(|open| *open > 2 && *open != socket) {
        // One of them was the directory itself, and is closed already.
        let _ = nix::unistd::close(descriptor);
    }
}

/// For good: real, effective and saved ids.
fn become_user(account: &Account) -> nix::Result<()> {
    let groups: Vec<_> = account.groups.iter().copied().map(Gid::from_raw).collect();
    setgroups(&groups)?;
    setgid(Gid::from_raw(account.gid))?;
    setuid(Uid::from_raw(account.uid))
}
