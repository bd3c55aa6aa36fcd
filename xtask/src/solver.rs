//! CalculiX for `examples/calculix`: there already, or installed from Debian's packages where we may.

use crate::{
    fault::{Fault, Outcome},
    repo::{Repo, output},
};
use std::{path::Path, process::Command};

/// The package that the examples' figures were measured with: calculix-ccx 2.20.
const PACKAGE: &str = "calculix-ccx";

/// Whether a script is one of the examples that need the solver.
pub fn is_needed_by(script: &Path) -> bool {
    script.parent().is_some_and(|folder| folder.ends_with("examples/calculix"))
}

/// Makes sure that `ccx` is there.
///
/// # Errors
/// `NO_SOLVER` when it is not, and only an administrator can install it.
pub fn ensure(repo: &Repo) -> Outcome<()> {
    if is_there() {
        return Ok(());
    }
    eprintln!("  {PACKAGE} is being installed (once) …");
    for words in [["update", "-qq"].as_slice(), &["install", "-y", "-qq", "--no-install-recommends", PACKAGE]]
    {
        let mut apt = repo.command("apt-get");
        let _ = output(apt.args(words).env("DEBIAN_FRONTEND", "noninteractive"));
    }
    if is_there() { Ok(()) } else { Err(missing()) }
}

/// A node's jobs look for programs where this looks.
fn is_there() -> bool {
    Command::new("ccx").arg("-v").output().is_ok()
}

fn missing() -> Fault {
    let remedy = format!("Install it as an administrator, then try again: apt-get install {PACKAGE}");
    Fault::new(
        "NO_SOLVER",
        "The finite element solver ccx is not on this machine and could not be installed.",
        remedy,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_finite_element_examples_need_it() {
        assert!(is_needed_by(Path::new("/x/examples/calculix/cantilever.pbs")));
        assert!(!is_needed_by(Path::new("/x/examples/hello.pbs")));
    }
}
