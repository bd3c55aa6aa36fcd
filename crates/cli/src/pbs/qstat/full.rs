//! `qstat -f`: one attribute a line, folded as PBS folds.

use super::{
    attributes::{self, Attribute},
    fetch::Found,
};
use serde_json::Value;

/// The last column that PBS writes to.
const WIDTH: usize = 79;

/// All jobs' attributes.
pub(super) fn of_jobs(found: &Found, unfolded: bool) -> String {
    let entries = found
        .rows
        .iter()
        .map(|row| entry("Job Id", &row.id(), &attributes::of(row, &found.stacks), unfolded));
    entries.collect()
}

/// One entry: its heading, its attributes, an empty line.
pub(super) fn entry(kind: &str, id: &str, attributes: &[Attribute], unfolded: bool) -> String {
    let mut text = format!("{kind}: {id}\n");
    for (name, value) in attributes {
        let value = match value {
            Value::String(value) => value.clone(),
            value => value.to_string(),
        };
        let line = format!("    {name} = {value}");
        text += &if unfolded { line } else { fold(&line) };
        text.push('\n');
    }
    text + "\n"
}

/// Breaks a long line; what follows begins with a tab, which readers take away with the line end.
fn fold(line: &str) -> String {
    let (mut text, mut column) = (String::new(), 0);
    for c in line.chars() {
        if column == WIDTH {
            text += "\n\t";
            column = 8;
        }
        text.push(c);
        column += 1;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_values_are_folded_and_can_be_put_together_again() {
        let line = format!("    comment = {}", "x y".repeat(60));
        let folded = fold(&line);
        assert!(folded.lines().all(|l| l.chars().count() <= WIDTH));
        assert_eq!(folded.replace("\n\t", ""), line);
        assert_eq!(fold("    a = b"), "    a = b");
    }
}
