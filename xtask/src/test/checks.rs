//! Layers that are one program each: the formatter, clippy, the tests of the emulators' edges.

use crate::{
    fault::Outcome,
    repo::{Repo, output, status},
    test::{
        Count,
        junit::{self, Case},
    },
};
use std::{io::Write, process::Command, time::Instant};

/// Runs a check whose output is its own affair.
fn one(repo: &Repo, layer: &str, command: &mut Command, remedy: &str) -> Outcome<Count> {
    let began = Instant::now();
    let good = status(command)?.success();
    let failure = (!good).then(|| remedy.to_owned());
    let case = Case { name: layer.to_owned(), seconds: began.elapsed().as_secs_f64(), failure };
    let mut count = junit::write(&repo.reports().join(format!("{layer}.xml")), layer, &[case])?;
    if !good {
        count.look = vec![format!("{layer}: {remedy}")];
    }
    Ok(count)
}

/// `cargo fmt --check`
pub fn format(repo: &Repo) -> Outcome<Count> {
    one(repo, "format", repo.cargo().args(["fmt", "--all", "--check"]), "mend it with cargo fmt --all")
}

/// `cargo clippy`, warnings forbidden.
pub fn clippy(repo: &Repo) -> Outcome<Count> {
    let mut cargo = repo.cargo();
    cargo.args(["clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"]);
    one(repo, "clippy", &mut cargo, "see its messages above")
}

/// The Python tests of the emulators' edges.
pub fn edges(repo: &Repo, name: Option<&str>) -> Outcome<Count> {
    let mut python = Command::new(repo.venv().join("bin/python"));
    python.current_dir(repo.at("crates/twin/python")).env("PYTHONDONTWRITEBYTECODE", "1");
    python.args(["-m", "unittest", "-v"]).args(name.map(|name| format!("-k={name}")));
    let output = output(&mut python)?;
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    let _ = std::io::stderr().write_all(&output.stderr);
    let mut cases = parse(&text);
    let none = text.contains("NO TESTS RAN") || text.contains("Ran 0 tests");
    if !output.status.success() && !none && cases.iter().all(|case| case.failure.is_none()) {
        let failure = Some("the suite did not run; see above".to_owned());
        cases.push(Case { name: "start".into(), seconds: 0.0, failure });
    }
    junit::write(&repo.reports().join("edges.xml"), "edges", &cases)
}

fn parse(text: &str) -> Vec<Case> {
    let lines = text.lines().filter_map(|line| line.split_once(" ... "));
    let tests = lines.filter(|(name, _)| name.starts_with("test_"));
    let failure =
        |verdict: &str| ["FAIL", "ERROR"].contains(&verdict.trim()).then(|| "see the output".to_owned());
    tests.map(|(name, verdict)| Case { name: name.into(), seconds: 0.0, failure: failure(verdict) }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_unittest_are_read() {
        let text = "test_a (x.Y.test_a) ... ok\ntest_b (x.Y.test_b) ... FAIL\n\nRan 2 tests in 1.0s";
        let cases = parse(text);
        let seen: Vec<bool> = cases.iter().map(|case| case.failure.is_some()).collect();
        assert_eq!(seen, [false, true]);
    }
}
