//! The whole system: acceptance tests against a twin of their own, one after the other.

use crate::{
    fault::Outcome,
    repo::Repo,
    test::{
        Count,
        rust::{ACCEPTANCE, cargo_test, has_nextest, matching, nextest, targets},
    },
    twin::Twin,
};
use std::{ffi::OsString, process::Command};

/// So that a twin of the developer's own may stay up.
const PORT_BASE: &str = "14566";

/// Brings a fresh twin up, runs the tests, ends it.
pub fn run(repo: &Repo, name: Option<&str>) -> Outcome<Count> {
    let filter = format!("binary(/^{ACCEPTANCE}/)");
    let programs = targets(repo, |target| target.starts_with(ACCEPTANCE))?;
    let with_nextest = has_nextest(repo);
    if programs.is_empty() || (with_nextest && matching(repo, &filter, name)? == 0) {
        return Ok(Count::default());
    }
    crate::solver::ensure(repo)?;
    let twin = Twin::for_tests(repo);
    twin.down(true)?;
    let outcome = twin.up(&["--brief", "--port-base", PORT_BASE].map(OsString::from)).and_then(|()| {
        let report = repo.reports().join("acceptance.xml");
        let prepare = |command: &mut Command| {
            command.env("SOCA_TWIN_DIR", &twin.dir);
        };
        if with_nextest {
            return nextest(repo.cargo(), repo, ("ci", &filter), name, &report, &mut |command| {
                prepare(command);
                command.args(["--test-threads", "1"]);
            });
        }
        let mut words: Vec<OsString> = Vec::new();
        words.extend(programs.iter().flat_map(|program| [OsString::from("--test"), program.into()]));
        cargo_test(repo.cargo(), &words, name, &report, &mut |command| {
            prepare(command);
            command.env("RUST_TEST_THREADS", "1");
        })
    });
    let down = twin.down(true);
    let mut count = outcome?;
    down?;
    if count.failed > 0 {
        count.look.push(format!("what the twin wrote meanwhile is in {}", twin.dir.join("logs").display()));
    }
    Ok(count)
}
