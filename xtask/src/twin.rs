//! Calls of `soca-twin`, which does the work.

use crate::{
    build::build,
    fault::{Fault, Outcome},
    repo::{Repo, code, output, status, told},
};
use serde_json::Value;
use std::{
    ffi::{OsStr, OsString},
    path::PathBuf,
    process::Command,
};

/// The twin of this repository, or another in a directory of its own.
#[derive(Clone, Debug)]
pub struct Twin {
    repo: Repo,
    /// Its directory.
    pub dir: PathBuf,
}

impl Twin {
    /// The one for people.
    pub fn of(repo: &Repo) -> Twin {
        let dir = std::env::var_os("SOCA_TWIN_DIR").map_or_else(|| repo.target.join("twin"), PathBuf::from);
        Twin { repo: repo.clone(), dir: repo.root.join(dir) }
    }

    /// The one for tests.
    pub fn for_tests(repo: &Repo) -> Twin {
        Twin { repo: repo.clone(), dir: repo.target.join("twin-test") }
    }

    /// A call of the program.
    pub fn call<S: AsRef<OsStr>>(&self, words: impl IntoIterator<Item = S>) -> Outcome<Command> {
        let program = self.repo.program("soca-twin");
        if !program.is_file() {
            let message = format!("{} has not been built.", program.display());
            return Err(Fault::new("NOT_BUILT", message, "Bring the twin up: cargo xtask up"));
        }
        let mut command = self.repo.command(program);
        command.args(words).arg("--dir").arg(&self.dir).arg("--repo").arg(&self.repo.root);
        command.arg("--python").arg(self.repo.venv().join("bin/python"));
        Ok(command)
    }

    /// Builds everything and brings it up.
    pub fn up(&self, options: &[OsString]) -> Outcome<()> {
        build(&self.repo)?;
        let words = [OsString::from("up")].into_iter().chain(options.iter().cloned());
        told(status(&mut self.call(words)?)?)
    }

    /// Ends it.
    pub fn down(&self, quiet: bool) -> Outcome<()> {
        let words: &[&str] = if quiet { &["down", "--quiet"] } else { &["down"] };
        told(status(&mut self.call(words)?)?)
    }

    /// Passes a command on; its exit status.
    pub fn pass<S: AsRef<OsStr>>(&self, words: impl IntoIterator<Item = S>) -> Outcome<u8> {
        Ok(code(status(&mut self.call(words)?)?))
    }

    /// How it stands.
    pub fn status(&self) -> Outcome<Value> {
        let output = output(&mut self.call(["status", "--json"])?)?;
        let fault = || {
            let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
            Fault::new(
                "TWIN_STATUS",
                format!("The twin does not say how it stands: {said}."),
                "cargo xtask status",
            )
        };
        serde_json::from_slice(&output.stdout).map_err(|_| fault())
    }

    /// A part's log.
    pub fn log(&self, name: &str) -> PathBuf {
        self.dir.join("logs").join(format!("{name}.log"))
    }

    /// What a user needs to know.
    pub fn file(&self) -> Outcome<Value> {
        let path = self.dir.join("twin.json");
        let text = std::fs::read(&path).map_err(|e| Fault::machine(path.display(), e))?;
        serde_json::from_slice(&text).map_err(|e| Fault::machine(path.display(), e))
    }
}
