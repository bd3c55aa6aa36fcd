//! `cargo xtask test [NAME]`: every kind of evidence in its order, a report of each, a table at the end.

pub mod acceptance;
pub mod checks;
pub mod junit;
pub mod rust;

use crate::{
    build::build,
    fault::{Fault, Outcome},
    repo::Repo,
};
use std::time::Instant;

/// How one layer went.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// Tests that passed.
    pub passed: u64,
    /// Tests that did not.
    pub failed: u64,
    /// What failed and where to look, a line each.
    pub look: Vec<String>,
}

/// A layer of the tests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layer {
    /// The code is formatted.
    Format,
    /// clippy has nothing to say.
    Clippy,
    /// Unit tests, contract suites.
    Tests,
    /// The seeded simulation of the control plane.
    Simulation,
    /// The template and the state machines are sound.
    Template,
    /// The emulators' edges do what they say.
    Edges,
    /// The whole system, on the twin.
    Acceptance,
}

impl Layer {
    /// Before all others: cheap, and what they say is mended first.
    const FIRST: [Layer; 2] = [Layer::Format, Layer::Clippy];
    /// Pairs that run beside each other: Python that mostly waits beside the tests in Rust, and the simulation, which
    /// only computes and gives way, beside the acceptance tests, which mostly wait.
    const PAIRS: [(&[Layer], &[Layer]); 2] =
        [(&[Layer::Tests], &[Layer::Template, Layer::Edges]), (&[Layer::Acceptance], &[Layer::Simulation])];

    /// Its name in the table and of its report.
    pub fn name(self) -> &'static str {
        match self {
            Layer::Format => "format",
            Layer::Clippy => "clippy",
            Layer::Tests => "tests",
            Layer::Simulation => "simulation",
            Layer::Template => "template",
            Layer::Edges => "edges",
            Layer::Acceptance => "acceptance",
        }
    }

    /// Whether it has tests that can be picked by name.
    fn has_names(self) -> bool {
        matches!(self, Layer::Tests | Layer::Simulation | Layer::Edges | Layer::Acceptance)
    }

    /// Runs it to a row of the table; what keeps it from running is a failure of its own.
    fn timed(self, repo: &Repo, name: Option<&str>) -> Row {
        eprintln!("── {} ", self.name());
        let began = Instant::now();
        let count = self.run(repo, name).unwrap_or_else(|fault| Count {
            failed: 1,
            look: vec![match fault {
                Fault::Told(status) => format!("{} ended with status {status}; see above", self.name()),
                own => own.to_string().replace('\n', " "),
            }],
            ..Count::default()
        });
        (self.name(), count, began.elapsed().as_secs_f64())
    }

    fn run(self, repo: &Repo, name: Option<&str>) -> Outcome<Count> {
        match self {
            Layer::Format => checks::format(repo),
            Layer::Clippy => checks::clippy(repo),
            Layer::Tests => rust::run(repo, name),
            Layer::Simulation => rust::simulation(repo, name),
            Layer::Template => crate::lint::run(repo),
            Layer::Edges => checks::edges(repo, name),
            Layer::Acceptance => acceptance::run(repo, name),
        }
    }
}

/// Runs the layers; the exit status is 0 when nothing failed.
pub fn run(repo: &Repo, name: Option<&str>) -> Outcome<u8> {
    let reports = repo.reports();
    std::fs::create_dir_all(&reports).map_err(|e| Fault::machine(reports.display(), e))?;
    build(repo)?;
    let wanted = |layer: &Layer| name.is_none() || layer.has_names();
    let run_all = |layers: &[Layer]| -> Vec<Row> {
        layers.iter().filter(|layer| wanted(layer)).map(|layer| layer.timed(repo, name)).collect()
    };
    let mut rows = run_all(&Layer::FIRST);
    for (layers, beside) in Layer::PAIRS {
        rows.extend(std::thread::scope(|scope| {
            let beside = scope.spawn(|| run_all(beside));
            let mut rows = run_all(layers);
            rows.extend(beside.join().expect("a layer's failure is a row, not a panic"));
            rows
        }));
    }
    println!("{}", table(&rows, name));
    Ok(u8::from(rows.iter().any(|(_, count, _)| count.failed > 0)))
}

/// A layer's name, how it went, and its seconds.
type Row = (&'static str, Count, f64);

fn table(rows: &[Row], name: Option<&str>) -> String {
    let mut text = format!("\n{:<12}{:>8}{:>8}{:>10}\n", "layer", "passed", "failed", "seconds");
    for (layer, count, seconds) in rows {
        text += &format!("{layer:<12}{:>8}{:>8}{seconds:>10.1}\n", count.passed, count.failed);
    }
    for line in rows.iter().flat_map(|(_, count, _)| &count.look) {
        text += &format!("  failed: {line}\n");
    }
    let sum = |of: fn(&Count) -> u64| rows.iter().map(|(_, count, _)| of(count)).sum::<u64>();
    let (passed, failed) = (sum(|count| count.passed), sum(|count| count.failed));
    if let Some(name) = name.filter(|_| passed + failed == 0) {
        text += &format!("No test has {name} in its name.\n");
    }
    text + &format!("{passed} passed, {failed} failed")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_ends_with_the_sum() {
        let failed = Count { passed: 1, failed: 2, look: vec!["x; look there".into()] };
        let rows = [("format", Count { passed: 1, ..Count::default() }, 0.5), ("tests", failed, 12.25)];
        let text = table(&rows, None);
        assert!(text.contains("  failed: x; look there\n"), "{text}");
        assert_eq!(text.lines().last(), Some("2 passed, 2 failed"));
        assert!(table(&[], Some("nope")).contains("No test has nope in its name."));
    }
}
