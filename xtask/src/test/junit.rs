//! JUnit reports: read for numbers and names of failures, written for checks that have none of their own.

use crate::{
    fault::{Fault, Outcome},
    test::Count,
};
use std::{fs, path::Path};

/// Reads what a report says.
pub fn read(path: &Path) -> Outcome<Count> {
    let text = fs::read_to_string(path).map_err(|e| Fault::machine(path.display(), e))?;
    Ok(count(&text, path))
}

fn count(text: &str, path: &Path) -> Count {
    let mut found = Count::default();
    for case in text.split("<testcase ").skip(1) {
        let (head, rest) = case.split_once('>').unwrap_or((case, ""));
        let body =
            if head.ends_with('/') { "" } else { rest.split("</testcase>").next().unwrap_or_default() };
        if body.contains("<failure") || body.contains("<error") {
            found.failed += 1;
            let name = attribute(head, "name").unwrap_or("a test");
            let suite = attribute(head, "classname").unwrap_or_default();
            found.look.push(
                format!("{suite} {name}; look above or into {}", path.display()).trim_start().to_owned(),
            );
        } else if !body.contains("<skipped") {
            found.passed += 1;
        }
    }
    found
}

fn attribute<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    let marked = format!(" {name}=\"");
    let start = head.find(&marked).map(|at| at + marked.len());
    let start = start.or_else(|| head.strip_prefix(&marked[1..]).map(|_| marked.len() - 1))?;
    head[start..].split('"').next()
}

/// One check: its name, its seconds, and what it said if it failed.
#[derive(Clone, Debug)]
pub struct Case {
    /// Its name.
    pub name: String,
    /// How long it took.
    pub seconds: f64,
    /// What it said.
    pub failure: Option<String>,
}

/// Writes a report of checks, and counts them.
pub fn write(path: &Path, suite: &str, cases: &[Case]) -> Outcome<Count> {
    let failed = cases.iter().filter(|case| case.failure.is_some()).count();
    let mut text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n<testsuite name=\"{suite}\" tests=\"{}\" failures=\"{failed}\">\n",
        cases.len()
    );
    for case in cases {
        let head = format!(
            "<testcase name=\"{}\" classname=\"{suite}\" time=\"{:.3}\"",
            escape(&case.name),
            case.seconds
        );
        text += &match &case.failure {
            None => format!("{head}/>\n"),
            Some(said) => format!("{head}><failure>{}</failure></testcase>\n", escape(said)),
        };
    }
    text += "</testsuite>\n</testsuites>\n";
    fs::write(path, &text).map_err(|e| Fault::machine(path.display(), e))?;
    Ok(count(&text, path))
}

fn escape(text: &str) -> String {
    let printable = text.chars().filter(|c| !c.is_control() || *c == '\n' || *c == '\t');
    let text: String = printable.collect();
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_counted() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("x.xml");
        let case = |name: &str, failure: Option<&str>| Case {
            name: name.into(),
            seconds: 1.0,
            failure: failure.map(str::to_owned),
        };
        let count = write(&path, "lint", &[case("good", None), case("a < b", Some("x > \"y\""))]).unwrap();
        assert_eq!((count.passed, count.failed), (1, 1));
        assert!(count.look[0].starts_with("lint a &lt; b; look"), "{:?}", count.look);
        assert_eq!(read(&path).unwrap(), count);
    }

    #[test]
    fn reports_of_nextest_are_understood() {
        let text = r#"<testsuites name="r" tests="3"><testsuite name="s">
            <testcase name="m::ok" classname="crate" time="0.1">
            </testcase><testcase name="m::bad" classname="crate" time="0.2"><failure type="x">no</failure></testcase>
            <testcase name="m::ok2" classname="crate" time="0.1"/></testsuite></testsuites>"#;
        let count = count(text, Path::new("j.xml"));
        assert_eq!((count.passed, count.failed), (2, 1));
        assert_eq!(count.look, ["crate m::bad; look above or into j.xml"]);
    }
}
