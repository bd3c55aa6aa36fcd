//! Where things are in the repository, and how programs are called from it.

use crate::fault::{Fault, Outcome};
use std::{
    ffi::OsStr,
    fs,
    hash::{DefaultHasher, Hash, Hasher},
    path::{Path, PathBuf},
    process::{Command, ExitStatus, Output},
};

/// Beginnings of the names of variables that cargo sets for the programs it runs.
const OURS: [&str; 4] = ["CARGO_MANIFEST_", "CARGO_PKG_", "CARGO_BIN_", "CARGO_CRATE_"];

/// The repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repo {
    /// Its root.
    pub root: PathBuf,
    /// Where cargo builds.
    pub target: PathBuf,
}

impl Repo {
    /// Finds it from where this program was built.
    pub fn find() -> Outcome<Repo> {
        let manifest = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
        let package = manifest.unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")));
        let root = package.parent().map(Path::to_owned).unwrap_or(package);
        let target = std::env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
        let target = target.map_or_else(|| root.join("target"), |target| root.join(target));
        fs::create_dir_all(&target).map_err(|e| Fault::machine(target.display(), e))?;
        Ok(Repo { root, target })
    }

    /// A path in the repository.
    pub fn at(&self, path: impl AsRef<Path>) -> PathBuf {
        self.root.join(path)
    }

    /// A program that cargo has built.
    pub fn program(&self, name: &str) -> PathBuf {
        self.target.join("debug").join(name)
    }

    /// The Python with the emulators.
    pub fn venv(&self) -> PathBuf {
        self.target.join("twin/venv")
    }

    /// The Python with the linters.
    pub fn lint_venv(&self) -> PathBuf {
        self.target.join("lint-venv")
    }

    /// Where reports of tests go.
    pub fn reports(&self) -> PathBuf {
        self.target.join("test-reports")
    }

    /// A command in the repository's root.
    pub fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.root);
        command
    }

    /// cargo, the one that called us.
    pub fn cargo(&self) -> Command {
        let mut cargo = self.command(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        // `cargo run` has set these for us. Build scripts that look at them would run again, and with them half of
        // the workspace would be built again.
        let is_ours = |name: &str| OURS.iter().any(|prefix| name.starts_with(prefix));
        std::env::vars_os().filter(|(name, _)| name.to_str().is_some_and(is_ours)).for_each(|(name, _)| {
            cargo.env_remove(name);
        });
        cargo
    }
}

/// Runs a program to its end with our streams.
pub fn status(command: &mut Command) -> Outcome<ExitStatus> {
    let name = command.get_program().to_string_lossy().into_owned();
    command.status().map_err(|e| Fault::machine(name, e))
}

/// Runs a program to its end and takes its output.
pub fn output(command: &mut Command) -> Outcome<Output> {
    let name = command.get_program().to_string_lossy().into_owned();
    command.output().map_err(|e| Fault::machine(name, e))
}

/// The exit status of a program that has said itself what is wrong.
pub fn told(status: ExitStatus) -> Outcome<()> {
    if status.success() {
        return Ok(());
    }
    Err(Fault::Told(code(status)))
}

/// An exit status as a shell reports it.
pub fn code(status: ExitStatus) -> u8 {
    use std::os::unix::process::ExitStatusExt;
    let code = status.code().or_else(|| status.signal().map(|signal| 128 + signal));
    code.and_then(|code| u8::try_from(code).ok()).unwrap_or(1)
}

/// A short name for the content of a file.
pub fn content_hash(path: &Path) -> Outcome<String> {
    let content = fs::read(path).map_err(|e| Fault::machine(path.display(), e))?;
    let mut hasher = DefaultHasher::new();
    content.hash(&mut hasher);
    Ok(format!("{:016x}", hasher.finish()))
}
