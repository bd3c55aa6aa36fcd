//! `cargo xtask bench [NAME]`: runs the measurements in benches/.

use crate::{
    fault::{Fault, Outcome},
    repo::{Repo, code, status},
};
use std::{fs, path::PathBuf};

/// Runs each script of benches/, or those with a part of a name; the first exit status that is not 0.
pub fn run(repo: &Repo, name: Option<&str>) -> Outcome<u8> {
    let scripts = scripts(repo, name);
    if scripts.is_empty() {
        let message = name.map_or("There are no measurements in benches/.".to_owned(), |name| {
            format!("There is no measurement in benches/ with {name} in its name.")
        });
        return Err(Fault::new(
            "NO_BENCHES",
            message,
            "Put a script into benches/, for example benches/submit.sh",
        ));
    }
    let mut worst = 0;
    for script in scripts {
        eprintln!("── {}", script.display());
        let mut command = match script.extension().and_then(|it| it.to_str()) {
            Some("rs") => {
                let mut cargo = repo.cargo();
                cargo.args(["bench", "--locked", "--bench"]).arg(script.file_stem().unwrap_or_default());
                cargo
            }
            _ => {
                let mut bash = repo.command("bash");
                bash.arg(&script);
                bash
            }
        };
        let ended = code(status(&mut command)?);
        worst = if worst == 0 { ended } else { worst };
    }
    Ok(worst)
}

fn scripts(repo: &Repo, name: Option<&str>) -> Vec<PathBuf> {
    let entries = fs::read_dir(repo.at("benches")).into_iter().flatten().flatten().map(|entry| entry.path());
    let is_script = |path: &PathBuf| path.extension().is_some_and(|it| it == "sh" || it == "rs");
    let is_wanted = |path: &PathBuf| name.is_none_or(|name| path.to_string_lossy().contains(name));
    let mut scripts: Vec<PathBuf> = entries.filter(|path| is_script(path) && is_wanted(path)).collect();
    scripts.sort();
    scripts
}
