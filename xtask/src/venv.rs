//! Python environments with pinned, hashed packages: made once, and again when what is pinned changes.

use crate::{
    fault::{Fault, Outcome},
    repo::{Repo, content_hash, output},
};
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// The oldest Python that will do.
pub const OLDEST: (u32, u32) = (3, 11);
const NAMES: [&str; 5] = ["python3", "python3.14", "python3.13", "python3.12", "python3.11"];

/// An environment and what belongs into it.
#[derive(Clone, Debug)]
pub struct Venv {
    /// Where it is.
    pub place: PathBuf,
    /// What belongs into it, with hashes.
    pub requirements: PathBuf,
}

impl Venv {
    /// The emulators'.
    pub fn of_the_twin(repo: &Repo) -> Venv {
        Venv { place: repo.venv(), requirements: repo.at("crates/twin/python/requirements.txt") }
    }

    /// The linters'.
    pub fn of_the_linters(repo: &Repo) -> Venv {
        Venv { place: repo.lint_venv(), requirements: repo.at("xtask/lint/requirements.txt") }
    }

    /// Its interpreter.
    pub fn python(&self) -> PathBuf {
        self.place.join("bin/python")
    }

    /// Whether it is as it should be.
    pub fn is_ready(&self) -> bool {
        let wanted = content_hash(&self.requirements).ok();
        let stamped = fs::read_to_string(self.stamp()).ok();
        wanted.is_some() && stamped == wanted && self.python().exists()
    }

    /// Makes it, if it is not as it should be; whether there was anything to do.
    pub fn make(&self) -> Outcome<bool> {
        if self.is_ready() {
            return Ok(false);
        }
        let python = find().ok_or_else(|| {
            let message = format!("There is no Python {}.{} or later.", OLDEST.0, OLDEST.1);
            Fault::new(
                "PYTHON_MISSING",
                message,
                "Install it, with its venv module; cargo xtask doctor checks.",
            )
        })?;
        let _ = fs::remove_dir_all(&self.place);
        run(Command::new(python).args(["-m", "venv"]).arg(&self.place), "The environment")?;
        let mut pip = Command::new(self.python());
        pip.args([
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--require-hashes",
            "-r",
        ]);
        run(pip.arg(&self.requirements), "The installation")?;
        let stamp = content_hash(&self.requirements)?;
        fs::write(self.stamp(), stamp).map_err(|e| Fault::machine(self.stamp().display(), e))?;
        Ok(true)
    }

    fn stamp(&self) -> PathBuf {
        self.place.join(".soca-stamp")
    }
}

fn run(command: &mut Command, what: &str) -> Outcome<()> {
    let output = output(command)?;
    if output.status.success() {
        return Ok(());
    }
    let text =
        String::from_utf8_lossy(&output.stderr).into_owned() + &String::from_utf8_lossy(&output.stdout);
    let said = text.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("it said nothing").trim();
    let message = format!("{what} of Python packages failed: {said}.");
    Err(Fault::new(
        "PYTHON_PACKAGES",
        message,
        "Check the network and Python's venv module: cargo xtask doctor",
    ))
}

/// A Python that is new enough.
pub fn find() -> Option<PathBuf> {
    NAMES.iter().map(PathBuf::from).find(|name| version(name).is_some_and(|version| version >= OLDEST))
}

/// An interpreter's version.
pub fn version(python: &Path) -> Option<(u32, u32)> {
    let script = "import sys; print(sys.version_info[0], sys.version_info[1])";
    let output = Command::new(python).args(["-c", script]).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let (major, minor) = text.trim().split_once(' ')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}
