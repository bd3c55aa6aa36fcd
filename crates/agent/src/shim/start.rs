//! Starting a process through [`super::stage`], in a group of its own.

use super::stage::StagePlan;
use nix::unistd::Pid;
use std::io::{self, Read, Write};
use std::net::Shutdown;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};

/// The process that becomes the program, and the socket over which it would complain.
#[derive(Debug)]
pub(crate) struct Started {
    pub(crate) pid: Pid,
    socket: UnixStream,
}

impl Started {
    /// Waits until the program has started (`None`) or could not.
    pub(crate) fn sentence(&self) -> Option<String> {
        let mut sentence = String::new();
        let _ = (&self.socket).read_to_string(&mut sentence);
        (!sentence.is_empty()).then_some(sentence)
    }
}

/// Starts what the plan says. It is the caller's child, to be waited for.
pub(crate) fn start(
    plan: &StagePlan,
    stdout: impl Into<Stdio>,
    stderr: impl Into<Stdio>,
) -> io::Result<Started> {
    let (mut own, theirs) = UnixStream::pair()?;
    let child = Command::new("/proc/self/exe")
        .arg0("soca-agent")
        .arg("stage")
        .env_clear()
        .process_group(0)
        .stdin(Stdio::from(OwnedFd::from(theirs)))
        .stdout(stdout)
        .stderr(stderr)
        .spawn()?;
    // If it dies early its end tells more than the broken socket.
    let _ = own.write_all(&serde_json::to_vec(plan)?);
    let _ = own.shutdown(Shutdown::Write);
    Ok(Started { pid: Pid::from_raw(i32::try_from(child.id()).map_err(io::Error::other)?), socket: own })
}
