//! `cargo xtask lint`: the template with cfn-lint, the state machines with asl-validator, every JSON document read.

use crate::{
    fault::{Fault, Outcome},
    repo::{Repo, content_hash, output},
    test::{
        Count,
        junit::{self, Case},
    },
    venv::Venv,
};
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Instant,
};

/// Runs all linters.
pub fn run(repo: &Repo) -> Outcome<Count> {
    let mut cases = Vec::new();
    let venv = Venv::of_the_linters(repo);
    venv.make()?;
    for template in templates(repo) {
        let mut lint = repo.command(venv.place.join("bin/cfn-lint"));
        cases.push(case(
            "cfn-lint",
            &template,
            lint.arg("--non-zero-exit-code").arg("warning").arg(&template),
        )?);
    }
    let machines = found(&repo.at("statemachines"), ".asl.json");
    if let Some(validator) = validator(repo)? {
        for machine in &machines {
            let mut lint = repo.command(&validator);
            cases.push(case("asl-validator", machine, lint.arg("--json-path").arg(machine))?);
        }
    } else {
        eprintln!(
            "  asl-validator is left out, since there is no npm here; the state machines' own tests still run"
        );
    }
    for path in machines.into_iter().chain(found(&repo.at("events"), ".json")) {
        let read =
            fs::read(&path).ok().and_then(|text| serde_json::from_slice::<serde_json::Value>(&text).ok());
        let failure = read.is_none().then(|| "it is no JSON document".to_owned());
        cases.push(Case { name: format!("JSON {}", short(repo, &path)), seconds: 0.0, failure });
    }
    let failed = cases.iter().filter_map(|case| Some((case, case.failure.as_ref()?)));
    failed.for_each(|(case, said)| eprintln!("{}:\n{said}", case.name));
    junit::write(&repo.reports().join("template.xml"), "template", &cases)
}

fn case(linter: &str, path: &Path, command: &mut Command) -> Outcome<Case> {
    let began = Instant::now();
    let output = output(command)?;
    let text =
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    let failure = (!output.status.success()).then_some(text);
    let name = format!("{linter} {}", path.file_name().unwrap_or_default().to_string_lossy());
    Ok(Case { name, seconds: began.elapsed().as_secs_f64(), failure })
}

fn templates(repo: &Repo) -> Vec<PathBuf> {
    let mut all = vec![repo.at("template.yaml")];
    all.extend(found(&repo.at("templates"), ".yaml"));
    all
}

fn found(directory: &Path, ending: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut paths: Vec<PathBuf> = entries.filter(|path| path.to_string_lossy().ends_with(ending)).collect();
    paths.sort();
    paths
}

fn short(repo: &Repo, path: &Path) -> String {
    path.strip_prefix(&repo.root).unwrap_or(path).display().to_string()
}

/// asl-validator, installed from its lock file if it is not yet; `None` without npm.
fn validator(repo: &Repo) -> Outcome<Option<PathBuf>> {
    let place = repo.target.join("lint-npm");
    let (program, stamp) = (place.join("node_modules/.bin/asl-validator"), place.join(".soca-stamp"));
    let wanted = content_hash(&repo.at("xtask/lint/package-lock.json"))?;
    if fs::read_to_string(&stamp).ok().as_ref() == Some(&wanted) && program.exists() {
        return Ok(Some(program));
    }
    if !output(Command::new("npm").arg("--version")).is_ok_and(|npm| npm.status.success()) {
        return Ok(None);
    }
    fs::create_dir_all(&place).map_err(|e| Fault::machine(place.display(), e))?;
    for name in ["package.json", "package-lock.json"] {
        let to = place.join(name);
        fs::copy(repo.at("xtask/lint").join(name), &to).map_err(|e| Fault::machine(to.display(), e))?;
    }
    let installed = output(Command::new("npm").args(["ci", "--no-audit", "--no-fund"]).current_dir(&place))?;
    if !installed.status.success() {
        let said = String::from_utf8_lossy(&installed.stderr).trim().replace('\n', " ");
        let message = format!("asl-validator could not be installed: {said}.");
        return Err(Fault::new("NODE_PACKAGES", message, "Check the network, then try again."));
    }
    fs::write(&stamp, wanted).map_err(|e| Fault::machine(stamp.display(), e))?;
    Ok(Some(program))
}
