//! Where everything of a twin lies: its own directory, the repository, the built programs.

use crate::fault::{Fault, Kind, Outcome};
use clap::Args;
use std::path::{Path, PathBuf};

/// The variable that marks every process of a twin; its value is the twin's directory.
pub const MARK: &str = "SOCA_TWIN_MARK";

/// Options that every command takes.
#[derive(Clone, Debug, Args)]
pub struct Places {
    /// The twin's directory [default: target/twin in the repository].
    #[arg(long, global = true, env = "SOCA_TWIN_DIR")]
    pub dir: Option<PathBuf>,
    /// The repository [default: the current directory].
    #[arg(long, global = true)]
    pub repo: Option<PathBuf>,
    /// The Python with the emulators [default: target/twin/venv/bin/python in the repository].
    #[arg(long, global = true)]
    pub python: Option<PathBuf>,
}

/// Absolute paths.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    /// The twin's directory.
    pub dir: PathBuf,
    /// The repository.
    pub repo: PathBuf,
    /// The Python with the emulators.
    pub python: PathBuf,
    /// Where the built programs are.
    pub bin: PathBuf,
}

impl Layout {
    /// Finds the places, and makes the twin's directory.
    pub fn of(places: &Places) -> Outcome<Layout> {
        let here = std::env::current_dir().map_err(|e| Fault::machine("The current directory", e))?;
        let repo = absolute(&here, places.repo.as_deref().unwrap_or(&here))?;
        let dir = places.dir.clone().unwrap_or_else(|| repo.join("target/twin"));
        std::fs::create_dir_all(&dir).map_err(|e| Fault::machine(dir.display(), e))?;
        let python = places.python.clone().unwrap_or_else(|| repo.join("target/twin/venv/bin/python"));
        let program = std::env::current_exe().map_err(|e| Fault::machine("This program's path", e))?;
        let bin = program.parent().map(Path::to_owned).unwrap_or_default();
        // Not canonical: the interpreter is a link, and its name is how it finds its packages.
        Ok(Layout { dir: absolute(&here, &dir)?, repo, python: here.join(python), bin })
    }

    /// `NAME=value` that every process of this twin has in its environment.
    pub fn mark(&self) -> String {
        format!("{MARK}={}", self.dir.display())
    }

    /// What the machine room tells about itself.
    pub fn room_file(&self) -> PathBuf {
        self.dir.join("room.json")
    }

    /// What a user of the twin needs to know.
    pub fn twin_file(&self) -> PathBuf {
        self.dir.join("twin.json")
    }

    /// Passwords of the twin's users.
    pub fn credentials_file(&self) -> PathBuf {
        self.dir.join("credentials.json")
    }

    /// Where logs lie.
    pub fn logs(&self) -> PathBuf {
        self.dir.join("logs")
    }

    /// A process's log.
    pub fn log(&self, name: &str) -> PathBuf {
        self.logs().join(format!("{name}.log"))
    }

    /// Where each function's lines are appended.
    pub fn function_logs(&self) -> PathBuf {
        self.logs().join("functions")
    }

    /// The shared file system.
    pub fn data(&self) -> PathBuf {
        self.dir.join("data")
    }

    /// The directory of one node.
    pub fn node(&self, instance: &str) -> PathBuf {
        self.dir.join("nodes").join(instance)
    }

    /// The sign-in of a user, as `SOCA_CONFIG_DIR`.
    pub fn config(&self, user: &str) -> PathBuf {
        self.dir.join("config").join(user)
    }

    /// A program of ours; an error that names it if it has not been built.
    pub fn program(&self, name: &str) -> Outcome<PathBuf> {
        let path = self.bin.join(name);
        if path.is_file() {
            return Ok(path);
        }
        let message = format!("{} has not been built.", path.display());
        Err(Fault::new(Kind::NotBuilt, message, "Build it: cargo build --workspace --locked"))
    }
}

fn absolute(here: &Path, path: &Path) -> Outcome<PathBuf> {
    here.join(path).canonicalize().map_err(|e| Fault::machine(path.display(), e))
}
