//! Dassault Systèmes' license server: what `getLicenseUsage -csv` of its administration tool prints.
//!
//! A header line names the columns; each pool has a line, or one for every checkout that repeats the pool's numbers.
//! Columns after the user may hold commas of their own and are read from nowhere but the time.

use crate::{
    reading::{Pool, Reading},
    status::{Checkout, Total},
    text::{quoted, says},
};
use std::collections::BTreeSet;

/// What the tool prints, in lower case, where no server answers.
const DOWN: &[&str] = &["cannot connect", "connection refused", "ready: no", "server is not ready"];

/// Reads the text, line by line.
pub(crate) fn read(text: &str, reading: &mut Reading) {
    let mut columns: Option<Columns> = None;
    let mut seen = BTreeSet::new();
    for line in text.lines() {
        if let Some(found) = Columns::of(line) {
            reading.recognise();
            columns = Some(found);
        } else if let Some(row) = columns.as_ref().and_then(|columns| columns.row(line)) {
            // A pool that was seen is not counted again; two pools alike in every column are one, which is never
            // too many.
            if seen.insert(row.pool_key.clone()) {
                reading.pool(&row.name, row.pool);
            }
            if let Some(checkout) = row.checkout {
                reading.checkout(&row.name, checkout);
            }
        } else if says(line, DOWN) {
            reading.down(line);
        } else if line.starts_with("License Administration Tool") {
            reading.recognise();
        }
    }
}

/// Where the columns are that are read.
struct Columns {
    feature: usize,
    count: usize,
    in_use: usize,
    tokens: usize,
    host: usize,
    user: usize,
    granted: usize,
}

struct Row {
    name: String,
    pool_key: String,
    pool: Pool,
    checkout: Option<Checkout>,
}

impl Columns {
    /// The columns of a header line, which may stand behind the tool's prompt.
    fn of(line: &str) -> Option<Columns> {
        let header: Vec<&str> = line.split(',').map(str::trim).collect();
        let at = |name: &str| header.iter().position(|column| *column == name);
        Some(Columns {
            feature: at("Feature")?,
            count: at("Count")?,
            in_use: at("Inuse")?,
            tokens: at("Tokens")?,
            host: at("Host")?,
            user: at("User")?,
            granted: at("Granted At")?,
        })
    }

    fn row(&self, line: &str) -> Option<Row> {
        let cells: Vec<&str> = line.split(',').map(str::trim).collect();
        let name = cells.get(self.feature).filter(|name| !name.is_empty())?;
        let (count, in_use) = (cells.get(self.count)?, cells.get(self.in_use)?);
        let pool = match (count.parse(), in_use.parse()) {
            (Ok(total), Ok(in_use)) => {
                Pool { total: Total::Counted(total), in_use: Some(in_use), reserved: 0 }
            }
            _ => Pool::without_sum(Total::Unknown(quoted(&format!("{count} {in_use}")))),
        };
        let last = self.count.max(self.in_use);
        Some(Row {
            name: (*name).to_owned(),
            pool_key: cells[..=last].join(","),
            pool,
            checkout: self.checkout(&cells),
        })
    }

    /// The host stands before its own number and address: `node1 (263.0)/10.0.0.1`.
    fn checkout(&self, cells: &[&str]) -> Option<Checkout> {
        let host = cells.get(self.host)?.split([' ', '/']).next()?;
        let user = *cells.get(self.user)?;
        let count = cells.get(self.tokens)?.parse().ok()?;
        let started = cells.get(self.granted).filter(|time| time.starts_with(|c: char| c.is_ascii_digit()));
        let is_whole = !host.is_empty() && !user.is_empty();
        is_whole.then(|| Checkout {
            user: user.to_owned(),
            host: host.to_owned(),
            count,
            started: started.map(|time| (*time).to_owned()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = "admin >Editor,Feature,Count,Inuse,Tokens,Host,User,Process,Granted At,";

    #[test]
    fn rows_without_numbers_are_unknown_and_short_ones_nothing() {
        let columns = Columns::of(HEADER).unwrap();
        for bad in ["", "E", "E,F", "E,F,1", "E,,1,0"] {
            assert!(columns.row(bad).is_none(), "{bad}");
        }
        let row = columns.row("E,F,many,0,").unwrap();
        assert!(matches!(row.pool.total, Total::Unknown(_)));
        assert!(Columns::of("Editor,Feature,Count").is_none());
    }

    #[test]
    fn a_host_is_told_from_its_number_and_address() {
        let columns = Columns::of(HEADER).unwrap();
        let row = columns.row("E,F,9,3,3,node1 (263.0)/10.0.0.1,ann,solver,2030-01-02 03:04:05,").unwrap();
        let checkout = row.checkout.unwrap();
        assert_eq!((checkout.user.as_str(), checkout.host.as_str(), checkout.count), ("ann", "node1", 3));
        assert_eq!(checkout.started.as_deref(), Some("2030-01-02 03:04:05"));
    }
}
