//! Runs the real program in a home of its own.

use super::server::Server;
use std::{
    io::Write,
    path::PathBuf,
    process::{Command, Output, Stdio},
};
use tempfile::TempDir;

/// A cluster and a home.
#[derive(Debug)]
pub(crate) struct Rig {
    pub(crate) server: Server,
    pub(crate) home: TempDir,
}

/// What came of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Ran {
    pub(crate) status: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Rig {
    /// A cluster that nobody has signed in to.
    pub(crate) fn new() -> Rig {
        Rig { server: Server::start(), home: tempfile::tempdir().unwrap() }
    }

    /// A cluster that alice has signed in to.
    pub(crate) fn signed_in() -> Rig {
        let rig = Rig::new();
        let url = rig.server.url();
        let ran = rig.run_with(
            &["login", "--endpoint", &url, "--user", "alice", "--password-stdin"],
            "correct horse\n",
        );
        assert_eq!(ran.status, 0, "{}", ran.err);
        rig
    }

    /// The program with this home and nothing else of the machine's environment.
    pub(crate) fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.env_clear().env("HOME", self.home.path()).current_dir(self.home.path());
        command
    }

    pub(crate) fn credentials(&self) -> PathBuf {
        self.home.path().join(".config/soca/credentials.json")
    }

    pub(crate) fn run(&self, args: &[&str]) -> Ran {
        self.run_with(args, "")
    }

    pub(crate) fn run_with(&self, args: &[&str], input: &str) -> Ran {
        let mut command = self.command(env!("CARGO_BIN_EXE_soca"));
        finish(command.args(args), input)
    }

    /// Runs the program under another name.
    pub(crate) fn run_as(&self, name: &str, args: &[&str], input: &str) -> Ran {
        let link = self.home.path().join(name);
        if !link.exists() {
            std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_soca"), &link).unwrap();
        }
        let mut command = self.command(link.to_str().unwrap());
        finish(command.args(args), input)
    }

    /// Writes a script into the home.
    pub(crate) fn script(&self, name: &str, text: &str) -> String {
        let path = self.home.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    }
}

/// Runs a command to its end with some input.
pub(crate) fn finish(command: &mut Command, input: &str) -> Ran {
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // A program that does not read its input may be gone before it is written.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    ran(child.wait_with_output().unwrap())
}

pub(crate) fn ran(output: Output) -> Ran {
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Ran { status: output.status.code().unwrap_or(-1), out: text(output.stdout), err: text(output.stderr) }
}
