//! The documents against the code: what they name exists, and what exists is named.

mod repository;

use repository::{files, names_after, none, read, root};
use soca_domain::Code;
use soca_http::ACCESS;
use std::{collections::BTreeSet, path::Path};

#[test]
fn every_error_code_has_a_section_and_every_section_a_code() {
    let text = read("docs/ERRORS.md");
    let sections: BTreeSet<&str> =
        text.lines().filter_map(|line| line.strip_prefix("## ")).map(str::trim).collect();
    let codes: BTreeSet<&str> = Code::ALL.iter().map(|code| code.as_str()).collect();
    let missing: Vec<_> = codes.difference(&sections).collect();
    let unknown: Vec<_> = sections.difference(&codes).collect();
    assert!(missing.is_empty() && unknown.is_empty(), "missing {missing:?}, unknown {unknown:?}");
}

#[test]
fn every_section_about_an_error_says_something() {
    let text = read("docs/ERRORS.md");
    let empty = text.split("\n## ").skip(1).filter(|section| {
        let lines = section.lines().skip(1).filter(|line| !line.trim().is_empty());
        !section.contains("What to do") || lines.count() < 2
    });
    none(
        "sections without a remedy",
        &empty.map(|s| s.lines().next().unwrap_or_default().to_owned()).collect::<Vec<_>>(),
    );
}

#[test]
fn every_address_is_documented() {
    let text = read("docs/API.md");
    let missing = ACCESS.iter().map(|(method, path, _)| format!("`{method} {path}`"));
    let missing = missing.filter(|heading| !text.contains(heading.as_str()));
    none("addresses that API.md lacks", &missing.collect::<Vec<_>>());
}

#[test]
fn no_address_is_made_up() {
    let text = read("docs/API.md");
    let headings =
        text.lines().filter_map(|line| line.strip_prefix("### `")?.split_once('`')).map(|(a, _)| a);
    let known: BTreeSet<String> = ACCESS.iter().map(|(method, path, _)| format!("{method} {path}")).collect();
    none(
        "addresses that are not",
        &headings.map(str::to_owned).filter(|a| !known.contains(a)).collect::<Vec<_>>(),
    );
}

#[test]
fn the_architecture_names_tests_that_exist() {
    let mut tests = BTreeSet::new();
    for path in files("", &[".rs"]) {
        tests.extend(names_after(&read(&path), "fn "));
    }
    for path in files("", &[".py"]) {
        tests.extend(names_after(&read(&path), "def "));
    }
    let text = read("docs/ARCHITECTURE.md");
    let table = section(&text, "## The promises");
    let named = table.split('`').skip(1).step_by(2).filter(|name| name.contains('_') && is_name(name));
    let made_up: Vec<String> = named.filter(|name| !tests.contains(*name)).map(str::to_owned).collect();
    none("tests that do not exist", &made_up);
}

#[test]
fn every_promise_names_a_test_of_its_own() {
    let text = read("docs/ARCHITECTURE.md");
    let table = section(&text, "## The promises");
    let rows = table.lines().filter(|line| line.starts_with("| **P"));
    let without = rows.filter(|row| {
        let promise = row.trim_start_matches("| **P").split('*').next().unwrap_or_default();
        let names = row.split('`').skip(1).step_by(2);
        !names.flat_map(|name| name.split('_')).any(|part| part == format!("p{promise}"))
    });
    none("promises without a test that names them", &without.map(str::to_owned).collect::<Vec<_>>());
}

fn is_name(text: &str) -> bool {
    text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

/// A section of a document, from its heading to the next of the same level.
fn section<'a>(text: &'a str, heading: &str) -> &'a str {
    let start = text.find(heading).unwrap_or_else(|| panic!("there is no {heading}"));
    let rest = &text[start + heading.len()..];
    &rest[..rest.find("\n## ").unwrap_or(rest.len())]
}

#[test]
fn the_architecture_has_all_promises() {
    let text = read("docs/ARCHITECTURE.md");
    let table = section(&text, "## The promises");
    let missing = (1..=12).map(|n| format!("**P{n}**")).filter(|promise| !table.contains(promise.as_str()));
    none("promises that ARCHITECTURE.md lacks", &missing.collect::<Vec<_>>());
}

#[test]
fn the_readme_begins_with_the_two_commands() {
    let text = read("README.md");
    for command in ["cargo xtask run examples/hello.pbs", "cargo xtask test"] {
        assert!(text.contains(command), "README.md lacks {command}");
    }
    let first_commands = text.find("cargo xtask run").expect("it is there");
    let tour = text.find("## A tour").expect("there is a tour");
    assert!(first_commands < tour, "the commands come before the tour");
}

#[test]
fn links_lead_somewhere() {
    let mut broken = Vec::new();
    for path in files("", &[".md"]) {
        let text = read(&path);
        let folder = Path::new(&path).parent().expect("a folder").to_owned();
        for link in links(&text) {
            let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
            let target = if file.is_empty() { path.clone().into() } else { folder.join(file) };
            if !root().join(&target).exists() {
                broken.push(format!("{path}: {link}"));
            } else if !anchor.is_empty() && !has_anchor(&root().join(&target), anchor) {
                broken.push(format!("{path}: {link} (no such heading)"));
            }
        }
    }
    none("links that lead nowhere", &broken);
}

/// Relative links: `[text](link)`, `src="link"`.
fn links(text: &str) -> Vec<&str> {
    let markdown = text.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(link, _)| link);
    let html = text.split("src=\"").skip(1).filter_map(|rest| rest.split_once('"')).map(|(link, _)| link);
    let outside = ["http://", "https://", "mailto:"];
    markdown.chain(html).filter(|link| !outside.iter().any(|start| link.starts_with(start))).collect()
}

/// Whether a document has a heading with this anchor, made as GitHub makes it.
fn has_anchor(path: &Path, anchor: &str) -> bool {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let headings =
        text.lines().filter(|line| line.starts_with('#')).map(|line| line.trim_start_matches('#').trim());
    headings.map(slug).any(|slug| slug == anchor)
}

fn slug(heading: &str) -> String {
    let kept = heading.chars().filter(|c| c.is_alphanumeric() || [' ', '-', '_'].contains(c));
    kept.map(|c| if c == ' ' { '-' } else { c.to_ascii_lowercase() }).collect()
}

/// The words that have one meaning everywhere.
const WORDS: &[&str] = &[
    "job",
    "element",
    "attempt",
    "owner",
    "project",
    "queue",
    "resource request",
    "walltime",
    "hold",
    "release",
    "requeue",
    "cancel",
    "node",
    "drain",
    "stack",
    "capacity pool",
    "agent",
    "tick",
    "sweep",
    "snapshot",
    "plan",
    "verdict",
    "outcome",
    "waiter",
    "join token",
    "twin",
    "license pool",
    "checkout",
    "lease",
    "headroom",
];

#[test]
fn the_glossary_has_the_words() {
    let text = read("docs/GLOSSARY.md").to_lowercase();
    let missing = WORDS.iter().filter(|word| !text.contains(&format!("**{word}**")));
    none("words that GLOSSARY.md lacks", &missing.map(|word| (*word).to_owned()).collect::<Vec<_>>());
}

#[test]
fn the_glossary_has_every_state() {
    let text = read("docs/GLOSSARY.md");
    let source = read("crates/domain/src/job_state.rs") + &read("crates/domain/src/verdict.rs");
    let states = [
        "held",
        "queued",
        "provisioning",
        "starting",
        "running",
        "completing",
        "completed",
        "failed",
        "cancelled",
        "timed_out",
        "node_failed",
    ];
    for state in states {
        assert!(source.contains(&format!("\"{state}\"")), "{state} is no state");
        assert!(text.contains(&format!("`{state}`")), "GLOSSARY.md lacks {state}");
    }
}

#[test]
fn decisions_are_numbered_and_whole() {
    let mut wrong = Vec::new();
    for (index, path) in files("docs/decisions", &[".md"]).iter().enumerate() {
        let text = read(path);
        if !path.contains(&format!("{:04}-", index + 1)) {
            wrong.push(format!("{path}: not number {}", index + 1));
        }
        let parts = ["## Context", "## Decision", "## Alternatives", "## Consequences"];
        wrong.extend(
            parts.iter().filter(|part| !text.contains(*part)).map(|part| format!("{path}: no {part}")),
        );
    }
    none("decisions", &wrong);
}
