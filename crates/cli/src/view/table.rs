//! Tables without borders, and cards: a heading with named lines under it.

use super::text::plain;
use comfy_table::{CellAlignment, ContentArrangement, Table, presets};

/// A table's column: its heading, and whether it holds numbers.
pub type Column = (&'static str, Align);

/// To which side a column's cells lean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are the documentation")]
pub enum Align {
    Left,
    Right,
}

/// Lays out rows under headings.
pub fn rows(columns: &[Column], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let mut table = Table::new();
    table.load_preset(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(columns.iter().map(|(name, _)| *name));
    for row in rows {
        table.add_row(row.iter().map(|cell| plain(cell)));
    }
    for (column, (_, align)) in table.column_iter_mut().zip(columns) {
        column.set_padding((0, 2));
        let right = *align == Align::Right;
        column.set_cell_alignment(if right { CellAlignment::Right } else { CellAlignment::Left });
    }
    trimmed(&table.to_string())
}

/// Named lines, their values under each other; lines without a value are left out.
pub fn named(lines: impl IntoIterator<Item = (&'static str, Option<String>)>) -> String {
    let kept: Vec<_> = lines.into_iter().filter_map(|(name, value)| Some((name, value?))).collect();
    let width = kept.iter().map(|(name, _)| name.len()).max().unwrap_or_default();
    let text: String = kept.iter().map(|(name, value)| format!("  {name:width$}  {value}\n")).collect();
    trimmed(&text)
}

/// Each line indented by two blanks.
pub fn indented(text: &str) -> String {
    trimmed(&text.lines().map(|line| format!("  {line}\n")).collect::<String>())
}

fn trimmed(text: &str) -> String {
    text.lines().map(|line| format!("{}\n", line.trim_end())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_lean_to_the_right_and_no_line_ends_in_blanks() {
        let columns = [("Name", Align::Left), ("Nodes", Align::Right), ("Why", Align::Left)];
        let table = rows(
            &columns,
            [vec!["a".into(), "1".into(), "".into()], vec!["long\tname".into(), "20".into(), "x".into()]],
        );
        assert_eq!(table, "Name       Nodes  Why\na              1\nlong name     20  x\n");
    }

    #[test]
    fn named_lines_are_aligned_and_empty_ones_left_out() {
        assert_eq!(
            named([("A", Some("1".into())), ("B", None), ("Long", Some("2".into()))]),
            "  A     1\n  Long  2\n"
        );
    }
}
