//! LS-DYNA's license server: what `lstc_qrun -r` prints, in the form of the *LSTC License Manager* guide.
//!
//! A table of programs with the checkouts of each below it, one license for a CPU. Programs up to a `LICENSE GROUP`
//! line share their licenses: each shows the group's free and most licenses, so all the group's checkouts count for
//! each of its programs. What is in use is taken from these two columns, since the third is a program's own.

use crate::{
    reading::{Pool, Reading},
    status::{Checkout, Total},
    text::{leading_number, says, user_at_host},
};

/// What lstc_qrun prints, in lower case, where no server answers.
const DOWN: &[&str] = &["failed to open server", "*** error", "connection refused", "unable to connect"];

/// Reads the text, line by line.
pub(crate) fn read(text: &str, reading: &mut Reading) {
    let mut group = Group::default();
    for line in text.lines() {
        if line.trim_start().starts_with("LICENSE GROUP") {
            group.end(true, reading);
        } else if let Some((name, pool)) = program(line) {
            group.programs.push(Program { name: name.to_owned(), pool, checkouts: Vec::new() });
        } else if let (Some(checkout), Some(program)) = (checkout(line), group.programs.last_mut()) {
            program.checkouts.push(checkout);
        } else if says(line, DOWN) {
            reading.down(line);
        } else if line.starts_with("LICENSE INFORMATION") || line.starts_with("PROGRAM ") {
            reading.recognise();
        }
    }
    group.end(false, reading);
}

/// Programs whose group, if there is one, has not ended yet.
#[derive(Default)]
struct Group {
    programs: Vec<Program>,
}

struct Program {
    name: String,
    pool: Pool,
    checkouts: Vec<Checkout>,
}

/// The most checkouts that are repeated for every program of a group; a text within the limit could else ask for
/// gigabytes.
const MAX_SHARED: usize = 100_000;

impl Group {
    fn end(&mut self, is_shared: bool, reading: &mut Reading) {
        let programs = std::mem::take(&mut self.programs);
        let all: Vec<Checkout> = programs.iter().flat_map(|p| p.checkouts.iter().cloned()).collect();
        let is_shared = is_shared && all.len().saturating_mul(programs.len()) <= MAX_SHARED;
        for Program { name, pool, checkouts } in programs {
            reading.pool(&name, pool);
            let checkouts = if is_shared { all.clone() } else { checkouts };
            checkouts.into_iter().for_each(|checkout| reading.checkout(&name, checkout));
        }
    }
}

/// `MPPDYNA          12/30/2030          0     60    500 |     0`: program, expiry, used, free, most; then those who wait.
fn program(line: &str) -> Option<(&str, Pool)> {
    if line.starts_with(' ') {
        return None;
    }
    let columns: Vec<&str> = line.split('|').next()?.split_whitespace().take(6).collect();
    let [name, expiry, _used, free, most] = columns[..] else { return None };
    let (free, most): (u32, u32) = (free.parse().ok()?, most.parse().ok()?);
    let pool = Pool { total: Total::Counted(most), in_use: Some(most.saturating_sub(free)), reserved: 0 };
    expiry.contains('/').then_some((name, pool))
}

/// ` user     59005@host  80`: user, process, host, CPUs.
fn checkout(line: &str) -> Option<Checkout> {
    let words: Vec<&str> = line.split_whitespace().take(4).collect();
    let [user, process, cpus] = words[..] else { return None };
    let (process, host) = user_at_host(process)?;
    let (count, rest) = leading_number(cpus)?;
    let is_whole = line.starts_with(' ') && rest.is_empty() && process.bytes().all(|b| b.is_ascii_digit());
    is_whole.then(|| Checkout { user: user.into(), host: host.into(), count, started: None })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_lines_are_neither() {
        for bad in [
            "",
            "PROGRAM          EXPIRATION CPUS  USED   FREE    MAX | QUEUE",
            "a 1/1/2030 - x 5 |",
            " a 1/1/2030 0 5 5",
        ] {
            assert!(program(bad).is_none(), "{bad}");
        }
        for bad in ["", " a b@c 1", " a 1@c", "a 1@c 2", " a 1@c 2x", " a 1@c 2 3"] {
            assert!(checkout(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn more_free_than_there_are_is_none_in_use() {
        assert_eq!(program("D 1/1/2030 - 9 5 | 0").unwrap().1.in_use, Some(0));
    }
}
