//! Tests in Rust: with cargo-nextest if it is there, else with cargo's own runner.

use crate::{
    fault::{Fault, Outcome},
    repo::{Repo, output, status},
    test::{
        Count,
        junit::{self, Case},
    },
};
use serde_json::Value;
use std::{
    ffi::OsString,
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Instant,
};

/// Test programs with this beginning need the twin, and are a layer of their own.
pub const ACCEPTANCE: &str = "acceptance";

/// The test program of the seeded simulation, a layer of its own since it computes for minutes.
const SIMULATION: &str = "simulation";

/// Unit tests and contract suites.
pub fn run(repo: &Repo, name: Option<&str>) -> Outcome<Count> {
    let report = repo.reports().join("tests.xml");
    let filter = format!("not binary(/^{ACCEPTANCE}/) & not binary({SIMULATION})");
    if has_nextest(repo) {
        return nextest(repo.cargo(), repo, ("ci", &filter), name, &report, &mut |_| {});
    }
    let targets = targets(repo, |target| !target.starts_with(ACCEPTANCE) && target != SIMULATION)?;
    let mut words: Vec<OsString> = ["--lib", "--bins"].into_iter().map(OsString::from).collect();
    words.extend(targets.into_iter().flat_map(|target| [OsString::from("--test"), target.into()]));
    cargo_test(repo.cargo(), &words, name, &report, &mut |_| {})
}

/// The seeded simulation, giving way to whatever else runs.
pub fn simulation(repo: &Repo, name: Option<&str>) -> Outcome<Count> {
    let report = repo.reports().join("simulation.xml");
    if has_nextest(repo) {
        let filter = format!("binary({SIMULATION})");
        return nextest(giving_way(&repo.cargo()), repo, (SIMULATION, &filter), name, &report, &mut |_| {});
    }
    let words = ["--test", SIMULATION].map(OsString::from);
    cargo_test(giving_way(&repo.cargo()), &words, name, &report, &mut |_| {})
}

/// The same program, at the lowest priority.
fn giving_way(command: &Command) -> Command {
    let mut nice = Command::new("nice");
    nice.args(["-n", "19"]).arg(command.get_program()).args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => nice.env(name, value),
            None => nice.env_remove(name),
        };
    }
    if let Some(dir) = command.get_current_dir() {
        nice.current_dir(dir);
    }
    nice
}

/// Whether cargo-nextest is installed.
pub fn has_nextest(repo: &Repo) -> bool {
    output(repo.cargo().args(["nextest", "--version"])).is_ok_and(|output| output.status.success())
}

/// A filter with a part of a test's name.
fn narrowed(filter: &str, name: Option<&str>) -> String {
    match name {
        Some(name) => format!("({filter}) & test(~{})", name.replace([')', '\\', '('], "")),
        None => filter.to_owned(),
    }
}

/// Runs nextest by `cargo`, with a profile and a filter; `prepare` may add to the command.
pub fn nextest(
    mut cargo: Command,
    repo: &Repo,
    (profile, filter): (&str, &str),
    name: Option<&str>,
    report: &Path,
    prepare: &mut dyn FnMut(&mut Command),
) -> Outcome<Count> {
    let made = repo.target.join("nextest").join(profile).join("junit.xml");
    let _ = fs::remove_file(&made);
    cargo.args(["nextest", "run", "--workspace", "--locked", "--profile", profile, "--no-tests", "pass"]);
    cargo.args(["-E", &narrowed(filter, name)]);
    prepare(&mut cargo);
    let ended = status(&mut cargo)?;
    if !made.exists() {
        return if ended.success() { Ok(Count::default()) } else { Err(not_built()) };
    }
    fs::copy(&made, report).map_err(|e| Fault::machine(report.display(), e))?;
    junit::read(report)
}

/// How many tests match.
pub fn matching(repo: &Repo, filter: &str, name: Option<&str>) -> Outcome<u64> {
    let mut cargo = repo.cargo();
    cargo.args(["nextest", "list", "--workspace", "--locked", "--message-format", "json", "-E"]);
    let output = output(cargo.arg(narrowed(filter, name)).stderr(Stdio::inherit()))?;
    let list: Value = serde_json::from_slice(&output.stdout).map_err(|_| not_built())?;
    let suites = list["rust-suites"].as_object().into_iter().flat_map(|suites| suites.values());
    let cases = suites.filter_map(|suite| suite["testcases"].as_object()).flat_map(|cases| cases.values());
    Ok(cases.filter(|case| case["filter-match"]["status"] == "matches").count() as u64)
}

fn not_built() -> Fault {
    Fault::new(
        "TESTS_NOT_BUILT",
        "The tests could not be built or listed.",
        "The compiler has said why, above.",
    )
}

/// Runs cargo's own runner, one test at a time in the report.
pub fn cargo_test(
    mut cargo: Command,
    targets: &[OsString],
    name: Option<&str>,
    report: &Path,
    prepare: &mut dyn FnMut(&mut Command),
) -> Outcome<Count> {
    let began = Instant::now();
    cargo.args(["test", "--workspace", "--locked", "--no-fail-fast"]).args(targets);
    prepare(&mut cargo);
    cargo.args(name);
    let output = output(&mut cargo)?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let _ = std::io::stdout().write_all(&output.stdout);
    let _ = std::io::stderr().write_all(&output.stderr);
    let cases = parse(&text);
    if cases.is_empty() && !output.status.success() {
        return Err(not_built());
    }
    eprintln!("  {:.1} s", began.elapsed().as_secs_f64());
    junit::write(report, "cargo-test", &cases)
}

fn parse(text: &str) -> Vec<Case> {
    let lines = text.lines().filter_map(|line| line.strip_prefix("test ")?.split_once(" ... "));
    let ran = lines.filter(|(_, verdict)| verdict.starts_with("ok") || verdict.starts_with("FAILED"));
    let failure =
        |verdict: &str| verdict.starts_with("FAILED").then(|| "see the output of the run".to_owned());
    ran.map(|(name, verdict)| Case { name: name.into(), seconds: 0.0, failure: failure(verdict) }).collect()
}

/// Test programs of the workspace whose names are wanted.
pub fn targets(repo: &Repo, wanted: impl Fn(&str) -> bool) -> Outcome<Vec<PathBuf>> {
    let output = output(repo.cargo().args(["metadata", "--no-deps", "--format-version", "1", "--locked"]))?;
    let metadata: Value =
        serde_json::from_slice(&output.stdout).map_err(|e| Fault::machine("cargo metadata", e))?;
    let packages = metadata["packages"].as_array().into_iter().flatten();
    let targets = packages.flat_map(|package| package["targets"].as_array().into_iter().flatten());
    let tests =
        targets.filter(|target| target["kind"][0] == "test").filter_map(|target| target["name"].as_str());
    Ok(tests.filter(|name| wanted(name)).map(PathBuf::from).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_the_runner_are_read() {
        let cases =
            parse("running 3 tests\ntest a::b ... ok\ntest c ... FAILED\ntest d ... ignored\ntest result: x");
        let seen: Vec<(&str, bool)> =
            cases.iter().map(|case| (case.name.as_str(), case.failure.is_some())).collect();
        assert_eq!(seen, [("a::b", false), ("c", true)]);
    }

    #[test]
    fn giving_way_keeps_program_arguments_and_environment() {
        let mut cargo = Command::new("cargo");
        cargo.arg("--color=auto").env("A", "1").current_dir("/tmp");
        let nice = giving_way(&cargo);
        let words: Vec<_> = nice.get_args().collect();
        assert_eq!(words, ["-n", "19", "cargo", "--color=auto"]);
        assert_eq!(nice.get_current_dir(), Some(Path::new("/tmp")));
        assert_eq!(nice.get_envs().count(), 1);
    }

    #[test]
    fn a_name_narrows_the_filter() {
        assert_eq!(narrowed("all()", None), "all()");
        assert_eq!(narrowed("all()", Some("p4)")), "(all()) & test(~p4)");
    }
}
