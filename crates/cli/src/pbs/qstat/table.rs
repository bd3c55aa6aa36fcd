//! `qstat` without a format: PBS's default table, to the column.

use super::{fetch::Found, row::Row, times};
use crate::view::text::plain;

const HEAD: &str = "\
Job id            Name             User              Time Use S Queue
----------------  ---------------- ----------------  -------- - -----
";

/// The table; nothing at all when there are no jobs.
pub(super) fn render(found: &Found) -> String {
    if found.rows.is_empty() {
        return String::new();
    }
    found.rows.iter().fold(HEAD.to_owned(), |text, row| text + &line(row))
}

fn line(row: &Row) -> String {
    let used = row.run_ms().map_or_else(|| "0".to_owned(), times::hms);
    format!(
        "{:<17.17} {:<16.15} {:<16.15}  {used:>8} {} {:<16.15}\n",
        row.id(),
        plain(&row.job.name),
        plain(&row.job.owner),
        row.state(),
        plain(&row.job.queue),
    )
}
