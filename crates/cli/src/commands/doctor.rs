//! `soca doctor`: one line for each thing that must be right, with a remedy where it is not.

mod checks;

use super::Outcome;
use crate::{
    context::Context,
    failure::FAILED,
    session::Session,
    view::{Answer, View, text::plain},
};
use serde_json::{Value, json};

/// One thing that was looked at.
#[derive(Clone, Debug)]
struct Check {
    name: &'static str,
    good: bool,
    found: String,
    remedy: String,
}

impl Check {
    fn good(name: &'static str, found: impl Into<String>) -> Check {
        Check { name, good: true, found: found.into(), remedy: String::new() }
    }

    fn bad(name: &'static str, found: impl Into<String>, remedy: impl Into<String>) -> Check {
        Check { name, good: false, found: found.into(), remedy: remedy.into() }
    }
}

pub(super) fn run(ctx: &mut Context<'_, '_>) -> Outcome {
    let report = Report(examine(ctx));
    let status = if report.is_good() { 0 } else { FAILED };
    ctx.answer(&report)?;
    Ok(status)
}

/// Each check builds on the ones before it; the first that leaves nothing to build on is the last.
fn examine(ctx: &Context<'_, '_>) -> Vec<Check> {
    let session = match Session::open(&ctx.wish, ctx.world) {
        Ok(session) => session,
        Err(failure) => return vec![checks::failed("configuration", &failure)],
    };
    let mut found = vec![checks::configuration(&session), checks::file_mode(&session)];
    found.extend(checks::online(session, ctx));
    found
}

struct Report(Vec<Check>);

impl Report {
    fn is_good(&self) -> bool {
        self.0.iter().all(|check| check.good)
    }
}

impl Answer for Report {
    fn table(&self, view: &View) -> String {
        let width = self.0.iter().map(|check| check.name.len()).max().unwrap_or_default();
        let line = |check: &Check| {
            let mark = if check.good { view.style.good("ok ") } else { view.style.bad("bad") };
            let remedy =
                if check.good { String::new() } else { format!("  remedy: {}\n", plain(&check.remedy)) };
            format!("{mark}  {:width$}  {}\n{remedy}", check.name, plain(&check.found))
        };
        self.0.iter().map(line).collect()
    }

    fn json(&self) -> String {
        let checks: Vec<Value> = self
            .0
            .iter()
            .map(|c| json!({"name": c.name, "ok": c.good, "found": c.found, "remedy": c.remedy}))
            .collect();
        json!({"ok": self.is_good(), "checks": checks}).to_string()
    }
}
